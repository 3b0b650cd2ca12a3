import Foundation

/// The reading of configuration and secret files.
public enum ConfigurationFile {
    /// The longest file read, in bytes.
    public static let byteLimit = 1 << 20

    /// The whole text of a file.
    public static func read(_ path: String) throws(FileProblem) -> String {
        guard let file = FileHandle(forReadingAtPath: path) else {
            let isThere = FileManager.default.fileExists(atPath: path)
            throw FileProblem(isThere ? "permission denied" : "no such file")
        }
        defer { try? file.close() }
        let data: Data
        do {
            data = try file.read(upToCount: byteLimit + 1) ?? Data()
        } catch {
            let type = try? FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType
            throw FileProblem(type == .typeDirectory ? "a directory" : (error as NSError).localizedDescription)
        }
        guard data.count <= byteLimit else { throw FileProblem("longer than \(byteLimit) bytes") }
        guard let text = String(validating: data, as: UTF8.self) else { throw FileProblem("not UTF-8") }
        return text
    }
}
