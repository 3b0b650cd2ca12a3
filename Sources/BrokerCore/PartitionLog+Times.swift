import KafkaProtocol

extension PartitionLog {
    /// A record found by its time.
    struct TimedOffset: Equatable {
        var offset: Int64
        var timestamp: Int64
    }

    /// The first record of this time or newer from the log's start on.
    ///
    /// In a compressed batch it is the batch's first offset, which may be before the record but never behind it.
    func offset(forTimestamp timestamp: Int64) -> TimedOffset? {
        for segment in segments where segment.maxTimestamp >= timestamp {
            for batch in segment.batches[segment.index(ofTimestamp: timestamp)...]
            where batch.maxTimestamp >= timestamp && batch.lastOffset >= start {
                if let found = first(in: batch, where: { $0 >= timestamp }) { return found }
            }
        }
        return nil
    }

    /// The first record with the newest time of all.
    func offsetOfMaxTimestamp() -> TimedOffset? {
        // Of the first batch a part may be gone, and with it what its header says.
        let first = segments.first?.batches.first.flatMap { $0.baseOffset < start ? $0 : nil }
        let cut = first.flatMap { newest(in: $0) }
        let rest = segments.map(\.batches).joined().dropFirst(first == nil ? 0 : 1)
        guard let whole = rest.max(by: { ($0.maxTimestamp, $1.baseOffset) < ($1.maxTimestamp, $0.baseOffset) }),
            whole.maxTimestamp >= 0, whole.maxTimestamp > cut?.timestamp ?? -1
        else { return cut }
        return self.first(in: whole, where: { $0 == whole.maxTimestamp })
    }

    private func newest(in batch: StoredBatch) -> TimedOffset? {
        guard let header = try? BatchHeader(batch.bytes) else { return nil }
        guard header.compression == BatchHeader.Compression.none else {
            return TimedOffset(offset: start, timestamp: batch.maxTimestamp)
        }
        var cursor = RecordCursor(batch.bytes)
        var newest: TimedOffset?
        while !cursor.isAtEnd, let record = try? cursor.next() {
            let found = TimedOffset(
                offset: header.baseOffset &+ Int64(record.offsetDelta), timestamp: header.timestamp(of: record))
            if found.offset >= start, found.timestamp > newest?.timestamp ?? -1 { newest = found }
        }
        return newest
    }

    private func first(in batch: StoredBatch, where matches: (Int64) -> Bool) -> TimedOffset? {
        guard let header = try? BatchHeader(batch.bytes) else { return nil }
        guard header.compression == BatchHeader.Compression.none else {
            return TimedOffset(offset: max(start, batch.baseOffset), timestamp: batch.maxTimestamp)
        }
        var cursor = RecordCursor(batch.bytes)
        while !cursor.isAtEnd {
            guard let record = try? cursor.next() else { return nil }
            let offset = header.baseOffset &+ Int64(record.offsetDelta)
            let timestamp = header.timestamp(of: record)
            if offset >= start, matches(timestamp) { return TimedOffset(offset: offset, timestamp: timestamp) }
        }
        return nil
    }
}
