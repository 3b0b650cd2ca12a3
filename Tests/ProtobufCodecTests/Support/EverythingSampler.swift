/// Random bytes that are a valid `Everything`: fields in any order and any number of times, lists packed, unpacked or
/// in pieces, extreme values, and on demand unknown fields and numbers in longer forms than needed.
struct EverythingSampler {
    /// The field kinds by their place in each block of `Everything`.
    private enum Kind: Int, CaseIterable {
        case double = 1
        case float, int32, int64, uint32, uint64, sint32, sint64, fixed32, fixed64, sfixed32, sfixed64
        case bool, string, bytes, color, inner

        var wireType: Int {
            switch self {
            case .double, .fixed64, .sfixed64: 1
            case .float, .fixed32, .sfixed32: 5
            case .string, .bytes, .inner: 2
            case .int32, .int64, .uint32, .uint64, .sint32, .sint64, .bool, .color: 0
            }
        }
    }

    private var random: SeededRandom
    /// Adds what re-encoding changes or JSON lacks: unknown fields, overlong varints.
    private let isWild: Bool
    /// Uses NaN, which is equal to nothing, as a number among others.
    private let hasNaN: Bool

    init(seed: UInt64, isWild: Bool = true, hasNaN: Bool = true) {
        random = SeededRandom(seed: seed)
        self.isWild = isWild
        self.hasNaN = hasNaN
    }

    mutating func next(depth: Int = 3) -> [UInt8] {
        var wire = WireBytes()
        for _ in 0..<random.below(14) { field(&wire, depth) }
        return wire.bytes
    }

    private mutating func field(_ wire: inout WireBytes, _ depth: Int) {
        let kind = Kind.allCases[random.below(Kind.allCases.count)]
        switch random.below(isWild ? 11 : 10) {
        case 0: single(kind, 0 + kind.rawValue, &wire)
        case 1: single(kind, 20 + kind.rawValue, &wire)
        case 2: list(kind, 40 + kind.rawValue, &wire)
        case 3:
            if kind.wireType != 2 { list(kind, 60 + kind.rawValue, &wire) }
        case 4: single(kind, 80 + kind.rawValue, &wire)
        case 5: keyedMapEntry(&wire)
        case 6: mapEntry(.string, kind, 120 + kind.rawValue, &wire)
        case 7: if depth > 0 { nested(&wire, depth - 1) }
        case 8: wellKnown(&wire)
        case 9: rest(&wire)
        default: unknown(&wire, depth: 2)
        }
    }

    // MARK: Fields

    private mutating func single(_ kind: Kind, _ number: Int, _ wire: inout WireBytes) {
        wire.tag(number, kind.wireType)
        value(kind, &wire)
    }

    private mutating func list(_ kind: Kind, _ number: Int, _ wire: inout WireBytes) {
        guard kind.wireType != 2, random.oneIn(2) else { return single(kind, number, &wire) }
        var packed = WireBytes()
        for _ in 0..<random.below(5) { value(kind, &packed) }
        wire.tag(number, 2)
        wire.delimited(packed.bytes)
    }

    // The value's kind for each kind of key, as the schema has it.
    private mutating func keyedMapEntry(_ wire: inout WireBytes) {
        let index = random.below(12)
        guard let key = Kind(rawValue: 3 + index), let value = Kind(rawValue: (101 + index) * 5 % 17 + 1) else {
            return
        }
        mapEntry(key, value, 101 + index, &wire)
    }

    private mutating func mapEntry(_ key: Kind, _ value: Kind, _ number: Int, _ wire: inout WireBytes) {
        var entry = WireBytes()
        // Always one value, and no second key: Python then keeps an earlier entry's value, or both keys.
        if !random.oneIn(8) { single(key, 1, &entry) }
        single(value, 2, &entry)
        wire.tag(number, 2)
        wire.delimited(entry.bytes)
    }

    private mutating func nested(_ wire: inout WireBytes, _ depth: Int) {
        if random.oneIn(2) {
            wire.tag(141, 2)
            return wire.delimited(next(depth: depth))
        }
        // Even { Odd { Even ... } }
        var content = WireBytes.build {
            $0.tag(1, 0); $0.varint(UInt64(random.below(3)))
        }
        for _ in 0..<random.below(6) {
            content = WireBytes.build {
                $0.tag(2, 2)
                $0.delimited(content)
            }
        }
        wire.tag(142, 2)
        wire.delimited(content)
    }

