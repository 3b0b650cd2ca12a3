import Kafka
import KafkaProtocol

/// The committed records of a fetched partition: aborted data and markers are left out.
enum CommittedRecords {
    /// Hands each record from `offset` on to the body; returns the offset behind everything that was read.
    static func read(
        _ data: FetchResponse.PartitionData, from offset: Int64,
        _ body: (_ offset: Int64, _ header: BatchHeader, _ record: BatchRecord) -> Void
    ) -> Int64 {
        var next = offset
        var aborted = (data.abortedTransactions ?? []).sorted { $0.firstOffset < $1.firstOffset }[...]
        var abortedProducers: Set<Int64> = []
        for piece in data.records?.pieces ?? [] {
            for batch in (try? RecordBatchCodec.split(piece)) ?? [] {
                guard let header = try? RecordBatchCodec.header(batch), header.lastOffset >= next else { continue }
                while let first = aborted.first, first.firstOffset <= header.lastOffset {
                    abortedProducers.insert(first.producerId)
                    aborted.removeFirst()
                }
                defer { next = header.lastOffset + 1 }
                guard let records = try? RecordBatchCodec.records(batch) else { continue }
                if header.isControl {
                    if let record = records.first, ControlRecord(record)?.kind == .abort {
                        abortedProducers.remove(header.producerID)
                    }
                    continue
                }
                if header.isTransactional, abortedProducers.contains(header.producerID) { continue }
                for record in records {
                    let place = header.baseOffset + Int64(record.offsetDelta)
                    if place >= next { body(place, header, record) }
                }
            }
        }
        return next
    }

    static func owned(
        _ name: TopicPartition, offset: Int64, header: BatchHeader, record: BatchRecord
    ) -> OwnedRecord {
        OwnedRecord(
            topicPartition: name, offset: offset, timestampMilliseconds: header.baseTimestamp + record.timestampDelta,
            key: record.key, value: record.value,
            headers: record.headers.map { RecordHeader(name: $0.name, value: $0.value) })
    }
}
