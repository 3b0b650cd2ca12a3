public import Foundation
public import NotificationDispatch
import ProtobufCodec
public import Schemas
import Synchronization

/// Writes each send as one line of canonical Protobuf JSON to standard output: for a first look, without a provider.
///
/// JSON escapes control characters, so a message cannot speak to the terminal.
public final class ConsoleProvider: NotificationProvider {
    private let output: Mutex<FileHandle>

    /// Writes to standard output, or to another handle.
    public init(output: sending FileHandle = .standardOutput) {
        self.output = Mutex(output)
    }

    public func send(_ batch: [NotificationSend]) -> [ProviderAnswer] {
        output.withLock { output in
            batch.map { send in
                guard let line = try? send.jsonUTF8Bytes() else { return .permanent(status: "no JSON form") }
                do {
                    try output.write(contentsOf: Data(line + [0x0A]))
                } catch {
                    return .transient(status: "standard output is closed")
                }
                return .sent(status: "printed")
            }
        }
    }
}
