/// Writes random messages from their table alone, in the one form that a writer may choose.
///
/// It shares no code with the library: what both agree on is the protocol.
struct RandomMessage {
    let table: MessageTable
    let version: Int16
    var random: SeededRandom
    private var isFlexible: Bool { table.flexible.map { version >= $0 } ?? false }

    init(_ table: MessageTable, version: Int16, seed: UInt64) {
        self.table = table
        self.version = version
        random = SeededRandom(seed: seed)
    }

    /// The next message's bytes.
    mutating func next() -> [UInt8] { structure(table.fields, isDefault: false, depth: 0) }

    private func has(_ versions: [Int16]?) -> Bool { versions.map { $0[0] <= version && version <= $0[1] } ?? false }

    private mutating func structure(_ fields: [MessageTable.Field], isDefault: Bool, depth: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        var tagged: [(UInt32, [UInt8])] = []
        for field in fields where has(field.versions) {
            guard let tag = field.tag else {
                bytes += value(field, isDefault: isDefault, depth: depth)
                continue
            }
            guard has(field.tagged ?? field.versions), !isDefault, random.oneIn(2) else { continue }
            let content = value(field, isDefault: false, depth: depth)
            // A field at its default is not sent.
            if content != value(field, isDefault: true, depth: depth) { tagged.append((tag, content)) }
        }
        guard isFlexible else { return bytes }
        bytes += Self.varint(UInt32(tagged.count))
        for (tag, content) in tagged.sorted(by: { $0.0 < $1.0 }) {
            bytes += Self.varint(tag) + Self.varint(UInt32(content.count)) + content
        }
        return bytes
    }

    private mutating func value(_ field: MessageTable.Field, isDefault: Bool, depth: Int) -> [UInt8] {
        let isArray = field.type.hasPrefix("[]")
        let type = isArray ? String(field.type.dropFirst(2)) : field.type
        let isNull = isDefault ? field.defaultText == "null" : has(field.nullable) && random.oneIn(6)
        if isArray {
            if isNull { return length(nil, isShort: false) }
            let count = isDefault ? 0 : elementCount(depth)
            return length(count, isShort: false)
                + (0..<count).flatMap { _ in one(type, nil, isDefault: false, depth: depth + 1) }
        }
        if isNull, ["string", "bytes", "records"].contains(type) { return length(nil, isShort: type == "string") }
        if table.structs[type] != nil, field.nullable != nil, has(field.nullable) {
            return isNull ? [0xFF] : [1] + one(type, nil, isDefault: isDefault, depth: depth + 1)
        }
        return one(type, field.defaultText, isDefault: isDefault, depth: depth)
    }

    private mutating func elementCount(_ depth: Int) -> Int {
        // Past 127 elements a varint count takes two bytes.
        if depth == 0, random.oneIn(60) { return 130 }
        return random.below(max(1, 4 - depth) + 1)
    }

    private mutating func one(_ type: String, _ defaultText: String?, isDefault: Bool, depth: Int) -> [UInt8] {
        switch type {
        case "bool": return [isDefault ? (defaultText == "true" ? 1 : 0) : UInt8(random.below(2))]
        case "int8": return number(1, defaultText, isDefault)
        case "int16", "uint16": return number(2, defaultText, isDefault)
        case "int32": return number(4, defaultText, isDefault)
        case "int64": return number(8, defaultText, isDefault)
        case "uuid":
            return isDefault ? [UInt8](repeating: 0, count: 16) : number(8, nil, false) + number(8, nil, false)
        case "string":
            let text = Array((isDefault ? defaultText ?? "" : self.text()).utf8)
            return length(text.count, isShort: true) + text
        case "bytes", "records":
            let content = isDefault ? [] : random.bytes(upTo: random.oneIn(20) ? 300 : 12)
            return length(content.count, isShort: false) + content
        default:
            return structure(table.structs[type] ?? [], isDefault: isDefault, depth: depth)
        }
    }

    private mutating func number(_ count: Int, _ defaultText: String?, _ isDefault: Bool) -> [UInt8] {
        let value: Int64
        if isDefault {
            let text = defaultText ?? "0"
            value = text.hasPrefix("0x") ? Int64(text.dropFirst(2), radix: 16) ?? 0 : Int64(text) ?? 0
        } else {
            let wild = Int64(bitPattern: random.next())
            value = random.pick([0, 1, -1, Int64(random.below(1_000)), .min, .max, wild, wild])
        }
        return (0..<count).reversed().map { UInt8(truncatingIfNeeded: value >> Int64(8 * $0)) }
    }

    private mutating func text() -> String {
        let alphabet: [Character] = [
            "a", "b", "Z", "0", ".", "-", " ", "\n", "\0", "é", "中", "😀", "\u{7FF}", "\u{FFFD}",
        ]
        let count = random.oneIn(20) ? 200 : random.below(8)
        return String((0..<count).map { _ in random.pick(alphabet) })
    }

    private func length(_ count: Int?, isShort: Bool) -> [UInt8] {
        if isFlexible { return Self.varint(UInt32(count.map { $0 + 1 } ?? 0)) }
        let number = count ?? -1
        return (0..<(isShort ? 2 : 4)).reversed().map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }

    private static func varint(_ value: UInt32) -> [UInt8] {
        var rest = value
        var bytes: [UInt8] = []
        while rest > 127 {
            bytes.append(UInt8(rest % 128) + 128)
            rest /= 128
        }
        return bytes + [UInt8(rest)]
    }
}
