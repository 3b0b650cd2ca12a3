import KafkaProtocol

extension Peer {
    /// Asks for a producer id once.
    func initProducer(
        _ transactionalID: String?, timeoutMs: Int32 = 60_000, as producer: Identity = Identity(), version: Int16 = 5
    ) throws -> InitProducerIdResponse {
        try ask(InitProducerIdRequest.self, version) {
            $0.transactionalId = transactionalID
            $0.transactionTimeoutMs = timeoutMs
            $0.producerId = producer.id
            $0.producerEpoch = producer.epoch
        }
    }

    /// A transactional producer that has aborted and fenced its predecessors.
    func transactional(_ transactionalID: String, timeoutMs: Int32 = 60_000) throws -> Identity {
        let answer = try whileBusy(\.errorCode) { try initProducer(transactionalID, timeoutMs: timeoutMs) }
        guard answer.errorCode == 0 else { throw Refused(code: ErrorCode(rawValue: answer.errorCode)) }
        return Identity(id: answer.producerId, epoch: answer.producerEpoch, transactionalID: transactionalID)
    }

    /// A producer whose records are numbered, without transactions.
    func idempotent() throws -> Identity {
        let answer = try initProducer(nil)
        guard answer.errorCode == 0 else { throw Refused(code: ErrorCode(rawValue: answer.errorCode)) }
        return Identity(id: answer.producerId, epoch: answer.producerEpoch)
    }

    struct Refused: Error { let code: ErrorCode }

    /// Repeats a question while the last transaction is still being ended.
    func whileBusy<Answer>(_ code: (Answer) -> Int16, _ ask: () throws -> Answer) throws -> Answer {
        for _ in 0..<1_000 {
            let answer = try ask()
            guard ErrorCode(rawValue: code(answer)) == .concurrentTransactions else { return answer }
            Pause.milliseconds(20)
        }
        throw Silent()
    }

    /// Names the partitions that a transaction will write to; the first partition's answer.
    func add(
        _ topic: String, _ partitions: [Int32] = [0], to producer: Identity, version: Int16 = 3
    ) throws -> ErrorCode {
        let answer = try whileBusy({ (answer: AddPartitionsToTxnResponse) in Self.firstCode(answer) }) {
            try ask(AddPartitionsToTxnRequest.self, version) {
                var added = AddPartitionsToTxnRequest.AddPartitionsToTxnTopic()
                added.name = topic
                added.partitions = partitions
                $0.v3AndBelowTransactionalId = producer.transactionalID ?? ""
                $0.v3AndBelowProducerId = producer.id
                $0.v3AndBelowProducerEpoch = producer.epoch
                $0.v3AndBelowTopics = [added]
            }
        }
        return ErrorCode(rawValue: Self.firstCode(answer))
    }

    private static func firstCode(_ answer: AddPartitionsToTxnResponse) -> Int16 {
        answer.resultsByTopicV3AndBelow.first?.resultsByPartition.first?.partitionErrorCode ?? 0
    }

    func addOffsets(of group: String, to producer: Identity, version: Int16 = 3) throws -> ErrorCode {
        let answer = try whileBusy(\.errorCode) {
            try ask(AddOffsetsToTxnRequest.self, version) {
                $0.transactionalId = producer.transactionalID ?? ""
                $0.producerId = producer.id
                $0.producerEpoch = producer.epoch
                $0.groupId = group
            }
        }
        return ErrorCode(rawValue: answer.errorCode)
    }

    /// Ends a transaction, as far as the coordinator's answer says.
    func end(_ producer: Identity, commit: Bool, version: Int16 = 3) throws -> ErrorCode {
        ErrorCode(
            rawValue: try whileBusy(\.errorCode) { try endOnce(producer, commit: commit, version: version) }.errorCode)
    }

    func endOnce(_ producer: Identity, commit: Bool, version: Int16 = 3) throws -> EndTxnResponse {
        try ask(EndTxnRequest.self, version) {
            $0.transactionalId = producer.transactionalID ?? ""
            $0.producerId = producer.id
            $0.producerEpoch = producer.epoch
            $0.committed = commit
        }
    }

    /// Ends a transaction and waits until its markers are written.
    @discardableResult
    func finish(_ producer: Identity, commit: Bool) throws -> ErrorCode {
        let code = try end(producer, commit: commit)
        _ = try awaitEnd(producer.transactionalID ?? "")
        return code
    }

    /// Waits until no transaction of this id is under way, and gives its state.
    func awaitEnd(_ transactionalID: String) throws -> String {
        for _ in 0..<1_500 {
            let state = try describe(transactionalID).transactionState
            if state.hasPrefix("Complete") || state == "Empty" { return state }
            Pause.milliseconds(20)
        }
        throw Silent()
    }

    func describe(_ transactionalID: String) throws -> DescribeTransactionsResponse.TransactionState {
        let answer = try ask(DescribeTransactionsRequest.self) { $0.transactionalIds = [transactionalID] }
        guard let state = answer.transactionStates.first else { throw Missing() }
        return state
    }

    /// Writes values in a new transaction and leaves it open.
    func open(
        _ values: [String?], in topic: String, _ partition: Int32 = 0, by producer: Identity, sequence: Int32 = 0,
        timeMs: Int64 = baseTimeMs
    ) throws {
        let added = try add(topic, [partition], to: producer)
        guard added == .none else { throw Refused(code: added) }
        let written = try write(values, to: topic, partition, by: producer, sequence: sequence, timeMs: timeMs)
        guard written.errorCode == 0 else { throw Refused(code: ErrorCode(rawValue: written.errorCode)) }
    }

    /// Sends a group's offset in a transaction.
    func sendOffset(
        _ offset: Int64, of topic: String, _ partition: Int32 = 0, group: String, by producer: Identity,
        generation: Int32 = -1, member: String = "", instance: String? = nil, version: Int16 = 3
    ) throws -> ErrorCode {
        let answer = try ask(TxnOffsetCommitRequest.self, version) {
            var place = TxnOffsetCommitRequest.TxnOffsetCommitRequestPartition()
            place.partitionIndex = partition
            place.committedOffset = offset
            var places = TxnOffsetCommitRequest.TxnOffsetCommitRequestTopic()
            places.name = topic
            places.partitions = [place]
            $0.transactionalId = producer.transactionalID ?? ""
            $0.groupId = group
            $0.producerId = producer.id
            $0.producerEpoch = producer.epoch
            $0.generationId = generation
            $0.memberId = member
            $0.groupInstanceId = instance
            $0.topics = [places]
        }
        guard let code = answer.topics.first?.partitions.first?.errorCode else { throw Missing() }
        return ErrorCode(rawValue: code)
    }
}
