import KafkaProtocol

/// What compaction makes of a log: the newest record of each key, and what must stay beside it.
///
/// As in Kafka: offsets keep; the newest segment and what is not decided yet stay as they are; data of aborted
/// transactions goes; a marker stays until a pass has met none of its transaction's data, and like a tombstone
/// `delete.retention.ms` longer. Compressed batches are not opened: they stay whole and outdate nothing.
struct Compaction {
    /// The offset from which on nothing is touched.
    let end: Int64
    private(set) var batches: [[UInt8]] = []
    private(set) var isChanged = false
    /// When the earliest of the tombstones and markers that are left may go.
    private(set) var deleteHorizon: Int64?

    private let now: Int64
    private let deleteRetentionMs: Int64
    private let aborted: [Int64: [AbortedTransactions.Entry]]
    private var newest: [[UInt8]: Int64] = [:]
    /// Producers with data met in a transaction that has not met its marker yet.
    private var withData: Set<Int64> = []

    init(_ log: PartitionLog, _ settings: TopicSettings, now: Int64) {
        self.now = now
        deleteRetentionMs = settings.deleteRetentionMs
        aborted = Dictionary(grouping: log.aborted.entries, by: \.producerID)
        end = log.compactableEnd(settings, now: now)
        let all = log.batches
        let count = all.firstIndex(sorted: { $0.lastOffset >= end })
        for batch in all[..<count] { note(batch) }
        for batch in all[..<count] { keep(batch) }
        batches += all[count...].map(\.bytes)
    }

    private static func saturatingSum(_ left: Int64, _ right: Int64) -> Int64 {
        let (sum, overflow) = left.addingReportingOverflow(right)
        return overflow ? .max : sum
    }

    private func isAborted(_ header: BatchHeader) -> Bool {
        guard header.isTransactional, let transactions = aborted[header.producerID] else { return false }
        return transactions.contains { $0.firstOffset <= header.baseOffset && header.baseOffset < $0.lastOffset }
    }

    private static func header(_ batch: StoredBatch) -> BatchHeader? { try? BatchHeader(batch.bytes) }

    private mutating func note(_ batch: StoredBatch) {
        guard let header = Self.header(batch), !header.isControl, header.isOpen, !isAborted(header) else { return }
        var cursor = RecordCursor(batch.bytes)
        while !cursor.isAtEnd, let record = try? cursor.next() {
            guard let key = record.key else { continue }
            newest[Array(batch.bytes[key])] = header.baseOffset &+ Int64(record.offsetDelta)
        }
    }

    private mutating func keep(_ batch: StoredBatch) {
        guard let header = Self.header(batch) else { return }
        if header.isControl { return keep(marker: batch, header) }
        if header.isTransactional { withData.insert(header.producerID) }
        if isAborted(header) { return isChanged = true }
        guard header.isOpen else { return batches.append(batch.bytes) }
        keep(data: batch, header)
    }

    private mutating func keep(marker batch: StoredBatch, _ header: BatchHeader) {
        let hadData = withData.remove(header.producerID) != nil
        guard !hadData else { return batches.append(batch.bytes) }
        guard !header.hasDeleteHorizon || header.baseTimestamp > now else { return isChanged = true }
        keepWithHorizon(batch, header, Self.records(batch))
    }

    private mutating func keep(data batch: StoredBatch, _ header: BatchHeader) {
        let records = Self.records(batch)
        let tombstonesGo = header.hasDeleteHorizon && header.baseTimestamp <= now
        let kept = records.filter { record in
            guard let key = record.key else { return false }
            let offset = header.baseOffset &+ Int64(record.offsetDelta)
            return newest[Array(batch.bytes[key])] == offset && (record.value != nil || !tombstonesGo)
        }
        guard !kept.isEmpty else { return isChanged = true }
        if kept.contains(where: { $0.value == nil }) {
            keepWithHorizon(batch, header, kept, isWhole: kept.count == records.count)
        } else if kept.count == records.count {
            batches.append(batch.bytes)
        } else {
            isChanged = true
            batches.append(Self.rewritten(batch, header, kept, base: header.baseTimestamp))
        }
    }

    /// Keeps a batch with something that goes later, which is when its base time says from then on.
    private mutating func keepWithHorizon(
        _ batch: StoredBatch, _ header: BatchHeader, _ kept: [RecordCursor.Record], isWhole: Bool = true
    ) {
        let horizon =
            header.hasDeleteHorizon ? header.baseTimestamp : Self.saturatingSum(now, deleteRetentionMs)
        deleteHorizon = min(deleteHorizon ?? .max, horizon)
        guard !isWhole || !header.hasDeleteHorizon else { return batches.append(batch.bytes) }
        isChanged = true
        var header = header
        header.attributes |= 0x40
        batches.append(Self.rewritten(batch, header, kept, base: horizon))
    }

    private static func records(_ batch: StoredBatch) -> [RecordCursor.Record] {
        var cursor = RecordCursor(batch.bytes)
        var records: [RecordCursor.Record] = []
        while !cursor.isAtEnd, let record = try? cursor.next() { records.append(record) }
        return records
    }

    /// The batch with these records alone, their times counted from `base`; its offsets stay as they were.
    private static func rewritten(
        _ batch: StoredBatch, _ header: BatchHeader, _ kept: [RecordCursor.Record], base: Int64
    ) -> [UInt8] {
        var header = header
        let shift = header.baseTimestamp &- base
        if !header.usesLogAppendTime {
            header.maxTimestamp = kept.map { header.baseTimestamp &+ $0.timestampDelta }.max() ?? -1
        }
        header.baseTimestamp = base
        header.recordCount = Int32(clamping: kept.count)
        var body = ProtocolWriter(reserving: batch.bytes.count)
        for record in kept {
            var content = ProtocolWriter(reserving: record.tail.count + 12)
            content.int8(0)
            content.signedVarlong(record.timestampDelta &+ shift)
            content.raw(Array(batch.bytes[record.tail]))
            body.signedVarint(Int32(clamping: content.bytes.count))
            body.raw(content.bytes)
        }
        header.batchLength = Int32(
            clamping: BatchHeader.byteCount - BatchHeader.prefixByteCount + body.bytes.count)
        return header.replacing([UInt8](repeating: 0, count: BatchHeader.byteCount) + body.bytes)
    }
}

extension BatchHeader {
    /// Whether its records can be told apart here.
    fileprivate var isOpen: Bool { compression == Compression.none }
}
