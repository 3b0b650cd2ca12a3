import BrokerTestKit
import Kafka
import Testing

/// kafka.md 3.4's table of errors, against librdkafka 2.0.2 and its mock cluster.
@Suite(.serialized) struct TransactionErrorTable {
    /// Where the loop saw the error, and as what.
    enum Outcome: Hashable, Sendable, CustomStringConvertible {
        /// The transaction committed: librdkafka dealt with it.
        case handled
        case abort(KafkaError.Code)
        case fatal(KafkaError.Code)

        var description: String {
            switch self {
            case .handled: "handled"
            case .abort(let code): "abort(\(code))"
            case .fatal(let code): "fatal(\(code))"
            }
        }
    }

    struct Row: Sendable, CustomTestStringConvertible {
        var request: MockCluster.Request
        var code: KafkaError.Code
        var expected: Outcome
        var testDescription: String { "\(request): \(code.name) -> \(expected)" }

        init(_ request: MockCluster.Request, _ code: KafkaError.Code, _ expected: Outcome) {
            self.request = request
            self.code = code
            self.expected = expected
        }
    }

    static let rows: [Row] = [
        Row(.endTransaction, .invalidProducerEpoch, .fatal(.fenced)),
        Row(.endTransaction, .producerFenced, .fatal(.fenced)),
        Row(.endTransaction, .invalidTransactionState, .fatal(.invalidTransactionState)),
        Row(.addPartitionsToTransaction, .invalidProducerEpoch, .fatal(.fenced)),
        Row(.addPartitionsToTransaction, .producerFenced, .fatal(.fenced)),
        Row(.addPartitionsToTransaction, .invalidTransactionState, .fatal(.invalidTransactionState)),
        Row(.produce, .invalidProducerEpoch, .fatal(.fenced)),
        Row(.produce, .outOfOrderSequence, .fatal(.outOfOrderSequence)),
        Row(.addOffsetsToTransaction, .producerFenced, .fatal(.fenced)),
        Row(.commitOffsetsInTransaction, .producerFenced, .fatal(.fenced)),
        Row(.commitOffsetsInTransaction, .illegalGeneration, .abort(.illegalGeneration)),
        Row(.commitOffsetsInTransaction, .unknownMemberID, .abort(.unknownMemberID)),
        Row(.commitOffsetsInTransaction, .rebalanceInProgress, .abort(.rebalanceInProgress)),
        Row(.commitOffsetsInTransaction, .fencedInstanceID, .abort(.fencedInstanceID)),
        Row(.commitOffsetsInTransaction, .unstableOffsetCommit, .abort(.unstableOffsetCommit)),
        Row(.endTransaction, .unknownProducerID, .abort(.unknownProducerID)),
        Row(.endTransaction, .requestTimedOut, .abort(.requestTimedOut)),
        Row(.produce, .messageSizeTooLarge, .abort(.messageSizeTooLarge)),
        Row(.produce, .invalidRecord, .abort(.invalidRecord)),
        Row(.produce, .invalidTransactionState, .abort(.invalidTransactionState)),
        Row(.produce, .authorizationFailed, .abort(.authorizationFailed)),
        Row(.addPartitionsToTransaction, .authorizationFailed, .abort(.authorizationFailed)),
        Row(.addOffsetsToTransaction, .groupAuthorizationFailed, .abort(.groupAuthorizationFailed)),
        Row(.commitOffsetsInTransaction, .groupAuthorizationFailed, .abort(.groupAuthorizationFailed)),
        Row(.addOffsetsToTransaction, .concurrentTransactions, .handled),
        Row(.addPartitionsToTransaction, .concurrentTransactions, .handled),
        Row(.endTransaction, .concurrentTransactions, .handled),
        Row(.endTransaction, .notCoordinator, .handled),
        Row(.endTransaction, .coordinatorNotAvailable, .handled),
        Row(.endTransaction, .coordinatorLoading, .handled),
        Row(.addPartitionsToTransaction, .notCoordinator, .handled),
        Row(.addPartitionsToTransaction, .coordinatorLoading, .handled),
        Row(.addOffsetsToTransaction, .notCoordinator, .handled),
        Row(.commitOffsetsInTransaction, .notCoordinator, .handled),
        Row(.commitOffsetsInTransaction, .coordinatorLoading, .handled),
        Row(.produce, .notEnoughReplicas, .handled),
        Row(.produce, .notLeader, .handled),
        Row(.produce, .transport, .handled),
        Row(.endTransaction, .transport, .handled),
        Row(.addPartitionsToTransaction, .transport, .handled),
        Row(.commitOffsetsInTransaction, .transport, .handled),
    ]

    @Test("one injected error has the class of the table", arguments: rows)
    func classOfError(row: Row) throws {
        let loop = try MockLoop()
        loop.cluster.fail(row.request, with: [row.code])
        #expect(loop.transaction() == row.expected)
    }

