extension Google_Protobuf_Duration {
    // Some 10,000 years.
    private static let secondsLimit: Int64 = 315_576_000_000

    public mutating func decodeJSON(from reader: inout JSONReader) throws(JSONDecodingError) {
        let start = reader.nextPosition()
        guard let (seconds, nanos) = Self.parse(try reader.string()) else {
            throw reader.error(.wrongValue(expected: "a number of seconds and 's'"), at: start)
        }
        guard -Self.secondsLimit...Self.secondsLimit ~= seconds else { throw reader.error(.outOfRange, at: start) }
        self.seconds = seconds
        self.nanos = nanos
    }

    public func encodeJSON(into writer: inout JSONWriter) throws(JSONEncodingError) {
        guard -Self.secondsLimit...Self.secondsLimit ~= seconds, -999_999_999...999_999_999 ~= nanos,
            seconds == 0 || nanos == 0 || (seconds < 0) == (nanos < 0)
        else { throw .durationRange }
        let sign = seconds < 0 || nanos < 0 ? "-" : ""
        writer.string("\(sign)\(seconds.magnitude)\(SecondFraction.text(Int32(nanos.magnitude)))s")
    }

    private static func parse(_ text: String) -> (seconds: Int64, nanos: Int32)? {
        var rest = Array(text.utf8)[...]
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative { rest.removeFirst() }
        let digits = rest.prefix { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
        rest.removeFirst(digits.count)
        // 18 digits are out of range and do not overflow.
        guard 1...18 ~= digits.count, let nanos = SecondFraction.read(&rest), rest.elementsEqual([UInt8(ascii: "s")])
        else { return nil }
        let seconds = digits.reduce(Int64(0)) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
        return isNegative ? (-seconds, -nanos) : (seconds, nanos)
    }
}
