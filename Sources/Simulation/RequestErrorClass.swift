import KafkaProtocol

/// What librdkafka 2.0.2 makes of an error in the answer to a request of a transaction (kafka.md 3.4).
enum RequestErrorClass: Equatable {
    /// The same request goes out again.
    case retriable
    /// The transaction must be aborted; the epoch may have to be bumped before the next one.
    case abortable(bumps: Bool)
    case fatal
    /// Another producer has the id.
    case fenced

    static func of(_ error: ErrorCode, answering api: ApiKey) -> RequestErrorClass {
        switch error {
        case .invalidProducerEpoch, .producerFenced: return .fenced
        case .invalidTxnState: return api == .produce ? .abortable(bumps: false) : .fatal
        case .unknownProducerId: return .abortable(bumps: true)
        case .invalidProducerIdMapping: return api == .txnOffsetCommit ? .fatal : .abortable(bumps: true)
        case .outOfOrderSequenceNumber: return .abortable(bumps: true)
        case .requestTimedOut: return api == .endTxn ? .abortable(bumps: false) : .retriable
        case .notCoordinator, .coordinatorNotAvailable, .coordinatorLoadInProgress, .concurrentTransactions,
            .unknownTopicOrPartition, .notLeaderOrFollower, .notEnoughReplicas, .notEnoughReplicasAfterAppend,
            .leaderNotAvailable, .networkException, .brokerNotAvailable, .kafkaStorageError:
            return .retriable
        default: return .abortable(bumps: false)
        }
    }
}
