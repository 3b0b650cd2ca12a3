/// Reads whole partitions once, committed records only, from the beginning to the end there was at the start.
///
/// One thread uses it; its reader is opened at the first use and serves every later one.
public final class TopicScan {
    private let client: ClientConfiguration
    private var opened: PartitionReader?

    private static let batchRecords = 10_000
    private static let queryTimeoutMilliseconds: Int32 = 30_000

    /// Makes a scan; it connects at the first `forEach`.
    public init(client: ClientConfiguration) {
        self.client = client
    }

    deinit { opened?.close() }

    /// Calls the body with one batch of copies after another; in offset order within a partition, none between them.
    public func forEach(in partitions: [TopicPartition], batches body: ([OwnedRecord]) throws -> Void) throws {
        let reader = try opened ?? PartitionReader(client)
        opened = reader
        var open: [TopicPartition: Int64] = [:]
        for partition in partitions {
            let (low, high) = try reader.uncommittedWatermarks(
                partition, timeoutMilliseconds: Self.queryTimeoutMilliseconds)
            if high > low { open[partition] = high }
        }
        guard !open.isEmpty else { return }
        reader.assign(open.mapValues { _ in .beginning })
        let batch = RecordBatch()
        while !open.isEmpty {
            let result = try reader.poll(into: batch, limit: Self.batchRecords, timeoutMilliseconds: 200)
            if let failure = result.errors.first(where: { $0.topicPartition != nil }) { throw failure.error }
            if !batch.isEmpty { try body((0..<batch.count).map { batch.owned($0) }) }
            batch.removeAll()
            for (partition, end) in open where (reader.position(partition) ?? 0) >= end { open[partition] = nil }
        }
        reader.assign([:])
    }
}
