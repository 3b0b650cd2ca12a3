import KafkaProtocol
import Testing

@testable import BrokerCore

/// The coordinator's answers by request, state and version.
@Suite struct TransactionRequestTests {
    typealias State = TransactionRecord.State

    /// A world in which the id `x` is in a state, and its producer.
    private static func world(_ state: State) -> (TransactionWorld, ProducerIdentity) {
        // Markers wait for a caller, so that a prepared transaction stays one.
        let world = TransactionWorld { $0.markerDelayMs = 1_000_000 }
        let producer = world.initialize("x").producer
        guard state != .empty else { return (world, producer) }
        _ = world.add([0], to: "x", producer)
        switch state {
        case .prepareCommit, .completeCommit: _ = world.end("x", producer, committed: true)
        case .prepareAbort, .completeAbort: _ = world.end("x", producer, committed: false)
        case .empty, .ongoing, .dead, .prepareEpochFence: break
        }
        if [.completeCommit, .completeAbort].contains(state) {
            for marker in world.broker.pendingMarkers { world.write(marker) }
        }
        return (world, producer)
    }

    private static let states: [State] = [
        .empty, .ongoing, .prepareCommit, .prepareAbort, .completeCommit, .completeAbort,
    ]

    @Test("the worlds are in the states that they are said to be in", arguments: states)
    func reached(state: State) {
        #expect(Self.world(state).0.state("x") == state)
    }

    // MARK: InitProducerId

    @Test("without an id each request gets a producer id of its own, epoch 0")
    func idempotent() {
        let world = TransactionWorld()
        for number in 0..<3 {
            let answer = world.initialize(nil, timeoutMs: 0, version: Int16(number))
            #expect(answer == .init(error: .none, producer: ProducerIdentity(id: Int64(number), epoch: 0)))
        }
        world.restart()
        #expect(world.initialize(nil).producer.id == 3, "an id is never handed out twice")
        world.restart(fromSnapshot: true)
        #expect(world.initialize(nil).producer.id == 4)
    }

