import KafkaProtocol

/// One partition's log: its batches, and what follows from them for producers and transactions.
///
/// There is one node, so what is appended is replicated: the high watermark is the end. Decisions are made before
/// `append`, which trusts the batch; compressed batches are never opened, so their records count only as a whole.
final class PartitionLog {
    /// Oldest first; the last one takes the next batch.
    private(set) var segments: [LogSegment] = [LogSegment()]
    /// The first offset that may be read.
    private(set) var start: Int64 = 0
    /// The offset of the next record.
    private(set) var end: Int64 = 0
    private(set) var producers: [Int64: ProducerRecord] = [:]
    private(set) var aborted = AbortedTransactions()
    /// Up to where compaction has been; what is behind it counts as dirty.
    var compactedTo: Int64 = 0
    /// When the earliest tombstone or marker that compaction has met may go; nil if none waits.
    var deleteHorizon: Int64?

    private var endPosition: Int64 = 0
    private var openTransactions: [Int64: Int64] = [:]
    private var firstUnstable: Int64?

    var highWatermark: Int64 { end }

    /// Below it every transaction is decided.
    var lastStableOffset: Int64 { max(start, firstUnstable ?? end) }

    var byteCount: Int64 { segments.reduce(0) { $0 &+ $1.byteCount } }

    var batches: [StoredBatch] { segments.flatMap(\.batches) }

    /// The offset behind which a reader of this isolation sees nothing.
    func readableEnd(committed: Bool) -> Int64 { committed ? lastStableOffset : highWatermark }

    // MARK: Changes

    /// Puts a batch with assigned offsets at the end.
    func append(_ bytes: [UInt8], _ settings: TopicSettings) {
        guard let header = try? RecordBatchCodec.header(bytes), header.lastOffset >= header.baseOffset else { return }
        store(bytes, header, settings)
        end = max(end, header.lastOffset &+ 1)
        guard header.producerID >= 0 else { return }
        if header.isControl { endTransaction(bytes, header) } else { extend(header) }
    }

    private func store(_ bytes: [UInt8], _ header: BatchHeader, _ settings: TopicSettings) {
        if segments[segments.count - 1].isFull(for: bytes.count, timestamp: header.maxTimestamp, settings) {
            segments.append(LogSegment())
        }
        segments[segments.count - 1].append(
            StoredBatch(
                baseOffset: header.baseOffset, lastOffset: header.lastOffset, maxTimestamp: header.maxTimestamp,
                runningMaxTimestamp: header.maxTimestamp, position: endPosition, bytes: bytes))
        endPosition &+= Int64(bytes.count)
    }

    /// Moves the first readable offset forward and lets go of what is wholly before it.
    func moveStart(to offset: Int64) {
        start = max(start, offset)
        end = max(end, start)
        let gone = segments.firstIndex { ($0.lastOffset ?? .max) >= start } ?? segments.count
        segments.removeFirst(gone)
        if segments.isEmpty { segments = [LogSegment()] }
        let index = segments[0].index(of: start)
        if index > 0 { segments[0] = LogSegment(Array(segments[0].batches[index...])) }
        aborted.forget(before: start)
    }

    /// Replaces all batches by what compaction left; offsets, producers and open transactions stay.
    func replace(_ batches: [[UInt8]], end newEnd: Int64, _ settings: TopicSettings) {
        // What compaction has left alone must not join what it has been through, or it would leave both alone.
        let active = segments.last?.baseOffset ?? end
        segments = [LogSegment()]
        aborted = AbortedTransactions()
        var open: [Int64: Int64] = [:]
        for bytes in batches {
            guard let header = try? RecordBatchCodec.header(bytes), header.lastOffset >= header.baseOffset else {
                continue
            }
            if header.baseOffset >= active, (segments.last?.baseOffset ?? active) < active {
                segments.append(LogSegment())
            }
            store(bytes, header, settings)
            guard header.isTransactional, header.producerID >= 0 else { continue }
            if !header.isControl {
                open[header.producerID] = open[header.producerID] ?? header.baseOffset
            } else if let first = open.removeValue(forKey: header.producerID), Self.marker(bytes)?.kind == .abort {
                let unstable = open.values.min() ?? header.lastOffset &+ 1
                aborted.append(header.producerID, from: first, to: header.lastOffset, stable: unstable)
            }
        }
        end = max(end, newEnd)
    }

    // MARK: Producers

