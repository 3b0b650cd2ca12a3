import BrokerCore
import Kafka
import KafkaProtocol

/// Reads assigned partitions ahead, as librdkafka's fetcher does: committed records only, one request at a time.
final class FetchSession {
    /// What is known of one partition.
    final class Slot {
        let name: Kafka.TopicPartition
        /// The next offset to ask for, behind everything that was fetched, markers too.
        var fetchOffset: Int64
        /// Grows with each seek, so that an older answer is dropped.
        var version = 0
        var isHeld = false
        var failure: KafkaError?
        private var queue: [OwnedRecord] = []
        private var taken = 0

        init(_ name: Kafka.TopicPartition, from offset: Int64) {
            self.name = name
            fetchOffset = offset
        }

        var queuedCount: Int { queue.count - taken }

        func append(_ record: OwnedRecord) { queue.append(record) }

        func take() -> OwnedRecord {
            defer {
                taken += 1
                if taken == queue.count { drop() }
            }
            return queue[taken]
        }

        func drop() {
            queue.removeAll(keepingCapacity: true)
            taken = 0
        }

        /// Behind what was handed over; behind the markers that follow it, too, once nothing is left to hand over.
        var position: Int64 { taken < queue.count ? queue[taken].offset : fetchOffset }
    }

    private let world: World
    private let life: Life
    private let clientID: String
    private(set) var channel: Channel
    private(set) var slots: [Slot] = []
    private var isFetching = false
    private var notBefore: Int64 = 0

    private static let queuedLimit = 64
    /// The broker answers as soon as there is anything, so a long wait only saves steps.
    private static let waitMilliseconds: Int32 = 5_000

    init(_ world: World, _ life: Life, clientID: String) {
        self.world = world
        self.life = life
        self.clientID = clientID
        channel = world.open(life, clientID: clientID)
    }

    func close() { channel.abandon(keepingRequests: false) }

    func slot(_ name: Kafka.TopicPartition) -> Slot? { slots.first { $0.name == name } }

    func assign(_ starts: [Kafka.TopicPartition: StartOffset]) {
        let names = starts.keys.sorted()
        slots = names.map { name in
            // Nothing is deleted here, so that a log begins at 0.
            let offset: Int64 = if case .offset(let offset)? = starts[name] { offset } else { 0 }
            return Slot(name, from: offset)
        }
        restart()
    }

    /// Fetches anew: the answer that is awaited was asked for by what is read no more.
    private func restart() {
        if isFetching {
            close()
            channel = world.open(life, clientID: clientID)
            isFetching = false
        }
        serve()
    }

    func seek(_ name: Kafka.TopicPartition, to offset: Int64) {
        guard let slot = slot(name) else { return }
        slot.drop()
        slot.fetchOffset = offset
        slot.version += 1
        slot.failure = nil
        restart()
    }

    /// Takes records of partitions that are not held, up to a limit.
    func take(into batch: SimulatedBatch, limit: Int) -> Int {
        let ready = slots.filter { !$0.isHeld && $0.queuedCount > 0 }
        guard !ready.isEmpty else { return 0 }
        // What comes out of one poll is chance: some of some partitions.
        let wanted = world.chance.oneIn(3) ? min(limit, 1 + world.chance.below(6)) : limit
        var count = 0
        let first = world.chance.below(ready.count)
        for index in ready.indices {
            let slot = ready[(first + index) % ready.count]
            while slot.queuedCount > 0, count < wanted {
                batch.append(slot.take())
                count += 1
            }
        }
        return count
    }

    var hasRecords: Bool { slots.contains { !$0.isHeld && $0.queuedCount > 0 } }

    func failures() -> [PollError] {
        var errors: [PollError] = []
        for slot in slots {
            guard let failure = slot.failure else { continue }
            errors.append(PollError(topicPartition: slot.name, error: failure))
            slot.failure = nil
        }
        return errors
    }

    // MARK: By itself

    var nextDeadline: Int64 { !isFetching && notBefore > 0 && !slots.isEmpty ? notBefore : .max }

    func serve() {
        guard !isFetching, world.now >= notBefore else { return }
        notBefore = 0
        let open = slots.filter { $0.queuedCount < Self.queuedLimit && $0.failure == nil }
        guard !open.isEmpty else { return }
        isFetching = true
        var request = FetchRequest()
        request.maxWaitMs = Self.waitMilliseconds
        request.minBytes = 1
        request.maxBytes = world.chance.oneIn(4) ? 300 : 100_000
        request.isolationLevel = 1
        for slot in open {
            var partition = FetchRequest.FetchPartition()
            partition.partition = slot.name.partition
            partition.fetchOffset = slot.fetchOffset
            partition.partitionMaxBytes = 50_000
            if request.topics.last?.topic == slot.name.topic {
                request.topics[request.topics.count - 1].partitions.append(partition)
            } else {
                var topic = FetchRequest.FetchTopic()
                topic.topic = slot.name.topic
                topic.partitions = [partition]
                request.topics.append(topic)
            }
        }
        let asked = open.map { (slot: $0, version: $0.version) }
        channel.send(.fetch(request), version: 11) { [weak self] in self?.fetched($0, asked) }
    }

    private func fetched(_ body: ResponseBody?, _ asked: [(slot: Slot, version: Int)]) {
        isFetching = false
        guard case .fetch(let response)? = body else {
            notBefore = world.now + 20
            return
        }
        var index = 0
        for topic in response.responses {
            for data in topic.partitions where index < asked.count {
                let (slot, version) = asked[index]
                index += 1
                if slot.version == version, slots.contains(where: { $0 === slot }) { take(data, slot) }
            }
        }
        if hasRecords { world.wake(life) }
        serve()
    }

    private func take(_ data: FetchResponse.PartitionData, _ slot: Slot) {
        switch ErrorCode(rawValue: data.errorCode) {
        case .none: break
        case .offsetOutOfRange:
            slot.failure = KafkaError(code: .autoOffsetReset, message: "the offset is not in the log")
            return
        default:
            notBefore = world.now + 20
            return
        }
        slot.fetchOffset = CommittedRecords.read(data, from: slot.fetchOffset) { offset, header, record in
            slot.append(
                CommittedRecords.owned(slot.name, offset: offset, header: header, record: record))
        }
    }
}
