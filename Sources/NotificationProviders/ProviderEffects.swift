import NotificationDispatch
import ProtobufCodec
import Schemas

/// The bytes between a stage and a provider: an effect's payload is a serialized `NotificationSend`, its result an
/// encoded `ProviderAnswer`.
public enum ProviderEffects {
    /// Sends the payloads as one batch; the results come in the same order.
    public static func results(of payloads: [[UInt8]], from provider: any NotificationProvider) -> [[UInt8]] {
        let sends = payloads.map { try? NotificationSend(serializedBytes: $0) }
        var answers = provider.send(sends.compactMap { $0 })[...]
        return sends.map { send in
            guard send != nil else { return ProviderAnswer.permanent(status: "payload unreadable").encoded }
            return (answers.popFirst() ?? .transient(status: "provider gave no answer")).encoded
        }
    }
}
