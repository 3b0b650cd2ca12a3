import KafkaProtocol

extension Broker {
    func endTxn(_ message: EndTxnRequest, _ request: Request) {
        var answer = EndTxnResponse()
        if let refusal = endTransaction(message) {
            answer.errorCode = refusal.code(request.version, knowsFencedFrom: 2)
        } else {
            // Version 5 tells with which identity to go on. Only transaction.version 2 changes it.
            answer.producerId = message.producerId
            answer.producerEpoch = message.producerEpoch
        }
        reply(request.connection, .endTxn(answer))
    }

    private func endTransaction(_ message: EndTxnRequest) -> Refusal? {
        if message.transactionalId.isEmpty { return Refusal(.invalidRequest) }
        guard let known = transactions[message.transactionalId] else { return Refusal(.invalidProducerIdMapping) }
        if message.producerId != known.producerID { return Refusal(.invalidProducerIdMapping) }
        if message.producerEpoch != known.epoch { return Refusal(.producerFenced) }
        switch known.state {
        case .ongoing:
            end(known, committed: message.committed)
            return nil
        // The same end once more: its answer was lost.
        case .completeCommit: return message.committed ? nil : Refusal(.invalidTxnState)
        case .completeAbort: return message.committed ? Refusal(.invalidTxnState) : nil
        case .prepareCommit, .prepareAbort: return Refusal(.concurrentTransactions)
        case .empty, .dead, .prepareEpochFence: return Refusal(.invalidTxnState)
        }
    }
}
