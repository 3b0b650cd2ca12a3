import Kafka
import Schemas
import StateStore

/// Brings stores up to the end of their changelogs, a slice at a time, so that the group stays alive meanwhile.
///
/// The target is the high watermark counted with open transactions: the group's stable offset can be visible before the
/// commit marker reaches the changelog, and a restore to the last stable offset would drop the last transaction.
final class Restorer<Reader: BrokerReader> {
    private let reader: Reader
    private let topic: String
    private var targets: [Int32: Target] = [:]
    private let batch = Reader.Batch()
    private let plantedFaults: Set<PlantedFault>
    fileprivate(set) var restoredRecords: UInt64 = 0

    private struct Target {
        var store: StateStore
        var high: Int64
        var low: Int64
    }

    private static var recordsPerSlice: Int { 5_000 }

    init(changelog: String, reader: Reader, plantedFaults: Set<PlantedFault>) {
        topic = changelog
        self.reader = reader
        self.plantedFaults = plantedFaults
    }

    var isIdle: Bool { targets.isEmpty }

    /// Begins with partitions that were just assigned; each store's resume offset says from where.
    ///
    /// A resume offset that the changelog does not hold means another changelog or one that was cut: the store is wiped.
    func begin(_ stores: [Int32: StateStore]) throws {
        guard !stores.isEmpty else { return }
        // In order: what a run asks for, and when, is the same each time.
        for (partition, store) in stores.sorted(by: { $0.key < $1.key }) {
            let (low, high) = try watermarks(partition)
            if let resume = store.resumeOffset, resume > high || resume < low { try store.wipe() }
            targets[partition] = Target(store: store, high: high, low: low)
        }
        // One assignment for all: each new one makes the reader fetch anew. The reader's position counts for those that
        // are being restored already; of the others it may have read more than their stores ever saw.
        reader.assign(
            Dictionary(
                uniqueKeysWithValues: targets.map { partition, target in
                    let read = stores[partition] == nil ? reader.position(name(partition)) ?? 0 : 0
                    return (name(partition), .offset(max(from(target), read)))
                }))
    }

    private func watermarks(_ partition: Int32) throws -> (low: Int64, high: Int64) {
        // Planted: what is visible of the group's offsets may not be stable in the changelog yet.
        if plantedFaults.contains(.restoreToLastStableOffset) {
            return try reader.stableWatermarks(
                name(partition), timeoutMilliseconds: BrokerQuery.timeoutMilliseconds)
        }
        return try reader.uncommittedWatermarks(
            name(partition), timeoutMilliseconds: BrokerQuery.timeoutMilliseconds)
    }

    /// The end of a changelog partition now.
    func highWatermark(_ partition: Int32) throws -> Int64 { try watermarks(partition).high }

    func forget(_ partition: Int32) { targets[partition] = nil }

    /// Reads one slice; returns the partitions that are done.
    func advance(timeoutMilliseconds: Int32) throws -> [Int32] {
        guard !targets.isEmpty else { return [] }
        let done = finished()
        if !done.isEmpty { return done }
        let result = try reader.poll(
            into: batch, limit: Self.recordsPerSlice, timeoutMilliseconds: timeoutMilliseconds)
        if let failure = result.errors.first(where: { $0.topicPartition != nil }) { throw failure.error }
        var slices: [Int32: [RestoredRecord]] = [:]
        for index in 0..<batch.count {
            let record = batch.owned(index)
            slices[record.partition, default: []].append(RestoredRecord(key: record.key ?? [], value: record.value))
        }
        batch.removeAll()
        for (partition, records) in slices.sorted(by: { $0.key < $1.key }) {
            guard let target = targets[partition] else { continue }
            try target.store.applyRestored(records, resumeOffset: reader.position(name(partition)) ?? 0)
            restoredRecords += UInt64(records.count)
        }
        return finished()
    }

    /// Those whose position, which markers move too, has reached the target.
    private func finished() -> [Int32] {
        let done = targets.filter { partition, target in
            from(target) >= target.high || (reader.position(name(partition)) ?? 0) >= target.high
        }.map(\.key).sorted()
        for partition in done { targets[partition] = nil }
        if !done.isEmpty, targets.isEmpty { reader.assign([:]) }
        return done
    }

    private func from(_ target: Target) -> Int64 { max(target.store.resumeOffset ?? target.low, target.low) }

    private func name(_ partition: Int32) -> TopicPartition { TopicPartition(topic: topic, partition: partition) }

    func close() { reader.close() }
}

extension Restorer {
    /// Records restored since the last call.
    func takeRestoredCount() -> UInt64 {
        defer { restoredRecords = 0 }
        return restoredRecords
    }
}
