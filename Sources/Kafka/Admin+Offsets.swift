import CRdKafka

extension Admin {
    /// The offset behind the last record: the last stable one, or with `readUncommitted` the high watermark.
    public func endOffsets(
        _ partitions: [TopicPartition], isolation: IsolationLevel
    ) throws(KafkaError) -> [TopicPartition: Int64] {
        try listOffsets(partitions.map { ($0, Int64(RD_KAFKA_OFFSET_END)) }, isolation)
    }

    /// The offset of the first record.
    public func beginningOffsets(_ partitions: [TopicPartition]) throws(KafkaError) -> [TopicPartition: Int64] {
        try listOffsets(partitions.map { ($0, Int64(RD_KAFKA_OFFSET_BEGINNING)) }, .readCommitted)
    }

    /// The first offset whose timestamp is at or after the given one (milliseconds); absent where there is none.
    ///
    /// It may be that of a transaction's marker, which carries the wall clock.
    public func offsets(
        forTimestampsMilliseconds timestamps: [TopicPartition: Int64]
    ) throws(KafkaError) -> [TopicPartition: Int64] {
        try listOffsets(timestamps.map { ($0, max(0, $1)) }, .readCommitted).filter { $0.value >= 0 }
    }

    private func listOffsets(
        _ queries: [(TopicPartition, Int64)], _ isolation: IsolationLevel
    ) throws(KafkaError) -> [TopicPartition: Int64] {
        guard !queries.isEmpty else { return [:] }
        let wanted = Dictionary(queries, uniquingKeysWith: { $1 })
        let reader = try reader(isolation)
        return try patiently { (timeout) throws(KafkaError) in
            // ListOffsets gives the ends for the timestamps -1 and -2: one request per leader, not two per partition.
            let list = TopicPartitionList(wanted)
            try unsafe KafkaError.check(
                rd_kafka_offsets_for_times(reader.pointer, list.pointer, timeout), "cannot list offsets")
            return try Self.offsets(list.entries, "cannot list the offset of")
        }
    }
}
