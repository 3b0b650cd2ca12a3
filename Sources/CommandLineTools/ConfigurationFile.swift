import Foundation

/// The reading of configuration and secret files.
public enum ConfigurationFile {
    /// The longest file read, in bytes.
    public static let byteLimit = 1 << 20

    /// The whole text of a file; throws for one that is not there, not readable, too long or not UTF-8.
    public static func read(_ path: String) throws -> String {
        guard let file = FileHandle(forReadingAtPath: path) else {
            let isThere = FileManager.default.fileExists(atPath: path)
            throw FileProblem(isThere ? "permission denied" : "no such file")
        }
        defer { try? file.close() }
        let data = try file.read(upToCount: byteLimit + 1) ?? Data()
        guard data.count <= byteLimit else { throw FileProblem("longer than \(byteLimit) bytes") }
        guard let text = String(validating: data, as: UTF8.self) else { throw FileProblem("not UTF-8") }
        return text
    }
}

/// Why a file cannot be read, as it reads after a colon.
struct FileProblem: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }

    static func text(_ error: any Error) -> String {
        (error as? FileProblem)?.description ?? (error as NSError).localizedDescription
    }
}
