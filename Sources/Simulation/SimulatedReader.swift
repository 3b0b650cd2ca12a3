import Kafka
import WorkerRuntime

/// A reader without a group.
final class SimulatedReader: BackgroundClient, BrokerReader {
    typealias Batch = SimulatedBatch

    private let world: World
    private let queries: LogQueries
    private let fetcher: FetchSession

    init(_ world: World, _ place: SimulatedClient.LoopPlace, clientID: String) {
        self.world = world
        let life = place.life
        queries = LogQueries(world: world, channel: world.open(life, clientID: clientID))
        fetcher = FetchSession(world, life, clientID: clientID)
        super.init(life)
        world.add(self)
    }

    private func abandon() {
        isClosed = true
        fetcher.close()
        queries.channel.abandon(keepingRequests: false)
    }

    override var nextDeadline: Int64 { fetcher.nextDeadline }

    override func serve() { fetcher.serve() }

    func assign(_ starts: [TopicPartition: StartOffset]) { fetcher.assign(starts) }

    func poll(into batch: SimulatedBatch, limit: Int, timeoutMilliseconds: Int32) throws -> PollResult {
        try world.enter(life)
        var result = PollResult()
        result.count = fetcher.take(into: batch, limit: limit)
        result.errors = fetcher.failures()
        fetcher.serve()
        if result.count == 0, timeoutMilliseconds > 0 {
            try world.pause(life, Int64(timeoutMilliseconds)) { self.fetcher.hasRecords }
        }
        return result
    }

    func position(_ partition: TopicPartition) -> Int64? { fetcher.slot(partition)?.position }

    func uncommittedWatermarks(
        _ partition: TopicPartition, timeoutMilliseconds: Int32
    ) throws -> (low: Int64, high: Int64) {
        try queries.watermarks(partition, committed: false, timeoutMilliseconds: timeoutMilliseconds)
    }

    func stableWatermarks(
        _ partition: TopicPartition, timeoutMilliseconds: Int32
    ) throws -> (low: Int64, high: Int64) {
        try queries.watermarks(partition, committed: true, timeoutMilliseconds: timeoutMilliseconds)
    }

    func close() { abandon() }
}