    private mutating func rest(_ wire: inout WireBytes) {
        switch random.below(5) {
        case 0: single(.string, 201, &wire)
        case 1: single(.int32, 202, &wire)
        case 2: single(.string, 203, &wire)
        case 3: single(.string, 211, &wire)
        default: single(.int32, 536_870_911, &wire)
        }
    }

    private mutating func unknown(_ wire: inout WireBytes, depth: Int) {
        let number = 300 + random.below(50)
        switch random.below(depth > 0 ? 5 : 4) {
        // In one form only: an unknown number is kept as it came, by others as they would write it.
        case 0:
            wire.tag(number, 0)
            wire.varint(integer())
        case 1: single(.fixed64, number, &wire)
        case 2: single(.bytes, number, &wire)
        case 3: single(.fixed32, number, &wire)
        default:
            wire.tag(number, 3)
            for _ in 0..<random.below(3) { unknown(&wire, depth: depth - 1) }
            wire.tag(number, 4)
        }
    }

    // MARK: Values

    private mutating func integer() -> UInt64 {
        switch random.below(4) {
        case 0: UInt64(random.below(4))
        case 1: random.pick([.max, 1 << 63, 1 << 31, 1 << 32, UInt64(UInt32.max), 127, 128, 16_383, 16_384])
        case 2: UInt64(bitPattern: -Int64(random.below(1000)))
        default: random.next() >> UInt64(random.below(64))
        }
    }

    private mutating func value(_ kind: Kind, _ wire: inout WireBytes) {
        let padding = isWild && random.oneIn(20) ? 1 : 0
        switch kind {
        case .double:
            let double = Double(bitPattern: integer())
            wire.fixed((double.isNaN ? hasNaN ? .nan : 1 : double).bitPattern)
        case .float:
            let float = Float(bitPattern: UInt32(truncatingIfNeeded: integer()))
            wire.fixed((float.isNaN ? hasNaN ? .nan : 1 : float).bitPattern)
        case .int32, .color:
            let number = Int32(truncatingIfNeeded: integer())
            wire.varint(UInt64(bitPattern: Int64(kind == .color && random.oneIn(2) ? number & 3 : number)))
        case .int64, .uint64, .sint64:
            let number = integer()
            wire.varint(number, padding: number < 1 << 50 ? padding : 0)
        case .uint32, .sint32: wire.varint(integer() & 0xFFFF_FFFF, padding: padding)
        case .fixed32, .sfixed32: wire.fixed(UInt32(truncatingIfNeeded: integer()))
        case .fixed64, .sfixed64: wire.fixed(integer())
        case .bool: wire.varint(UInt64(random.below(2)), padding: padding)
        case .string: wire.delimited(Array(text().utf8))
        case .bytes: wire.delimited((0..<random.below(20)).map { _ in UInt8(truncatingIfNeeded: random.next()) })
        case .inner: wire.delimited(inner(depth: 2))
        }
    }

    private mutating func text() -> String {
        let pieces = [
            "", "a", "quote\"", "back\\slash", "\u{0}", "\n\t\u{7F}\u{1F}", "Größe", "日本", "😀", "é", "/", "\u{2028}",
        ]
        let count = random.oneIn(10) ? 60 : random.below(5)
        return (0..<count).map { _ in random.pick(pieces) }.joined()
    }

    private mutating func inner(depth: Int) -> [UInt8] {
        var wire = WireBytes()
        if random.oneIn(2) { single(.int32, 1, &wire) }
        if random.oneIn(2) { single(.string, 2, &wire) }
        if random.oneIn(3) { list(.int32, 3, &wire) }
        if depth > 0, random.oneIn(3) {
            wire.tag(4, 2)
            wire.delimited(inner(depth: depth - 1))
        }
        return wire.bytes
    }

    // MARK: Well-known types

