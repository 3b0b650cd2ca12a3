import KafkaProtocol
import Testing

@testable import BrokerCore

@Suite struct FetchRequestTests {
    private static func world(_ batches: Int = 3) -> LogWorld {
        let world = LogWorld()
        world.create("t", partitions: 2)
        for index in 0..<batches { _ = world.produce(world.batch(["\(index)a", "\(index)b"])) }
        return world
    }

    private static var batchSize: Int32 {
        let world = LogWorld()
        return Int32(world.batch(["0a", "0b"]).count)
    }

    @Test("offsets inside and outside the log")
    func offsets() throws {
        let world = Self.world()
        _ = world.deleteRecords(before: 3)
        for (offset, values) in [(Int64(3), ["1b", "2a", "2b"]), (4, ["2a", "2b"]), (5, ["2b"]), (6, [])] {
            let data = try #require(world.fetch(LogWorld.fetchRequest(offset)))
            #expect(data.errorCode == 0)
            #expect(data.logStartOffset == 3)
            #expect(data.highWatermark == 6)
            #expect(data.lastStableOffset == 6)
            #expect(
                ReadRecord.all(data.records, from: offset).map { String(decoding: $0.value ?? [], as: UTF8.self) }
                    == values)
        }
        for offset in [Int64.min, -1, 0, 2, 7, .max] {
            let data = try #require(world.fetch(LogWorld.fetchRequest(offset, minBytes: 1, maxWait: 100)))
            #expect(data.errorCode == ErrorCode.offsetOutOfRange.rawValue)
            #expect(data.highWatermark == -1)
        }
    }

    @Test("whole batches as far as there is room, and one at the least")
    func limits() throws {
        let world = Self.world()
        let size = Self.batchSize
        for (maxBytes, partitionMaxBytes, count) in [
            (Int32.max, Int32.max, 3), (.max, size, 1), (.max, size * 2, 2), (.max, size * 2 - 1, 1), (.max, 0, 1),
            (size * 3, .max, 3), (size, .max, 1), (0, 0, 1), (-5, -5, 1),
        ] {
            let message = LogWorld.fetchRequest(0, maxBytes: maxBytes, partitionMaxBytes: partitionMaxBytes)
            #expect(
                try #require(world.fetch(message)?.records).pieces.count == count, "\(maxBytes) \(partitionMaxBytes)")
        }
    }

    @Test("only the first partition with data may go beyond the limits")
    func firstOnly() throws {
        let world = Self.world()
        _ = world.produce(world.batch(["x"]), to: "t", 1)
        var message = LogWorld.fetchRequest(0, maxBytes: 1)
        message.topics[0].partitions.append(message.topics[0].partitions[0])
        message.topics[0].partitions[1].partition = 1
        message.topics[0].partitions.insert(message.topics[0].partitions[0], at: 0)
        message.topics[0].partitions[0].fetchOffset = 6
        guard case .fetch(let response)? = world.ask(.fetch(message), 12) else { throw ProtocolError.truncated }
        #expect(response.responses[0].partitions.map { $0.records?.pieces.count } == [0, 1, 0])
    }

    @Test("leader epochs: there is one, 0")
    func epochs() throws {
        let world = Self.world()
        for (epoch, error) in [
            (Int32(-1), ErrorCode.none), (0, .none), (1, .unknownLeaderEpoch), (-2, .fencedLeaderEpoch),
        ] {
            var message = LogWorld.fetchRequest(6, minBytes: 1, maxWait: error == .none ? 0 : 1_000)
            message.topics[0].partitions[0].currentLeaderEpoch = epoch
            #expect(world.fetch(message)?.errorCode == error.rawValue)
        }
        var message = LogWorld.fetchRequest(9, minBytes: 1, maxWait: 1_000)
        message.topics[0].partitions[0].lastFetchedEpoch = 0
        let data = try #require(world.fetch(message))
        #expect(data.divergingEpoch.epoch == 0)
        #expect(data.divergingEpoch.endOffset == 6)
        message.topics[0].partitions[0].lastFetchedEpoch = 3
        #expect(world.fetch(message)?.errorCode == ErrorCode.offsetOutOfRange.rawValue)
    }

    @Test("no sessions: the first request is answered without one, a later one is refused")
    func sessions() throws {
        let world = Self.world()
        for (id, epoch, error) in [
            (Int32(0), Int32(-1), ErrorCode.none), (0, 0, .none), (7, -1, .none), (7, 1, .fetchSessionIdNotFound),
            (0, .max, .fetchSessionIdNotFound),
        ] {
            var message = LogWorld.fetchRequest(0)
            message.sessionId = id
            message.sessionEpoch = epoch
            guard case .fetch(let response)? = world.ask(.fetch(message), 12) else { throw ProtocolError.truncated }
            #expect(response.errorCode == error.rawValue)
            #expect(response.sessionId == 0)
            #expect(response.responses.isEmpty == (error != .none))
        }
    }

    @Test("by name and by id", arguments: [Int16(4), 12, 13, 18])
    func names(version: Int16) throws {
        let world = Self.world()
        let id = try #require(world.broker.topics.topic("t")?.id)
        for (name, id, partition, error) in [
            ("t", id, Int32(0), ErrorCode.none), ("t", id, 2, .unknownTopicOrPartition),
            ("t", id, -1, .unknownTopicOrPartition),
            ("u", .zero, 0, version >= 13 ? .unknownTopicId : .unknownTopicOrPartition),
        ] {
            var message = LogWorld.fetchRequest(0, name, partition, minBytes: 1, maxWait: 1_000)
            message.topics[0].topicId = id
            let data = try #require(world.fetch(message, version: version))
            #expect(data.errorCode == error.rawValue)
        }
    }

    // MARK: Waiting

    @Test("a fetch waits until there is enough")
    func waits() throws {
        let world = Self.world(0)
        let size = Self.batchSize
        #expect(world.fetch(LogWorld.fetchRequest(0, minBytes: size + 1, maxWait: 500)) == nil)
        let waiting = world.lastConnection
        #expect(world.broker.fetches.nextDeadline == world.now + 500)
        _ = world.produce(world.batch(["0a", "0b"]), to: "t", 1)
        _ = world.produce(world.batch(["0a", "0b"]))
        #expect(world.late[waiting] == nil)
        _ = world.produce(world.batch(["1a", "1b"]))
        guard case .fetch(let response)? = world.late[waiting] else { throw ProtocolError.truncated }
        #expect(response.responses[0].partitions[0].records?.pieces.count == 2)
        #expect(world.broker.fetches.nextDeadline == nil)
    }

    @Test("a fetch that waits is answered when its time is over, with what there is")
    func time() throws {
        let world = Self.world(0)
        #expect(world.fetch(LogWorld.fetchRequest(0, minBytes: 100_000, maxWait: 500)) == nil)
        let waiting = world.lastConnection
        _ = world.produce(world.batch(["0a", "0b"]))
        world.wait(499)
        #expect(world.late[waiting] == nil)
        world.wait(1)
        guard case .fetch(let response)? = world.late[waiting] else { throw ProtocolError.truncated }
        #expect(response.responses[0].partitions[0].records?.pieces.count == 1)
    }

    @Test("a reader of committed data waits for the transaction's end")
    func stable() throws {
        let world = Self.world(0)
        world.broker.apply(
            .producerKept(topic: "t", partition: 0, ProducerRecord(producerID: 9, epoch: 0, transactionStart: 0)))
        _ = world.produce(world.batch(["0a", "0b"]))
        #expect(world.fetch(LogWorld.fetchRequest(0, committed: true, minBytes: 1, maxWait: 500)) == nil)
        let waiting = world.lastConnection
        #expect(world.list(-1, committed: true)?.offset == 0)
        #expect(world.list(-1)?.offset == 2)
        world.mark(.commit, 9)
        guard case .fetch(let response)? = world.late[waiting] else { throw ProtocolError.truncated }
        #expect(response.responses[0].partitions[0].records?.pieces.count == 2)
        #expect(response.responses[0].partitions[0].lastStableOffset == 3)
    }

    @Test("a topic that goes answers those who wait for it")
    func deleted() throws {
        let world = Self.world(0)
        world.create("other")
        var message = LogWorld.fetchRequest(0, minBytes: 1, maxWait: 500)
        message.topics.append(message.topics[0])
        message.topics[1].topic = "other"
        #expect(world.ask(.fetch(message), 12) == nil)
        let waiting = world.lastConnection
        var deletion = DeleteTopicsRequest()
        deletion.topicNames = ["t"]
        _ = world.ask(.deleteTopics(deletion), 5)
        guard case .fetch(let response)? = world.late[waiting] else { throw ProtocolError.truncated }
        #expect(response.responses.map { $0.partitions[0].errorCode } == [3, 0])
    }

    @Test("a closed connection waits no more")
    func disconnected() {
        let world = Self.world(0)
        _ = world.fetch(LogWorld.fetchRequest(0, minBytes: 1, maxWait: 500))
        let waiting = world.lastConnection
        world.disconnect(waiting)
        #expect(world.broker.fetches.nextDeadline == nil)
        _ = world.produce(world.batch())
        #expect(world.late[waiting] == nil)
    }

    @Test("what is asked for from nowhere, or without waiting, is answered at once")
    func immediate() {
        let world = Self.world(0)
        #expect(world.ask(.fetch(FetchRequest()), 12) != nil)
        #expect(world.fetch(LogWorld.fetchRequest(0, minBytes: 1, maxWait: 0)) != nil)
        #expect(world.fetch(LogWorld.fetchRequest(0, minBytes: 1, maxWait: -7)) != nil)
        #expect(world.fetch(LogWorld.fetchRequest(0, minBytes: 0, maxWait: .max)) != nil)
    }
}
