/// The part of a second in the JSON forms of times and durations.
enum SecondFraction {
    /// Takes a point and one to nine digits off the text; 0 when there is no point, nil when the digits are wrong.
    static func read(_ text: inout ArraySlice<UInt8>) -> Int32? {
        guard text.first == UInt8(ascii: ".") else { return 0 }
        text.removeFirst()
        let digits = text.prefix { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
        guard 1...9 ~= digits.count else { return nil }
        text.removeFirst(digits.count)
        var nanos = digits.reduce(Int32(0)) { $0 * 10 + Int32($1 - UInt8(ascii: "0")) }
        for _ in digits.count..<9 { nanos *= 10 }
        return nanos
    }

    /// Nothing for a whole second, else a point and 3, 6 or 9 digits.
    static func text(_ nanos: Int32) -> String {
        if nanos == 0 { return "" }
        let digits = String(nanos)
        let padded = String(repeating: "0", count: max(0, 9 - digits.utf8.count)) + digits
        if nanos % 1_000_000 == 0 { return "." + padded.prefix(3) }
        return "." + (nanos % 1_000 == 0 ? padded.prefix(6) : padded[...])
    }
}
