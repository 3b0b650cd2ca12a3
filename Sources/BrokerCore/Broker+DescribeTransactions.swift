import KafkaProtocol

extension Broker {
    func describeTransactions(_ message: DescribeTransactionsRequest, _ request: Request) {
        var answer = DescribeTransactionsResponse()
        answer.transactionStates = message.transactionalIds.map { description(of: $0) }
        reply(request.connection, .describeTransactions(answer))
    }

    private func description(of id: String) -> DescribeTransactionsResponse.TransactionState {
        var state = DescribeTransactionsResponse.TransactionState()
        state.transactionalId = id
        guard let record = transactions[id] else {
            state.errorCode = (id.isEmpty ? ErrorCode.invalidRequest : .transactionalIdNotFound).rawValue
            return state
        }
        state.producerId = record.producerID
        state.producerEpoch = record.epoch
        state.transactionState = record.state.rawValue
        state.transactionTimeoutMs = record.timeoutMs
        state.transactionStartTimeMs = record.startedAt
        let offsets = record.groups.map { TopicPartition("__consumer_offsets", Self.offsetsPartition(of: $0)) }
        let byTopic = Dictionary(grouping: record.partitions.union(offsets), by: \.topic)
        state.topics = byTopic.sorted { $0.key < $1.key }.map { name, partitions in
            var topic = DescribeTransactionsResponse.TopicData()
            topic.topic = name
            topic.partitions = partitions.map(\.partition).sorted()
            return topic
        }
        return state
    }

    /// In which of Kafka's 50 partitions of offsets a group's would be: this broker keeps them elsewhere, but tools show it.
    static func offsetsPartition(of group: String) -> Int32 {
        let hash = group.utf16.reduce(Int32(0)) { $0 &* 31 &+ Int32($1) }
        return (hash & .max) % 50
    }

    func listTransactions(_ message: ListTransactionsRequest, _ request: Request) {
        var answer = ListTransactionsResponse()
        let states = message.stateFilters.compactMap { TransactionRecord.State(rawValue: $0) }
        answer.unknownStateFilters = message.stateFilters.filter { TransactionRecord.State(rawValue: $0) == nil }
        var pattern: TransactionalIDPattern?
        if let text = message.transactionalIdPattern, !text.isEmpty {
            pattern = TransactionalIDPattern(text)
            if pattern == nil { answer.errorCode = ErrorCode.invalidRegularExpression.rawValue }
        }
        if answer.errorCode == 0 {
            answer.transactionStates = transactions.inOrder.filter { record in
                (message.stateFilters.isEmpty || states.contains(record.state))
                    && (message.producerIdFilters.isEmpty || message.producerIdFilters.contains(record.producerID))
                    && (message.durationFilter < 0 || now &- record.startedAt > message.durationFilter)
                    && (pattern?.matches(record.id) ?? true)
            }.map { record in
                var state = ListTransactionsResponse.TransactionState()
                state.transactionalId = record.id
                state.producerId = record.producerID
                state.transactionState = record.state.rawValue
                return state
            }
        }
        reply(request.connection, .listTransactions(answer))
    }
}
