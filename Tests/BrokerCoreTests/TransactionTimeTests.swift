import KafkaProtocol
import Testing

@testable import BrokerCore

/// What time does to transactions, and what a restart leaves of them.
@Suite struct TransactionTimeTests {
    @Test("a transaction that is open for longer than its time-out is aborted and its producer fenced")
    func timeout() {
        let world = TransactionWorld()
        let producer = world.initialize("x", timeoutMs: 5_000).producer
        _ = world.add([0], to: "x", producer)
        _ = world.produce("v", 0, "x", producer, sequence: 0)
        #expect(world.broker.transactionDeadline != nil)
        world.wait(5_000)
        #expect(world.state("x") == .ongoing)
        #expect(world.read(0, committed: true).lastStable == 0)
        world.wait(1_000)
        #expect(world.state("x") == .completeAbort)
        #expect(world.read(0, committed: true) == .init(values: [], lastStable: 2, end: 2))
        #expect(world.end("x", producer, committed: true) == .producerFenced)
        #expect(world.end("x", producer, committed: true, version: 1) == .invalidProducerEpoch)
        #expect(world.initialize("x").producer == ProducerIdentity(id: producer.id, epoch: 2))
    }

    @Test("the deadline is when the next look at open transactions is due, and then moves on")
    func deadlines() throws {
        let world = TransactionWorld { $0.transactionTimeoutScanMs = 700 }
        let producer = world.initialize("x", timeoutMs: 5_000).producer
        let idle = try #require(world.broker.transactionDeadline)
        #expect(idle == world.now + world.broker.configuration.transactionalIDExpirationMs)
        _ = world.add([0], to: "x", producer)
        world.wait(0)
        for _ in 0..<20 where world.state("x") == .ongoing {
            let deadline = try #require(world.broker.transactionDeadline)
            #expect(deadline > world.now && deadline <= world.now + 700)
            world.wait(deadline - world.now)
        }
        #expect(world.state("x") == .completeAbort)
        #expect(world.now - 1_000_000 > 5_000 && world.now - 1_000_000 <= 5_700)
    }

    @Test("ids that nobody uses are forgotten; those with an open transaction are not")
    func expiration() {
        let world = TransactionWorld {
            $0.transactionalIDExpirationMs = 10_000
            $0.markerDelayMs = 1_000_000
        }
        let idle = world.initialize("idle").producer
        let busy = world.initialize("busy", timeoutMs: 900_000).producer
        let ending = world.initialize("ending").producer
        _ = world.add([0], to: "busy", busy)
        _ = world.add([1], to: "ending", ending)
        _ = world.end("ending", ending, committed: true)
        world.wait(9_999)
        #expect(world.state("idle") == .empty)
        #expect(world.broker.transactionDeadline == world.now + 1)
        world.wait(1)
        #expect(world.state("idle") == nil)
        #expect(world.state("busy") == .ongoing)
        #expect(world.state("ending") == .prepareCommit)
        #expect(world.add([0], to: "idle", idle) == [.invalidProducerIdMapping])
        #expect(world.end("busy", busy, committed: true) == .none)
        for marker in world.broker.pendingMarkers { world.write(marker) }
        world.wait(10_000)
        #expect(world.broker.transactions.count == 0)
        #expect(world.broker.transactionDeadline == nil)
    }

    @Test("delayed markers: the answer comes first, then the end becomes visible")
    func delay() {
        let world = TransactionWorld { $0.markerDelayMs = 50 }
        let producer = world.initialize("x").producer
        _ = world.add([0, 1], to: "x", producer)
        _ = world.addOffsets(of: "g", to: "x", producer)
        _ = world.produce("v", 0, "x", producer, sequence: 0)
        _ = world.commitOffset(3, group: "g", "x", producer)
        #expect(world.end("x", producer, committed: true) == .none)
        #expect(world.broker.transactionDeadline == world.now + 50)
        #expect(
            world.broker.pendingMarkers.map(\.target) == [
                .partition(TopicPartition("t", 0)), .partition(TopicPartition("t", 1)), .group("g"),
            ])
        world.wait(49)
        #expect(world.read(0, committed: true).values == [])
        #expect(world.initialize("x").error == .concurrentTransactions)
        world.wait(1)
        #expect(world.read(0, committed: true).values == ["v"])
        #expect(world.read(1, committed: true).end == 1, "a marker takes an offset, also where there is no data")
        #expect(world.offset(group: "g").offset == 3)
        #expect(world.broker.pendingMarkers.isEmpty)
        #expect(world.initialize("x").producer.epoch == 1)
    }

    @Test("a marker is written once, in whatever order the caller likes")
    func oneByOne() {
        let world = TransactionWorld { $0.markerDelayMs = 1_000 }
        let producer = world.initialize("x").producer
        _ = world.add([0, 1], to: "x", producer)
        _ = world.addOffsets(of: "g", to: "x", producer)
        _ = world.end("x", producer, committed: false)
        let markers = world.broker.pendingMarkers
        world.write(markers[2])
        world.write(markers[0])
        world.write(markers[0])
        world.write(PendingMarker(transactionalID: "y", target: .group("g")))
        #expect(world.broker.pendingMarkers == [markers[1]])
        #expect(world.state("x") == .prepareAbort)
        #expect(world.read(0, committed: true).end == 1)
        world.write(markers[1])
        #expect(world.state("x") == .completeAbort)
        world.wait(1_000)
        #expect((0..<3).map { world.read($0, committed: true).end } == [1, 1, 0])
    }

    @Test("a topic that is deleted meanwhile needs no marker")
    func deletedTopic() {
        let world = TransactionWorld { $0.markerDelayMs = 10 }
        let producer = world.initialize("x").producer
        _ = world.add([0], to: "x", producer)
        world.record(.topicDeleted(name: "t"))
        #expect(world.end("x", producer, committed: true) == .none)
        world.wait(10)
        #expect(world.state("x") == .completeCommit)
    }

    @Test("after a restart a decided transaction completes, and an open one goes on", arguments: [nil, 20] as [Int64?])
    func restart(delay: Int64?) {
        let world = TransactionWorld { $0.markerDelayMs = 1_000_000 }
        let decided = world.initialize("decided").producer
        let open = world.initialize("open").producer
        _ = world.add([0], to: "decided", decided)
        _ = world.add([1], to: "open", open)
        _ = world.produce("d", 0, "decided", decided, sequence: 0)
        _ = world.produce("o", 1, "open", open, sequence: 0)
        _ = world.end("decided", decided, committed: true)
        var configuration = BrokerConfiguration()
        configuration.markerDelayMs = delay
        let other = Broker(configuration)
        for change in world.changes { other.apply(change) }
        other.resume(at: world.now)
        if let delay {
            #expect(other.transactions["decided"]?.state == .prepareCommit)
            #expect(other.transactionDeadline == world.now + delay)
            _ = other.tick(at: world.now + delay)
        }
        #expect(other.transactions["decided"]?.state == .completeCommit)
        #expect(other.transactions["open"]?.state == .ongoing)
        #expect(other.topics.log(TopicPartition("t", 0))?.lastStableOffset == 2)
        #expect(other.topics.log(TopicPartition("t", 1))?.lastStableOffset == 0)
    }
}
