import BrokerCore
import Kafka
import KafkaProtocol
import WorkerRuntime

/// A member of a group.
final class SimulatedConsumer: BackgroundClient, BrokerConsumer {
    typealias Batch = SimulatedBatch
    typealias GroupMetadata = SimulatedGroupMetadata

    weak var listener: (any RebalanceListener<SimulatedConsumer>)?

    private let world: World
    private let place: SimulatedClient.LoopPlace
    private let coordinator: Channel
    private let queries: LogQueries
    private let membership: GroupMembership
    private let fetcher: FetchSession

    init(
        _ world: World, _ place: SimulatedClient.LoopPlace, clientID: String, group: String, instanceID: String?,
        settings: ConsumerSettings
    ) {
        self.world = world
        self.place = place
        let life = place.life
        coordinator = world.open(life, clientID: clientID)
        queries = LogQueries(world: world, channel: world.open(life, clientID: clientID))
        membership = GroupMembership(world, coordinator, group: group, instanceID: instanceID, settings: settings)
        fetcher = FetchSession(world, life, clientID: clientID)
        super.init(life)
        world.add(self)
    }

    private func abandon() {
        // A member that leaves says so, if the connection still carries it.
        coordinator.abandon(keepingRequests: true)
        fetcher.close()
        queries.channel.abandon(keepingRequests: false)
    }

    // MARK: By itself

    override var nextDeadline: Int64 { min(membership.nextDeadline, fetcher.nextDeadline) }

    override func serve() {
        guard !isClosed else { return }
        membership.serve()
        fetcher.serve()
    }

    // MARK: The group

    func subscribe(_ topics: [String]) throws {
        try world.enter(life)
        membership.subscribe(topics)
        membership.serve()
    }

    func poll(into batch: SimulatedBatch, limit: Int, timeoutMilliseconds: Int32) throws -> PollResult {
        try world.enter(life)
        membership.polled()
        if let fatal = membership.fatal { throw fatal }
        var result = PollResult()
        // Records that came before the news are handed over before it, in the same poll or in one of its own.
        if membership.operations.isEmpty || world.chance.oneIn(2) {
            result.count = fetcher.take(into: batch, limit: limit)
        }
        if result.count == 0 || world.chance.oneIn(2), let operation = membership.takeOperation() {
            tell(operation)
            result.rebalanced = true
        } else if result.count == 0 {
            result.errors = fetcher.failures()
            world.idle(place, milliseconds: Int64(timeoutMilliseconds))
        }
        serve()
        return result
    }

    private func tell(_ operation: GroupMembership.Operation) {
        switch operation {
        case .assign(let partitions):
            world.counts[.assignments] += 1
            listener?.assigned(partitions, consumer: self)
            membership.assignmentTaken()
        case .revoke(let partitions):
            giveUp(partitions)
            membership.assignmentGivenUp()
        }
    }

    private func giveUp(_ partitions: [Kafka.TopicPartition]) {
        world.counts[.revocations] += 1
        let isLost = membership.isLost
        world.audit.revokes(place, isLost: isLost)
        listener?.revoked(partitions, lost: isLost, consumer: self)
        world.audit.revoked(place)
        fetcher.assign([:])
    }

    func assign(_ partitions: [Kafka.TopicPartition: StartOffset]) { fetcher.assign(partitions) }

    func hold(_ partition: Kafka.TopicPartition) { fetcher.slot(partition)?.isHeld = true }

    func release(_ partition: Kafka.TopicPartition) {
        fetcher.slot(partition)?.isHeld = false
        world.wake(life)
    }

    func groupMetadata() -> SimulatedGroupMetadata { membership.metadata }

    var memberID: String? { membership.memberID.isEmpty ? nil : membership.memberID }

    var isAssignmentLost: Bool { membership.isLost }

    // MARK: Offsets

    func seek(_ partition: Kafka.TopicPartition, to offset: Int64) throws {
        try world.enter(life)
        fetcher.seek(partition, to: offset)
    }

    func position(_ partition: Kafka.TopicPartition) -> Int64? { fetcher.slot(partition)?.position }

    func storeOffsets(_ offsets: [Kafka.TopicPartition: Int64]) {}

    func committed(
        _ partitions: [Kafka.TopicPartition], timeoutMilliseconds: Int32
    ) throws -> [Kafka.TopicPartition: Int64] {
        guard !partitions.isEmpty else { return [:] }
        var request = OffsetFetchRequest()
        request.groupId = membership.group
        request.requireStable = true
        var topics: [OffsetFetchRequest.OffsetFetchRequestTopic] = []
        for name in partitions.sorted() {
            if topics.last?.name != name.topic {
                var topic = OffsetFetchRequest.OffsetFetchRequestTopic()
                topic.name = name.topic
                topics.append(topic)
            }
            topics[topics.count - 1].partitionIndexes.append(name.partition)
        }
        request.topics = topics
        let deadline = world.now + Int64(timeoutMilliseconds)
        var pause: Int64 = 10
        while true {
            let body = try world.exchange(queries.channel, .offsetFetch(request), version: 7)
            if let offsets = Self.offsets(body) { return offsets }
            guard world.now + pause < deadline else {
                throw KafkaError(code: .timedOut, message: "no answer about the group's offsets")
            }
            world.counts[.unstableOffsets] += 1
            try world.pause(life, pause)
            pause = min(pause * 2, 200)
        }
    }

    /// Nil where an offset is not known, because a transaction holds it or for another reason.
    private static func offsets(_ body: ResponseBody?) -> [Kafka.TopicPartition: Int64]? {
        guard case .offsetFetch(let response)? = body, response.errorCode == 0 else { return nil }
        var offsets: [Kafka.TopicPartition: Int64] = [:]
        for topic in response.topics {
            for partition in topic.partitions {
                guard partition.errorCode == 0 else { return nil }
                guard partition.committedOffset >= 0 else { continue }
                offsets[Kafka.TopicPartition(topic: topic.name, partition: partition.partitionIndex)] =
                    partition.committedOffset
            }
        }
        return offsets
    }

    func watermarks(
        _ partition: Kafka.TopicPartition, timeoutMilliseconds: Int32
    ) throws -> (low: Int64, high: Int64) {
        try queries.watermarks(partition, committed: true, timeoutMilliseconds: timeoutMilliseconds)
    }

    func close() {
        guard !isClosed, !life.isDead else { return }
        if let partitions = membership.beginClose() { giveUp(partitions) }
        membership.leave()
        isClosed = true
        abandon()
    }
}
