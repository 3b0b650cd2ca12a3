extension Google_Protobuf_Timestamp {
    // 0001-01-01T00:00:00Z to 9999-12-31T23:59:59Z.
    private static let secondsRange: ClosedRange<Int64> = -62_135_596_800...253_402_300_799

    public mutating func decodeJSON(from reader: inout JSONReader) throws(JSONDecodingError) {
        let start = reader.nextPosition()
        guard let time = RFC3339Time(try reader.string()) else {
            throw reader.error(.wrongValue(expected: "an RFC 3339 time"), at: start)
        }
        guard Self.secondsRange.contains(time.seconds) else { throw reader.error(.outOfRange, at: start) }
        seconds = time.seconds
        nanos = time.nanos
    }

    public func encodeJSON(into writer: inout JSONWriter) throws(JSONEncodingError) {
        guard Self.secondsRange.contains(seconds), 0..<1_000_000_000 ~= nanos else { throw .timestampRange }
        writer.string(RFC3339Time(seconds: seconds, nanos: nanos).description)
    }
}
