import Foundation

/// The package's own source text.
enum House {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    struct File {
        var path: String
        var module: String
        var name: String
        var lines: [String]
    }

    /// Hand-written Swift under a top-level folder.
    static func files(_ folder: String) -> [File] {
        let base = root.appendingPathComponent(folder)
        guard let walk = FileManager.default.enumerator(atPath: base.path) else { return [] }
        var files: [File] = []
        for case let path as String in walk where path.hasSuffix(".swift") && !path.contains("Generated/") {
            guard let text = try? String(contentsOf: base.appendingPathComponent(path), encoding: .utf8) else {
                continue
            }
            let parts = path.split(separator: "/")
            files.append(
                File(
                    path: "\(folder)/\(path)", module: String(parts[0]), name: String(parts[parts.count - 1]),
                    lines: text.components(separatedBy: "\n")))
        }
        return files.sorted { $0.path < $1.path }
    }

    static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
    }
}
