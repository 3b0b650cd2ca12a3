/// The comments of a .proto file by the element they belong to.
struct Comments {
    /// Names an element: field numbers and indexes of the descriptors, outermost first.
    typealias Path = [Int32]

    private let byPath: [Path: String]

    init(_ info: SourceCodeInfo) {
        var byPath: [Path: String] = [:]
        for location in info.location {
            // A comment on the line of a short field stands behind it.
            let text = location.leadingComments.isEmpty ? location.trailingComments : location.leadingComments
            if !text.isEmpty { byPath[location.path] = text }
        }
        self.byPath = byPath
    }

    /// The lines of an element's doc comment, each with its `///`; none when it has no comment.
    func docLines(_ path: Path) -> [String] {
        guard let text = byPath[path] else { return [] }
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            String(line.hasPrefix(" ") ? line.dropFirst() : line).trimmingTrailingSpaces()
        }
        while lines.last == "" { lines.removeLast() }
        return lines.map { $0.isEmpty ? "///" : "/// " + $0 }
    }
}

extension String {
    fileprivate func trimmingTrailingSpaces() -> String {
        var text = self[...]
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return String(text)
    }
}