    private mutating func wellKnown(_ wire: inout WireBytes) {
        let wrapped: [Kind] = [.double, .float, .int64, .uint64, .int32, .uint32, .bool, .string, .bytes]
        switch random.below(12) {
        case 0: message(151, timestamp(), &wire)
        case 1: message(152, duration(), &wire)
        case 2: message(153, structure(depth: 2), &wire)
        case 3: message(154, jsonValue(depth: 2), &wire)
        case 4: message(155, list(depth: 2), &wire)
        case 5: message(156, fieldMask(), &wire)
        case 6: message(157, [], &wire)
        case 7: message(158, any(), &wire)
        case 8: message(171, timestamp(), &wire)
        case 9: message(172, jsonValue(depth: 2), &wire)
        case 10:
            let entry = WireBytes.build {
                single(.string, 1, &$0)
                message(2, duration(), &$0)
            }
            message(173, entry, &wire)
        default:
            let index = random.below(wrapped.count)
            message(161 + index, WireBytes.build { single(wrapped[index], 1, &$0) }, &wire)
        }
    }

    private func message(_ number: Int, _ content: [UInt8], _ wire: inout WireBytes) {
        wire.tag(number, 2)
        wire.delimited(content)
    }

    private mutating func nanos() -> Int64 {
        random.pick([0, 1, 999_999_999, 500_000_000, 120_000, 42_000, Int64(random.below(1_000_000_000))])
    }

    // All parts are written, so that two in a row merge to a valid one.
    private mutating func timestamp() -> [UInt8] {
        let seconds = Int64.random(in: -62_135_596_800...253_402_300_799, using: &random)
        return WireBytes.build {
            $0.tag(1, 0)
            $0.varint(UInt64(bitPattern: random.pick([0, -1, -62_135_596_800, 253_402_300_799, seconds])))
            $0.tag(2, 0)
            $0.varint(UInt64(bitPattern: nanos()))
        }
    }

    private mutating func duration() -> [UInt8] {
        let sign: Int64 = random.oneIn(2) ? -1 : 1
        let seconds = random.pick([0, 1, 315_576_000_000, Int64(random.below(1_000_000))])
        return WireBytes.build {
            $0.tag(1, 0)
            $0.varint(UInt64(bitPattern: sign * seconds))
            $0.tag(2, 0)
            $0.varint(UInt64(bitPattern: sign * nanos()))
        }
    }

    private mutating func jsonValue(depth: Int) -> [UInt8] {
        WireBytes.build {
            switch random.below(depth > 0 ? 6 : 4) {
            case 0: single(.bool, 4, &$0)
            case 1:
                $0.tag(2, 1)
                $0.fixed(random.pick([0, -0.5, 1, 1e300, 123_456_789, Double.leastNonzeroMagnitude]).bitPattern)
            case 2: single(.string, 3, &$0)
            case 3:
                $0.tag(1, 0)
                $0.varint(0)
            case 4: message(5, structure(depth: depth - 1), &$0)
            default: message(6, list(depth: depth - 1), &$0)
            }
        }
    }

    private mutating func structure(depth: Int) -> [UInt8] {
        WireBytes.build {
            for _ in 0..<random.below(3) {
                let entry = WireBytes.build {
                    single(.string, 1, &$0)
                    message(2, jsonValue(depth: depth), &$0)
                }
                message(1, entry, &$0)
            }
        }
    }

    private mutating func list(depth: Int) -> [UInt8] {
        WireBytes.build {
            for _ in 0..<random.below(3) { message(1, jsonValue(depth: depth), &$0) }
        }
    }

    private mutating func fieldMask() -> [UInt8] {
        WireBytes.build {
            for _ in 0..<random.below(3) {
                $0.tag(1, 2)
                $0.delimited(Array(random.pick(["a", "single_int32", "child.even.number", "some_inner.text"]).utf8))
            }
        }
    }

    private mutating func any() -> [UInt8] {
        let (name, content): (String, [UInt8]) =
            random.oneIn(2)
            ? ("google.protobuf.Empty", []) : ("codec.test.v1.Inner", canonicalInner())
        return WireBytes.build {
            $0.tag(1, 2)
            $0.delimited(Array("type.googleapis.com/\(name)".utf8))
            $0.tag(2, 2)
            $0.delimited(content)
        }
    }

    // The bytes inside an Any go through JSON and back only if they are as a writer would have them.
    private mutating func canonicalInner() -> [UInt8] {
        WireBytes.build {
            $0.tag(1, 0)
            $0.varint(UInt64(1 + random.below(1000)))
            $0.tag(2, 2)
            $0.delimited(Array("text".utf8))
        }
    }
}
