/// One log line before it is bytes; every part of it is bounded.
struct LogLine {
    let time: String
    let level: Logger.Level
    let label: String
    let message: String
    let metadata: Logger.Metadata

    /// The longest message, in bytes of UTF-8.
    static let messageLimit = 8192
    /// The longest text within metadata, in bytes of UTF-8.
    static let valueLimit = 2048
    /// The most members of one dictionary or array of metadata.
    static let memberLimit = 64
    /// The most levels of metadata.
    static let depthLimit = 4
    /// Once a line is this long, in bytes, its remaining metadata is left out and `truncated` says so.
    static let lineLimit = 65_536

    private static let reserved: Set<String> = ["time", "level", "logger", "message", "metadata", "truncated"]

    func bytes(_ format: LogOutput.Format) -> [UInt8] {
        switch format {
        case .json: json(nested: false)
        case .nestedJSON: json(nested: true)
        case .text: text()
        }
    }

    private func json(nested: Bool) -> [UInt8] {
        var line = JSONText()
        line.begin("{")
        line.member("time", string: time)
        line.member("level", string: level.rawValue)
        line.member("logger", string: Self.bounded(label, Self.valueLimit))
        line.member("message", string: Self.bounded(message, Self.messageLimit))
        if nested, !metadata.isEmpty {
            line.name("metadata")
            line.begin("{")
        }
        var left = 0
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
            guard line.bytes.count < Self.lineLimit else {
                left += 1
                continue
            }
            let name = Self.bounded(key, Self.valueLimit)
            line.name(!nested && Self.reserved.contains(name) ? name + "_" : name)
            Self.write(value, to: &line, depth: 1)
        }
        if nested, !metadata.isEmpty { line.end("}") }
        if left > 0 { line.member("truncated", integer: Int64(left)) }
        line.end("}")
        line.raw("\n")
        return line.bytes
    }

    private static func write(_ value: Logger.MetadataValue, to line: inout JSONText, depth: Int) {
        switch value {
        case .string(let text): line.string(bounded(text, valueLimit))
        case .integer(let integer): line.integer(integer)
        case .bool(let bool): line.bool(bool)
        case .array(let values):
            guard depth < depthLimit else { return line.string("…") }
            line.begin("[")
            for value in values.prefix(memberLimit) where line.bytes.count < lineLimit {
                write(value, to: &line, depth: depth + 1)
            }
            line.end("]")
        case .dictionary(let members):
            guard depth < depthLimit else { return line.string("…") }
            line.begin("{")
            for (key, value) in members.sorted(by: { $0.key < $1.key }).prefix(memberLimit)
            where line.bytes.count < lineLimit {
                line.name(bounded(key, valueLimit))
                write(value, to: &line, depth: depth + 1)
            }
            line.end("}")
        }
    }

    private func text() -> [UInt8] {
        var line = "\(time) \(level.rawValue.uppercased()) \(Self.plain(Self.bounded(label, Self.valueLimit))): "
        line += Self.plain(Self.bounded(message, Self.messageLimit))
        var left = 0
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
            guard line.utf8.count < Self.lineLimit else {
                left += 1
                continue
            }
            line += " " + Self.plain(Self.bounded(key, Self.valueLimit)) + "=" + Self.plainValue(value)
        }
        if left > 0 { line += " truncated=\(left)" }
        return Array((line + "\n").utf8)
    }

    private static func plainValue(_ value: Logger.MetadataValue) -> String {
        if case .string(let text) = value {
            let bounded = bounded(text, valueLimit)
            let isBare =
                !bounded.isEmpty && bounded.utf8.allSatisfy { $0 > 0x20 && $0 != 0x22 && $0 != 0x3D && $0 < 0x7F }
            if isBare { return bounded }
        }
        var json = JSONText()
        write(value, to: &json, depth: 1)
        return String(decoding: json.bytes, as: UTF8.self)
    }

    /// The text with control characters escaped as JSON does, so that a line stays a line.
    private static func plain(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: JSONText.mustEscape) else { return text }
        var json = JSONText()
        json.characters(text, quotesEscaped: false)
        return String(decoding: json.bytes, as: UTF8.self)
    }

    /// The text cut at a character when it is longer than so many bytes, with the count of what is missing.
    static func bounded(_ text: String, _ limit: Int) -> String {
        guard text.utf8.count > limit else { return text }
        // A substring never ends within a scalar: the index is rounded down to one.
        let head = text[..<text.utf8.index(text.utf8.startIndex, offsetBy: limit)]
        return "\(head)…[\(text.utf8.count - head.utf8.count) bytes more]"
    }
}
