public import NotificationDispatch
import ProtobufCodec
public import Schemas

/// Writes each send as one line of canonical Protobuf JSON to the end of a file; sent means on disk.
public final class FileProvider: NotificationProvider {
    private let file: AppendOnlyFile

    public init(path: String) throws(ProviderError) {
        file = try AppendOnlyFile(path: path)
    }

    public func send(_ batch: [NotificationSend]) -> [ProviderAnswer] {
        let lines = batch.map { try? $0.jsonUTF8Bytes() }
        var failures = file.append(lines.compactMap { $0 })[...]
        return lines.map { line in
            guard line != nil else { return .permanent(status: "no JSON form") }
            guard let failure = failures.removeFirst() else { return .sent(status: "written") }
            return .transient(status: failure)
        }
    }
}
