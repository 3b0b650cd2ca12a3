import KafkaProtocol

extension PartitionLog {
    /// What becomes of an idempotent producer's batch.
    enum SequenceVerdict: Equatable {
        case append
        /// It is here already: the answer is its old one.
        case duplicate(ProducerRecord.Batch)
        case refused(ErrorCode)
    }

    /// Judges a batch by what is known of its producer, as Kafka does: duplicates before epochs before sequences.
    func verdict(_ header: BatchHeader) -> SequenceVerdict {
        guard header.producerID >= 0 else { return .append }
        guard let producer = producers[header.producerID] else { return .append }
        if producer.epoch == header.producerEpoch,
            let old = producer.batches.first(where: {
                $0.firstSequence == header.baseSequence && $0.lastSequence == header.lastSequence
            })
        {
            return .duplicate(old)
        }
        guard header.producerEpoch >= producer.epoch else { return .refused(.invalidProducerEpoch) }
        guard isInSequence(header, producer) else { return .refused(.outOfOrderSequenceNumber) }
        if producer.transactionStart != nil, !header.isTransactional { return .refused(.invalidTxnState) }
        return .append
    }

    private func isInSequence(_ header: BatchHeader, _ producer: ProducerRecord) -> Bool {
        guard producer.epoch >= 0 else { return true }
        // A new epoch begins anew, also where a marker has brought it before any data.
        guard producer.epoch == header.producerEpoch, let last = producer.batches.last else {
            return header.baseSequence == 0
        }
        return last.lastSequence == .max ? header.baseSequence == 0 : header.baseSequence == last.lastSequence + 1
    }
}