    /// Sets what is known of a producer.
    func keep(_ producer: ProducerRecord) {
        producers[producer.producerID] = producer
        openTransactions[producer.producerID] = producer.transactionStart
        firstUnstable = openTransactions.values.min()
    }

    /// Forgets producers that have been silent since before `time` and have no open transaction.
    func forgetProducers(silentSince time: Int64) {
        producers = producers.filter { $0.value.transactionStart != nil || $0.value.lastTimestamp > time }
    }

    private func extend(_ header: BatchHeader) {
        var producer =
            producers[header.producerID]
            ?? ProducerRecord(producerID: header.producerID, epoch: header.producerEpoch, coordinatorEpoch: -1)
        if producer.epoch != header.producerEpoch {
            producer.epoch = header.producerEpoch
            producer.batches = []
        }
        if producer.batches.count >= ProducerRecord.batchLimit { producer.batches.removeFirst() }
        producer.batches.append(
            ProducerRecord.Batch(
                firstSequence: header.baseSequence, lastSequence: header.lastSequence, baseOffset: header.baseOffset,
                lastOffset: header.lastOffset, timestamp: header.maxTimestamp))
        producer.lastTimestamp = header.maxTimestamp
        if header.isTransactional, producer.transactionStart == nil {
            producer.transactionStart = header.baseOffset
            openTransactions[header.producerID] = header.baseOffset
            firstUnstable = firstUnstable ?? header.baseOffset
        }
        producers[header.producerID] = producer
    }

    private func endTransaction(_ bytes: [UInt8], _ header: BatchHeader) {
        guard let marker = Self.marker(bytes) else { return }
        var producer =
            producers[header.producerID]
            ?? ProducerRecord(producerID: header.producerID, epoch: header.producerEpoch, coordinatorEpoch: -1)
        if producer.epoch != header.producerEpoch {
            producer.epoch = header.producerEpoch
            producer.batches = []
        }
        producer.coordinatorEpoch = marker.coordinatorEpoch
        producer.lastTimestamp = header.maxTimestamp
        let first = producer.transactionStart
        producer.transactionStart = nil
        producers[header.producerID] = producer
        guard let first else { return }
        openTransactions[header.producerID] = nil
        firstUnstable = openTransactions.values.min()
        guard marker.kind == .abort else { return }
        aborted.append(header.producerID, from: first, to: header.lastOffset, stable: firstUnstable ?? end)
    }

    private static func marker(_ bytes: [UInt8]) -> ControlRecord? {
        (try? RecordBatchCodec.records(bytes))?.first.flatMap { ControlRecord($0) }
    }

    // MARK: Reading

    struct Read {
        var batches: [[UInt8]] = []
        var byteCount = 0
        /// The offset behind what was read.
        var end: Int64
    }

    /// Whole batches from the one that holds `offset`, below `bound`, as far as `maxBytes` allow; the first one even
    /// beyond them if `atLeastOne`.
    func read(from offset: Int64, below bound: Int64, maxBytes: Int, atLeastOne: Bool) -> Read {
        var read = Read(end: offset)
        var segment = segments.firstIndex(sorted: { ($0.lastOffset ?? .max) >= offset })
        while segment < segments.count {
            let batches = segments[segment].batches
            for index in segments[segment].index(of: offset)..<batches.count {
                let batch = batches[index]
                let fits = batch.bytes.count <= maxBytes - read.byteCount
                guard batch.lastOffset < bound, fits || (atLeastOne && read.batches.isEmpty) else { return read }
                read.batches.append(batch.bytes)
                read.byteCount += batch.bytes.count
                read.end = batch.lastOffset &+ 1
                if read.byteCount >= maxBytes { return read }
            }
            segment += 1
        }
        return read
    }

    /// How many bytes there are from the batch that holds `offset` to `bound`.
    func bytes(from offset: Int64, to bound: Int64) -> Int64 { max(0, position(of: bound) &- position(of: offset)) }

    private func position(of offset: Int64) -> Int64 {
        let index = segments.firstIndex(sorted: { ($0.lastOffset ?? .max) >= offset })
        guard index < segments.count else { return endPosition }
        let batches = segments[index].batches
        let batch = segments[index].index(of: offset)
        return batch < batches.count ? batches[batch].position : endPosition
    }
}

extension ProducerRecord {
    /// How many batches a repeated one is compared with.
    static let batchLimit = 5
}