    @Test(
        "a refused batch poisons the next transaction too, and not the third",
        arguments: [KafkaError.Code.messageSizeTooLarge, .invalidRecord, .invalidTransactionState])
    func poisonedTwice(code: KafkaError.Code) throws {
        let loop = try MockLoop()
        loop.cluster.fail(.produce, with: [code])
        #expect(loop.transaction() == .abort(code))
        #expect(loop.transaction() == .abort(.outOfOrderSequence))
        #expect(loop.transaction() == .handled)
    }

    @Test("a transaction whose send failed cannot commit, can abort, and the next one is sound")
    func doomed() throws {
        let loop = try MockLoop()
        try loop.producer.begin()
        // The topic has two partitions.
        let refused = failure { try loop.producer.send(topic: "out", partition: 2, key: nil, value: []) }
        #expect(refused == .abort(.unknownPartition))
        #expect(loop.producer.isDoomed)
        // Each later call names the first failure, and nothing is committed behind the caller's back.
        #expect(failure { try loop.producer.send(topic: "out", partition: 0, key: nil, value: []) } == refused)
        #expect(failure { try loop.producer.commit() } == refused)
        try loop.producer.abort()
        #expect(!loop.producer.isDoomed)
        #expect(loop.transaction() == .handled)
    }

    @Test("a topic whose authorization is refused dooms its transaction, not an empty commit later")
    func topicAuthorization() throws {
        let loop = try MockLoop()
        loop.cluster.failTopic("out", with: .authorizationFailed)
        #expect(loop.transaction() == .abort(.authorizationFailed))
        // librdkafka remembers it, refuses the next record at once, and would commit the offsets without it.
        #expect(loop.transaction() == .abort(.authorizationFailed))
        loop.cluster.failTopic("out", with: .none)
    }

    @Test("a call that can be repeated is repeated until the stop closure ends it")
    func stopEndsRepetition() throws {
        let cluster = try MockCluster()
        var settings = ProducerSettings()
        settings.transactionTimeoutMilliseconds = 1_000
        var asked = 0
        let producer = try TransactionalProducer(
            ClientConfiguration(bootstrapServers: cluster.bootstrap, clientID: "mock"), transactionalID: "id",
            settings: settings,
            stop: {
                asked += 1
                return asked == 2
            })
        cluster.setDown(broker: 1)
        #expect(failure { try producer.initTransactions() } == .fatal(.interrupted))
        #expect(asked == 2)
    }

    @Test("initTransactions resumes when the coordinator comes back")
    func initResumes() throws {
        let cluster = try MockCluster()
        cluster.fail(.initProducerID, with: Array(repeating: .coordinatorLoading, count: 3))
        let producer = try TransactionalProducer(
            ClientConfiguration(bootstrapServers: cluster.bootstrap, clientID: "mock"), transactionalID: "id")
        try producer.initTransactions()
    }

    @Test("a commit rides over a coordinator that moves")
    func coordinatorMoves() throws {
        let loop = try MockLoop(brokers: 3)
        for broker: Int32 in [1, 2, 3, 1] {
            loop.cluster.moveTransactionCoordinator(of: "id", to: broker)
            #expect(loop.transaction() == .handled)
        }
    }
}

/// The exactly-once loop of one record and one offset, against a mock cluster.
final class MockLoop {
    let cluster: MockCluster
    let producer: TransactionalProducer
    private let group = ConsumerGroupMetadata(unfencedGroup: "group")

    init(brokers: Int32 = 1, stop: @escaping () -> Bool = { false }) throws {
        cluster = try MockCluster(brokers: brokers)
        cluster.createTopic("in", partitions: 1)
        cluster.createTopic("out", partitions: 2)
        var settings = ProducerSettings()
        settings.transactionTimeoutMilliseconds = 5_000
        settings.lingerMilliseconds = 0
        producer = try TransactionalProducer(
            ClientConfiguration(
                bootstrapServers: cluster.bootstrap, clientID: "mock",
                properties: ["retry.backoff.ms": "10", "reconnect.backoff.ms": "10"]),
            transactionalID: "id", settings: settings, stop: stop)
        try producer.initTransactions()
        try producer.warm(["out"])
    }

    /// Runs one transaction and aborts it if it must.
    func transaction() -> TransactionErrorTable.Outcome {
        do throws(TransactionError) {
            try producer.begin()
            try producer.send(topic: "out", partition: 0, key: nil, value: "value".bytes)
            try producer.sendOffsets([TopicPartition(topic: "in", partition: 0): 1], of: group)
            try producer.commit()
            return .handled
        } catch {
            switch error {
            case .fatal(let error):
                return .fatal(error.code)
            case .abortRequired(let error):
                do throws(TransactionError) { try producer.abort() } catch { return .fatal(error.error.code) }
                return .abort(error.code)
            }
        }
    }
}
