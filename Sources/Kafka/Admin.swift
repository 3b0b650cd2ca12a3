import CRdKafka
import Synchronization

/// Creates, describes and deletes topics and groups; usable from any thread, and each call blocks its caller.
///
/// A coordinator or controller that is moving or loading is waited for. Do not use it against librdkafka's mock
/// cluster: describing groups there stops the client, and deleting them ends the process (kafka.md 3.1).
public final class Admin: Sendable {
    let handle: ClientHandle
    let timeoutMilliseconds: Int32
    private let configuration: ClientConfiguration
    private let readers = Mutex<[IsolationLevel: ClientHandle]>([:])

    /// Makes an admin client; `timeoutMilliseconds` bounds each call.
    public init(_ configuration: ClientConfiguration, timeoutMilliseconds: Int32 = 30_000) throws(KafkaError) {
        handle = try ClientHandle(.admin, configuration, defaults: [:])
        self.configuration = configuration
        self.timeoutMilliseconds = timeoutMilliseconds
    }

    /// Repeats a request while what refuses it passes, within this client's timeout.
    func patiently<Value>(
        _ request: (_ timeoutMilliseconds: Int32) throws(KafkaError) -> Value
    ) throws(KafkaError) -> Value {
        try Patience(timeoutMilliseconds: timeoutMilliseconds)(request)
    }

    /// A handle per isolation level, made when first needed: 2.0.2 takes the level from the handle.
    func reader(_ isolation: IsolationLevel) throws(KafkaError) -> ClientHandle {
        let configuration = configuration
        let result: Result<ClientHandle, KafkaError> = readers.withLock { known in
            if let reader = known[isolation] { return .success(reader) }
            do throws(KafkaError) {
                let reader = try ClientHandle(
                    .reader, configuration, defaults: ["isolation.level": isolation.rawValue])
                known[isolation] = reader
                return .success(reader)
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    /// The offsets of a result; throws the first partition's error.
    static func offsets(
        _ entries: [TopicPartitionList.Entry], _ context: String
    ) throws(KafkaError) -> [TopicPartition: Int64] {
        var offsets: [TopicPartition: Int64] = [:]
        for entry in entries {
            try KafkaError.check(entry.error, "\(context) \(entry.topicPartition)")
            offsets[entry.topicPartition] = entry.offset
        }
        return offsets
    }

    static func text(_ native: UnsafePointer<CChar>?) -> String {
        unsafe native.map { unsafe String(cString: $0) } ?? ""
    }
}