    struct InitRow: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var state: State
        /// Id and epoch by which the request knows itself, told from the producer's own.
        var expected: (@Sendable (ProducerIdentity) -> ProducerIdentity)?
        var error: ErrorCode
        /// The epoch after the producer's own.
        var bump: Int16 = 0
        var after: State
    }

    @Test(
        "InitProducerId by state, with and without the producer's own identity",
        arguments: [
            InitRow(testDescription: "empty", state: .empty, error: .none, bump: 1, after: .empty),
            InitRow(testDescription: "ongoing", state: .ongoing, error: .concurrentTransactions, after: .prepareAbort),
            InitRow(
                testDescription: "committing", state: .prepareCommit, error: .concurrentTransactions,
                after: .prepareCommit),
            InitRow(
                testDescription: "aborting", state: .prepareAbort, error: .concurrentTransactions, after: .prepareAbort),
            InitRow(
                testDescription: "another producer id while aborting", state: .prepareAbort,
                expected: { ProducerIdentity(id: $0.id + 1, epoch: $0.epoch) }, error: .concurrentTransactions,
                after: .prepareAbort),
            InitRow(testDescription: "committed", state: .completeCommit, error: .none, bump: 1, after: .empty),
            InitRow(testDescription: "aborted", state: .completeAbort, error: .none, bump: 1, after: .empty),
            InitRow(
                testDescription: "own identity", state: .completeAbort, expected: { $0 }, error: .none, bump: 1,
                after: .empty),
            InitRow(
                testDescription: "older epoch", state: .completeAbort,
                expected: { ProducerIdentity(id: $0.id, epoch: $0.epoch - 1) }, error: .producerFenced,
                after: .completeAbort),
            InitRow(
                testDescription: "newer epoch", state: .empty,
                expected: { ProducerIdentity(id: $0.id, epoch: $0.epoch + 1) }, error: .producerFenced, after: .empty),
            InitRow(
                testDescription: "another producer id", state: .empty,
                expected: { ProducerIdentity(id: $0.id + 1, epoch: $0.epoch) }, error: .producerFenced, after: .empty),
            InitRow(
                testDescription: "another producer id aborts nothing", state: .ongoing,
                expected: { ProducerIdentity(id: $0.id + 1, epoch: $0.epoch) }, error: .producerFenced,
                after: .ongoing),
        ])
    func initialize(row: InitRow) {
        let (world, first) = Self.world(row.state == .completeAbort ? .empty : row.state)
        var producer = first
        if row.state == .completeAbort {
            // A second epoch, so that there is an older one.
            producer = world.initialize("x").producer
            _ = world.add([0], to: "x", producer)
            _ = world.end("x", producer, committed: false)
            for marker in world.broker.pendingMarkers { world.write(marker) }
        }
        let answer = world.initialize("x", expecting: row.expected?(producer))
        #expect(answer.error == row.error)
        let next = ProducerIdentity(id: producer.id, epoch: producer.epoch + row.bump)
        #expect(answer.producer == (row.error == .none ? next : ProducerIdentity(id: -1, epoch: -1)))
        #expect(world.state("x") == row.after)
    }

    @Test("an open transaction is aborted under an epoch that no producer gets")
    func fencing() {
        let world = TransactionWorld()
        let old = world.initialize("x").producer
        _ = world.add([0, 1], to: "x", old)
        #expect(world.produce("lost", 0, "x", old, sequence: 0) == .none)
        let new = world.initialize("x")
        #expect(new == .init(error: .none, producer: ProducerIdentity(id: old.id, epoch: old.epoch + 2)))
        #expect(world.read(0, committed: true) == .init(values: [], lastStable: 2, end: 2))
        #expect(world.read(0, committed: false).values == ["lost"])
        #expect(world.add([0], to: "x", old) == [.producerFenced])
        #expect(world.end("x", old, committed: true) == .producerFenced)
        #expect(world.addOffsets(of: "g", to: "x", old) == .producerFenced)
        #expect(world.produce("late", 0, "x", old, sequence: 1) == .invalidProducerEpoch)
        #expect(world.produce("late", 1, "x", old, sequence: 0) == .invalidProducerEpoch)
        #expect(world.produce("late", 2, "x", old, sequence: 0) == .invalidProducerEpoch)
    }

    @Test("a request that came twice gets the same answer; another producer in between ends that")
    func repeated() {
        let world = TransactionWorld()
        let first = world.initialize("x").producer
        let second = world.initialize("x", expecting: first)
        #expect(second.producer.epoch == 1)
        #expect(world.initialize("x", expecting: first) == second)
        #expect(world.initialize("x", expecting: first) == second)
        #expect(world.initialize("x").producer.epoch == 2)
        #expect(world.initialize("x", expecting: second.producer).error == .producerFenced)
        #expect(world.initialize("x", expecting: first).error == .producerFenced)
    }

    @Test("an abort by fencing lets the transaction's own producer go on, and none before it")
    func fencedRepetition() {
        let world = TransactionWorld()
        let first = world.initialize("x").producer
        let second = world.initialize("x", expecting: first).producer
        _ = world.add([0], to: "x", second)
        #expect(world.initialize("x", expecting: first).error == .producerFenced)
        #expect(world.state("x") == .completeAbort, "as in Kafka, the open transaction is aborted nonetheless")
        #expect(world.initialize("x", expecting: second).producer.epoch == second.epoch + 1)
        #expect(world.initialize("x", expecting: first).error == .producerFenced)
    }

    @Test("used-up epochs bring a new producer id")
    func exhaustion() {
        let world = TransactionWorld()
        let first = world.initialize("x").producer
        func set(_ state: State, _ epoch: Int16) {
            var record = TransactionRecord(
                id: "x", producerID: first.id, epoch: epoch, timeoutMs: 1_000, state: state, changedAt: world.now)
            record.startedAt = world.now
            world.record(.transaction(record))
        }
        set(.completeCommit, .max - 2)
        #expect(world.initialize("x").producer == ProducerIdentity(id: first.id, epoch: .max - 1))
        let last = ProducerIdentity(id: first.id, epoch: .max - 1)
        let rotated = world.initialize("x", expecting: last)
        #expect(rotated == .init(error: .none, producer: ProducerIdentity(id: first.id + 1, epoch: 0)))
        #expect(world.initialize("x", expecting: last) == rotated, "the same request once more")
        set(.ongoing, .max - 1)
        #expect(world.initialize("x").producer == ProducerIdentity(id: first.id + 2, epoch: 0))
        set(.ongoing, .max)
        #expect(world.initialize("x").producer == ProducerIdentity(id: first.id + 3, epoch: 0))
    }

    @Test(
        "what InitProducerId refuses before it looks at any state",
        arguments: [
            ("", 60_000, -1, -1, ErrorCode.invalidRequest), ("x", 0, -1, -1, .invalidTransactionTimeout),
            ("x", -1, -1, -1, .invalidTransactionTimeout), ("x", 900_001, -1, -1, .invalidTransactionTimeout),
            ("x", 900_000, -1, -1, .none), ("x", 1, -1, -1, .none), ("x", 1, 5, -1, .invalidRequest),
            ("x", 1, -1, 0, .invalidRequest), ("x", 1, 5, 0, .none), ("x", 1, .max, .max, .none),
        ] as [(String, Int32, Int64, Int16, ErrorCode)])
    func refused(id: String, timeoutMs: Int32, producer: Int64, epoch: Int16, error: ErrorCode) {
        let world = TransactionWorld()
        let expected = producer == -1 && epoch == -1 ? nil : ProducerIdentity(id: producer, epoch: epoch)
        #expect(world.initialize(id, expecting: expected, timeoutMs: timeoutMs).error == error)
    }

    @Test("two-phase commit is off")
    func twoPhase() {
        for (enable, keep, error) in [
            (true, false, ErrorCode.transactionalIdAuthorizationFailed), (false, true, .unsupportedVersion),
        ] {
            var message = InitProducerIdRequest()
            message.transactionalId = "x"
            message.transactionTimeoutMs = 1_000
            message.enable2Pc = enable
            message.keepPreparedTxn = keep
            let answer = TransactionWorld().ask(.initProducerId, 6, .initProducerId(message))
            guard case .initProducerId(let answer)? = answer else {
                Issue.record("no answer")
                return
            }
            #expect(answer.errorCode == error.rawValue)
        }
    }

    @Test("no more ids than the limit")
    func limit() {
        let world = TransactionWorld { $0.transactionalIDLimit = 2 }
        #expect(world.initialize("a").error == .none)
        #expect(world.initialize("b").error == .none)
        #expect(world.initialize("c").error == .policyViolation)
        #expect(world.initialize("a").error == .none)
        #expect(world.initialize(nil).error == .none)
    }

    // MARK: By state

    @Test("AddPartitionsToTxn and AddOffsetsToTxn by state", arguments: states)
    func adding(state: State) {
        let expected: ErrorCode = state.isPreparing ? .concurrentTransactions : .none
        var (world, producer) = Self.world(state)
        #expect(world.add([1, 2], to: "x", producer) == [expected, expected])
        #expect(world.state("x") == (state.isPreparing ? state : .ongoing))
        (world, producer) = Self.world(state)
        #expect(world.addOffsets(of: "g", to: "x", producer) == expected)
        #expect(world.state("x") == (state.isPreparing ? state : .ongoing))
    }

    @Test(
        "EndTxn by state and kind",
        arguments: [
            (.empty, true, .invalidTxnState, .empty), (.empty, false, .invalidTxnState, .empty),
            (.ongoing, true, .none, .prepareCommit), (.ongoing, false, .none, .prepareAbort),
            (.prepareCommit, true, .concurrentTransactions, .prepareCommit),
            (.prepareCommit, false, .concurrentTransactions, .prepareCommit),
            (.prepareAbort, true, .concurrentTransactions, .prepareAbort),
            (.prepareAbort, false, .concurrentTransactions, .prepareAbort),
            (.completeCommit, true, .none, .completeCommit),
            (.completeCommit, false, .invalidTxnState, .completeCommit),
            (.completeAbort, true, .invalidTxnState, .completeAbort), (.completeAbort, false, .none, .completeAbort),
        ] as [(State, Bool, ErrorCode, State)])
    func ending(state: State, committed: Bool, error: ErrorCode, after: State) {
        let (world, producer) = Self.world(state)
        #expect(world.end("x", producer, committed: committed) == error)
        #expect(world.state("x") == after)
    }

    @Test("TxnOffsetCommit by state and version: the group must have been added")
    func committing() {
        for state in Self.states {
            for version in ApiKey.txnOffsetCommit.validVersions {
                let (world, producer) = Self.world(state)
                let missing: ErrorCode = version >= 4 ? .transactionAbortable : .invalidTxnState
                let expected: ErrorCode = state.isPreparing ? .concurrentTransactions : missing
                #expect(world.commitOffset(5, group: "g", "x", producer, version: version) == expected)
                guard !state.isPreparing else { continue }
                _ = world.addOffsets(of: "g", to: "x", producer)
                #expect(world.commitOffset(5, group: "g", "x", producer, version: version) == .none)
                #expect(world.commitOffset(5, group: "h", "x", producer, version: version) == missing)
            }
        }
    }

    // MARK: By producer and version

    @Test("who asks: an unknown id, another producer id, another epoch, by version")
    func producers() {
        let (world, producer) = Self.world(.ongoing)
        _ = world.addOffsets(of: "g", to: "x", producer)
        let other = ProducerIdentity(id: producer.id + 1, epoch: 0)
        for (id, who, error) in [
            ("y", producer, ErrorCode.invalidProducerIdMapping), ("x", other, .invalidProducerIdMapping),
            ("x", ProducerIdentity(id: producer.id, epoch: -1), .producerFenced),
            ("x", ProducerIdentity(id: producer.id, epoch: 1), .producerFenced),
        ] {
            func expected(_ version: Int16, _ first: Int16) -> ErrorCode {
                error == .producerFenced && version < first ? .invalidProducerEpoch : error
            }
            for version in ApiKey.addPartitionsToTxn.validVersions {
                #expect(world.add([0], to: id, who, version: version) == [expected(version, 2)])
            }
            for version in ApiKey.addOffsetsToTxn.validVersions {
                #expect(world.addOffsets(of: "g", to: id, who, version: version) == expected(version, 2))
            }
            for version in ApiKey.endTxn.validVersions {
                #expect(world.end(id, who, committed: true, version: version) == expected(version, 2))
            }
            for version in ApiKey.txnOffsetCommit.validVersions {
                let answer = world.commitOffset(1, group: "g", id, who, version: version)
                #expect(answer == expected(version, 99))
            }
        }
        for version in 3...ApiKey.initProducerId.validVersions.upperBound {
            let answer = world.initialize("x", expecting: other, version: version)
            #expect(answer.error == (version < 4 ? .invalidProducerEpoch : .producerFenced))
        }
        for error in [
            world.add([0], to: "", producer).first, world.addOffsets(of: "g", to: "", producer),
            world.end("", producer, committed: true), world.commitOffset(1, group: "g", "", producer),
        ] as [ErrorCode?] { #expect(error == .invalidRequest) }
        #expect(world.state("x") == .ongoing, "none of them changed anything")
    }

    // MARK: AddPartitionsToTxn

    @Test("a partition that does not exist keeps all out", arguments: [0, 3, 4, 5] as [Int16])
    func unknownPartitions(version: Int16) {
        let (world, producer) = Self.world(.empty)
        let answer = world.add([0, 3, -1, 1], to: "x", producer, version: version)
        let unknown = ErrorCode.unknownTopicOrPartition
        #expect(answer == [.operationNotAttempted, unknown, unknown, .operationNotAttempted])
        #expect(world.add([0], to: "x", producer, topic: "no", version: version) == [unknown])
        #expect(world.state("x") == .empty)
    }

    @Test("other brokers' form: several transactions, and verification that adds nothing")
    func batched() {
        let (world, producer) = Self.world(.ongoing)
        #expect(world.add([0, 1], to: "x", producer, version: 4, verifyOnly: true) == [.none, .transactionAbortable])
        #expect(world.broker.transactions["x"]?.partitions == [TopicPartition("t", 0)])
        #expect(world.add([1], to: "x", producer, version: 5) == [.none])
        #expect(world.broker.transactions["x"]?.partitions == [TopicPartition("t", 0), TopicPartition("t", 1)])
        var message = AddPartitionsToTxnRequest()
        message.transactions = ["x", "y"].map { id in
            var transaction = AddPartitionsToTxnRequest.AddPartitionsToTxnTransaction()
            transaction.transactionalId = id
            transaction.producerId = producer.id
            transaction.producerEpoch = producer.epoch
            var topic = AddPartitionsToTxnRequest.AddPartitionsToTxnTopic()
            topic.name = "t"
            topic.partitions = [2]
            transaction.topics = [topic]
            return transaction
        }
        guard case .addPartitionsToTxn(let answer)? = world.ask(.addPartitionsToTxn, 4, .addPartitionsToTxn(message))
        else {
            Issue.record("no answer")
            return
        }
        #expect(answer.resultsByTransaction.map(\.transactionalId) == ["x", "y"])
        let errors = answer.resultsByTransaction.map { $0.topicResults[0].resultsByPartition[0].partitionErrorCode }
        #expect(errors == [0, ErrorCode.invalidProducerIdMapping.rawValue])
        for state in [State.prepareCommit, .prepareAbort] {
            let (world, producer) = Self.world(state)
            #expect(world.add([0], to: "x", producer, version: 4, verifyOnly: true) == [.concurrentTransactions])
        }
    }

    @Test("groups in one transaction are bounded")
    func groupLimit() {
        let world = TransactionWorld { $0.groupLimit = 3 }
        let producer = world.initialize("x").producer
        for group in ["a", "b", "c", "a"] { #expect(world.addOffsets(of: group, to: "x", producer) == .none) }
        #expect(world.addOffsets(of: "d", to: "x", producer) == .policyViolation)
    }

    // MARK: Produce

    @Test("a transactional batch needs its partition in the producer's transaction")
    func producing() {
        for version in [3, 9, 10, 11, 12, 13] as [Int16] {
            let (world, producer) = Self.world(.ongoing)
            let missing: ErrorCode = version > 10 ? .transactionAbortable : .invalidTxnState
            #expect(world.produce("v", 0, "x", producer, sequence: 0, version: version) == .none)
            #expect(world.produce("v", 1, "x", producer, sequence: 0, version: version) == missing)
            #expect(world.produce("v", 1, "y", producer, sequence: 0, version: version) == .invalidProducerIdMapping)
            let newer = ProducerIdentity(id: producer.id, epoch: 1)
            #expect(world.produce("v", 1, "x", newer, sequence: 0, version: version) == .invalidProducerEpoch)
            #expect(world.end("x", producer, committed: true) == .none)
            #expect(
                world.produce("v", 1, "x", producer, sequence: 0, version: version) == .notEnoughReplicas,
                "an error that clients repeat")
            for marker in world.broker.pendingMarkers { world.write(marker) }
            #expect(world.produce("v", 0, "x", producer, sequence: 1, version: version) == missing)
        }
    }

    // MARK: Offsets

    @Test("offsets are seen when their transaction is committed, and never when it is aborted")
    func offsets() {
        for committed in [true, false] {
            let (world, producer) = Self.world(.empty)
            _ = world.addOffsets(of: "g", to: "x", producer)
            #expect(world.commitOffset(7, group: "g", "x", producer) == .none)
            #expect(world.offset(group: "g") == .init(error: .none, offset: -1))
            #expect(world.offset(group: "g", stable: true).error == .unstableOffsetCommit)
            _ = world.end("x", producer, committed: committed)
            #expect(world.offset(group: "g", stable: true).error == .unstableOffsetCommit)
            for marker in world.broker.pendingMarkers { world.write(marker) }
            let expected: Int64 = committed ? 7 : -1
            #expect(world.offset(group: "g", stable: true) == .init(error: .none, offset: expected))
        }
    }

    @Test("what TxnOffsetCommit refuses")
    func refusedOffsets() {
        let (world, producer) = Self.world(.empty)
        _ = world.addOffsets(of: "g", to: "x", producer)
        #expect(world.commitOffset(1, 3, group: "g", "x", producer) == .unknownTopicOrPartition)
        #expect(world.commitOffset(1, group: "", "x", producer) == .invalidGroupId)
        #expect(world.commitOffset(1, group: "g", "x", producer, generation: 4, memberID: "m") == .illegalGeneration)
        let long = String(repeating: "m", count: 4_097)
        #expect(world.commitOffset(1, group: "g", "x", producer, metadata: long) == .offsetMetadataTooLarge)
        #expect(world.commitOffset(1, group: "g", "x", producer, metadata: String(long.dropLast())) == .none)
    }
}
