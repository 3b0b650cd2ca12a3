import KafkaProtocol

/// Makes a request's bytes: its length, header and body.
enum RequestFrame {
    static func bytes(_ body: RequestBody, _ header: RequestHeader) -> [UInt8] {
        var writer = ProtocolWriter(reserving: size(body))
        writer.int32(0)
        header.write(to: &writer)
        body.write(to: &writer, version: header.version)
        return AnswerFrame.withLength(writer)
    }

    private static func size(_ body: RequestBody) -> Int {
        guard case .produce(let produce) = body else { return 256 }
        return produce.topicData.reduce(256) { size, topic in
            topic.partitionData.reduce(size + 64) { $0 + 32 + ($1.records?.byteCount ?? 0) }
        }
    }
}
