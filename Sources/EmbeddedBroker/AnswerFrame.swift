import KafkaProtocol

/// Makes an answer's bytes: its length, header and body.
enum AnswerFrame {
    static func bytes(_ body: ResponseBody, _ header: RequestHeader) -> [UInt8] {
        var writer = ProtocolWriter(reserving: size(body))
        writer.int32(0)
        header.writeResponseHeader(to: &writer)
        body.write(to: &writer, version: header.version)
        return withLength(writer)
    }

    /// Takes the bytes out of a writer that began with room for the length, and fills that in.
    static func withLength(_ writer: consuming ProtocolWriter) -> [UInt8] {
        var bytes = taken(writer)
        let count = UInt32(truncatingIfNeeded: bytes.count - 4)
        for index in 0..<4 { bytes[index] = UInt8(truncatingIfNeeded: count >> UInt32(24 - 8 * index)) }
        return bytes
    }

    /// The writer ends here, so that the bytes have one owner and are not copied when they are changed.
    private static func taken(_ writer: consuming ProtocolWriter) -> [UInt8] { writer.bytes }

    /// About how much room the answer takes; only those with records are large.
    private static func size(_ body: ResponseBody) -> Int {
        guard case .fetch(let fetch) = body else { return 256 }
        return fetch.responses.reduce(256) { size, topic in
            topic.partitions.reduce(size + 64) { $0 + 128 + ($1.records?.byteCount ?? 0) }
        }
    }
}
