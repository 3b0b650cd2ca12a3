import EmbeddedBroker
import KafkaProtocol

/// A transactional producer over one connection, each step by hand.
final class TransactionClient {
    /// An error that the broker answered with.
    struct Refusal: Error, Equatable {
        var error: ErrorCode
    }

    private let client: ProtocolClient
    private let id: String
    private(set) var producerID: Int64 = -1
    private(set) var epoch: Int16 = -1
    private var sequences: [Int32: Int32] = [:]

    /// Takes the id over: fences its older producer, and waits until what that left open is aborted.
    init(_ client: ProtocolClient, id: String) throws {
        self.client = client
        self.id = id
        try retried {
            let answer = try client.initProducer(id)
            producerID = answer.producerId
            epoch = answer.producerEpoch
            return ErrorCode(rawValue: answer.errorCode)
        }
    }

    /// Asks again as long as an earlier transaction is ending.
    private func retried(_ step: () throws -> ErrorCode) throws {
        for _ in 0..<1_000 {
            let error = try step()
            if error == .concurrentTransactions { continue }
            guard error == .none else { throw Refusal(error: error) }
            return
        }
        throw Refusal(error: .concurrentTransactions)
    }

    func add(_ topic: String, _ partitions: [Int32]) throws {
        var named = AddPartitionsToTxnRequest.AddPartitionsToTxnTopic()
        named.name = topic
        named.partitions = partitions
        var request = AddPartitionsToTxnRequest()
        request.v3AndBelowTransactionalId = id
        request.v3AndBelowProducerId = producerID
        request.v3AndBelowProducerEpoch = epoch
        request.v3AndBelowTopics = [named]
        try retried {
            guard case .addPartitionsToTxn(let answer) = try client.send(.addPartitionsToTxn(request), version: 3)
            else { return .unknownServerError }
            let codes = answer.resultsByTopicV3AndBelow.flatMap(\.resultsByPartition).map(\.partitionErrorCode)
            return ErrorCode(rawValue: codes.first { $0 != 0 } ?? 0)
        }
    }

    func produce(_ topic: String, _ partition: Int32, _ values: [String]) throws {
        let sequence = sequences[partition, default: 0]
        let answer = try client.produce(
            TestRequests.produce(
                topic, values, partition: partition, producer: (producerID, epoch, sequence), transactionalID: id))
        guard answer.errorCode == 0 else { throw Refusal(error: ErrorCode(rawValue: answer.errorCode)) }
        sequences[partition] = sequence + Int32(values.count)
    }

    func commitOffset(_ group: String, _ topic: String, _ partition: Int32, _ offset: Int64) throws {
        var add = AddOffsetsToTxnRequest()
        add.transactionalId = id
        add.producerId = producerID
        add.producerEpoch = epoch
        add.groupId = group
        try retried {
            guard case .addOffsetsToTxn(let answer) = try client.send(.addOffsetsToTxn(add), version: 3) else {
                return .unknownServerError
            }
            return ErrorCode(rawValue: answer.errorCode)
        }
        var wanted = TxnOffsetCommitRequest.TxnOffsetCommitRequestPartition()
        wanted.partitionIndex = partition
        wanted.committedOffset = offset
        var named = TxnOffsetCommitRequest.TxnOffsetCommitRequestTopic()
        named.name = topic
        named.partitions = [wanted]
        var commit = TxnOffsetCommitRequest()
        commit.transactionalId = id
        commit.groupId = group
        commit.producerId = producerID
        commit.producerEpoch = epoch
        commit.topics = [named]
        try retried {
            guard case .txnOffsetCommit(let answer) = try client.send(.txnOffsetCommit(commit), version: 3) else {
                return .unknownServerError
            }
            return ErrorCode(rawValue: answer.topics.first?.partitions.first?.errorCode ?? -1)
        }
    }

    func end(committed: Bool) throws {
        var request = EndTxnRequest()
        request.transactionalId = id
        request.producerId = producerID
        request.producerEpoch = epoch
        request.committed = committed
        try retried {
            guard case .endTxn(let answer) = try client.send(.endTxn(request), version: 3) else {
                return .unknownServerError
            }
            return ErrorCode(rawValue: answer.errorCode)
        }
    }
}
