/// A number as JSON's grammar has it: checked, but not yet rounded to a type.
struct DecimalNumber {
    /// The number's text.
    let text: String
    private let isNegative: Bool
    private let digits: [UInt8]
    /// The number is `digits` times ten to this power.
    private let scale: Int

    /// Reads a text that is a number and nothing else; nil when it is not.
    init?(_ text: String) {
        var bytes = Array(text.utf8)[...]
        guard let number = DecimalNumber(prefixOf: &bytes), bytes.isEmpty else { return nil }
        self = number
    }

    /// Reads the number that the bytes begin with and takes it off them; nil when they begin with none.
    init?(prefixOf bytes: inout ArraySlice<UInt8>) {
        var rest = bytes
        isNegative = rest.first == UInt8(ascii: "-")
        if isNegative { rest.removeFirst() }
        var digits = Self.takeDigits(&rest)
        if digits.isEmpty || digits.count > 1 && digits[0] == 0 { return nil }
        var scale = 0
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            let fraction = Self.takeDigits(&rest)
            if fraction.isEmpty { return nil }
            digits += fraction
            scale = -fraction.count
        }
        if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
            rest.removeFirst()
            guard let exponent = Self.takeExponent(&rest) else { return nil }
            scale += exponent
        }
        self.digits = digits
        self.scale = scale
        text = String(decoding: bytes[..<rest.startIndex], as: UTF8.self)
        bytes = rest
    }

    private static func takeDigits(_ bytes: inout ArraySlice<UInt8>) -> [UInt8] {
        let digits = bytes.prefix { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
        bytes.removeFirst(digits.count)
        return digits.map { $0 - UInt8(ascii: "0") }
    }

    private static func takeExponent(_ bytes: inout ArraySlice<UInt8>) -> Int? {
        let sign = bytes.first
        if sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") { bytes.removeFirst() }
        let digits = takeDigits(&bytes)
        if digits.isEmpty { return nil }
        // Beyond this every type has overflowed or is zero, unless the number has more digits than memory.
        let limit = 1_000_000_000_000
        let magnitude = digits.reduce(0) { min($0 * 10 + Int($1), limit) }
        return sign == UInt8(ascii: "-") ? -magnitude : magnitude
    }

    /// The exact integer, such as 100 of `1e2`; nil when there is a fraction or it does not fit.
    func integer<Integer: FixedWidthInteger>(_: Integer.Type) -> Integer? {
        guard let last = digits.lastIndex(where: { $0 != 0 }) else { return 0 }
        let significant = digits[...last].drop { $0 == 0 }
        let zeros = scale + digits.count - 1 - last
        // UInt64.max has 20 digits.
        guard zeros >= 0, significant.count + zeros <= 20 else { return nil }
        var magnitude: UInt64 = 0
        for digit in significant + Array(repeating: 0, count: zeros) {
            let (product, overflow) = magnitude.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(UInt64(digit))
            if overflow || carry { return nil }
            magnitude = sum
        }
        if !isNegative { return Integer(exactly: magnitude) }
        if magnitude == 1 << 63 { return Integer(exactly: Int64.min) }
        return Int64(exactly: magnitude).flatMap { Integer(exactly: -$0) }
    }

    /// The nearest floating-point value; nil when it is too great for the type.
    func floatingPoint<Value: LosslessStringConvertible & BinaryFloatingPoint>(_: Value.Type) -> Value? {
        guard let value = Value(text), value.isFinite else { return nil }
        return value
    }
}
