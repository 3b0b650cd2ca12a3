import KafkaProtocol

/// The faults that a transactional client has to live with, by name.
public enum FaultCatalogue {
    /// A named fault.
    public struct Entry: Sendable {
        public let name: String
        /// What happens and what it is to the client, in one sentence.
        public let summary: String
        public let rules: [FaultRule]
    }

    public static func entry(named name: String) -> Entry? { entries.first { $0.name == name } }

    /// All of them, in the order of help.
    public static let entries: [Entry] =
        lost + fatal + abortable + authorization + retriable

    private static let groupRequests: Set<ApiKey> = [
        .offsetCommit, .offsetFetch, .joinGroup, .heartbeat, .leaveGroup, .syncGroup, .txnOffsetCommit,
    ]
    private static let transactionRequests: Set<ApiKey> = [
        .initProducerId, .addPartitionsToTxn, .addOffsetsToTxn, .endTxn,
    ]

    private static func row(
        _ name: String, _ summary: String, _ apis: Set<ApiKey>, _ action: FaultAction, times: Int = 1
    ) -> Entry {
        Entry(name: name, summary: summary, rules: [FaultRule(action, apis: apis, times: times)])
    }

    private static func row(
        _ name: String, _ summary: String, _ apis: Set<ApiKey>, _ error: ErrorCode, times: Int = 1
    ) -> Entry {
        row(name, summary, apis, .answer(error), times: times)
    }

    // MARK: Answers that are lost

    private static let lost = [
        row(
            "lost-commit-answer", "EndTxn is applied, its answer lost with the connection: the outcome is unknown.",
            [.endTxn], .closeAfter),
        row("silent-commit", "EndTxn is applied and never answered; the connection stays.", [.endTxn], .loseAnswer),
        row("lost-commit", "The connection closes before EndTxn is applied.", [.endTxn], .closeBefore),
        row(
            "lost-produce-answer", "A batch is kept, its answer lost: the client sends it again.", [.produce],
            .closeAfter),
        row("lost-produce", "The connection closes before a batch is kept.", [.produce], .closeBefore),
        row(
            "lost-offsets-answer", "Transactional offsets are taken, the answer lost.", [.txnOffsetCommit], .closeAfter),
        row("lost-init-answer", "An epoch is bumped, the answer lost.", [.initProducerId], .closeAfter),
        row("lost-join-answer", "A member joins, the answer lost.", [.joinGroup], .closeAfter),
        row("lost-fetch-answer", "A fetch is lost with its connection.", [.fetch], .closeAfter),
        row("slow-commit", "EndTxn is answered five seconds late.", [.endTxn], .delay(milliseconds: 5_000)),
        row("slow-produce", "A batch is acknowledged two seconds late.", [.produce], .delay(milliseconds: 2_000)),
        row("slow-fetch", "A fetch is answered two seconds late.", [.fetch], .delay(milliseconds: 2_000)),
        row("held-commit", "EndTxn is neither applied nor answered.", [.endTxn], .hold),
    ]

    // MARK: Fatal to the producer

    private static let fatal = [
        row("commit-invalid-epoch", "EndTxn: another producer has the id; fatal.", [.endTxn], .invalidProducerEpoch),
        row("commit-fenced", "EndTxn: another producer has the id; fatal.", [.endTxn], .producerFenced),
        row("commit-invalid-state", "EndTxn: no such transaction is open; fatal.", [.endTxn], .invalidTxnState),
        row(
            "partitions-invalid-epoch", "AddPartitionsToTxn: another producer has the id; fatal.",
            [.addPartitionsToTxn], .invalidProducerEpoch),
        row(
            "partitions-fenced", "AddPartitionsToTxn: another producer has the id; fatal.", [.addPartitionsToTxn],
            .producerFenced),
        row(
            "partitions-invalid-state", "AddPartitionsToTxn: the id's state does not allow it; fatal.",
            [.addPartitionsToTxn], .invalidTxnState),
        row(
            "produce-invalid-epoch", "Produce: the batch's epoch is an old one; fatal.", [.produce],
            .invalidProducerEpoch),
        row(
            "produce-out-of-order", "Produce: a sequence is missing before the batch; fatal at the head of the line.",
            [.produce], .outOfOrderSequenceNumber),
        row(
            "add-offsets-fenced", "AddOffsetsToTxn: another producer has the id; fatal by its code.",
            [.addOffsetsToTxn], .producerFenced),
        row(
            "offsets-fenced", "TxnOffsetCommit: another producer has the id; fatal by its code.", [.txnOffsetCommit],
            .producerFenced),
        row(
            "init-fenced", "InitProducerId: the epoch that is to be bumped is an old one; fatal.", [.initProducerId],
            .producerFenced),
    ]

    // MARK: Abortable

    private static let abortable = [
        row(
            "offsets-illegal-generation", "TxnOffsetCommit: the group has a newer generation.", [.txnOffsetCommit],
            .illegalGeneration),
        row(
            "offsets-unknown-member", "TxnOffsetCommit: the group does not know the member.", [.txnOffsetCommit],
            .unknownMemberId),
        row(
            "offsets-rebalance", "TxnOffsetCommit: the group is rebalancing.", [.txnOffsetCommit],
            .rebalanceInProgress),
        row(
            "offsets-fenced-instance", "TxnOffsetCommit: another member has the instance id.", [.txnOffsetCommit],
            .fencedInstanceId),
        row(
            "offsets-unstable", "TxnOffsetCommit: a transaction holds the offsets.", [.txnOffsetCommit],
            .unstableOffsetCommit),
        row(
            "fetch-offsets-unstable", "OffsetFetch: a transaction holds the offsets; asked again by the client.",
            [.offsetFetch], .unstableOffsetCommit),
        row(
            "commit-unknown-producer", "EndTxn: the producer's id is not known.", [.endTxn], .unknownProducerId),
        row("commit-timed-out", "EndTxn: not done in time.", [.endTxn], .requestTimedOut),
        row("produce-too-large", "Produce: the batch is too large.", [.produce], .messageTooLarge),
        row("produce-invalid-record", "Produce: a record is refused.", [.produce], .invalidRecord),
        row(
            "produce-invalid-state", "Produce: the partition is in no transaction of the producer.", [.produce],
            .invalidTxnState),
        row("heartbeat-rebalance", "Heartbeat: the group is rebalancing.", [.heartbeat], .rebalanceInProgress),
        row("heartbeat-illegal-generation", "Heartbeat: a newer generation.", [.heartbeat], .illegalGeneration),
        row("heartbeat-unknown-member", "Heartbeat: the session has ended.", [.heartbeat], .unknownMemberId),
        row(
            "heartbeat-fenced-instance", "Heartbeat: another member has the instance id; fatal to the consumer.",
            [.heartbeat], .fencedInstanceId),
        row("sync-rebalance", "SyncGroup: the group is rebalancing again.", [.syncGroup], .rebalanceInProgress),
        row(
            "offset-commit-rebalance", "OffsetCommit: the group is rebalancing.", [.offsetCommit],
            .rebalanceInProgress),
        row("fetch-out-of-range", "Fetch: the offset is not there any more.", [.fetch], .offsetOutOfRange),
    ]

    // MARK: Rights

    private static let authorization = [
        row(
            "produce-topic-denied", "Produce: no right to the topic; abortable.", [.produce],
            .topicAuthorizationFailed),
        row(
            "partitions-topic-denied", "AddPartitionsToTxn: no right to a topic; abortable.", [.addPartitionsToTxn],
            .topicAuthorizationFailed),
        row(
            "offsets-group-denied", "TxnOffsetCommit: no right to the group; abortable.", [.txnOffsetCommit],
            .groupAuthorizationFailed),
        row(
            "add-offsets-group-denied", "AddOffsetsToTxn: no right to the group; abortable.", [.addOffsetsToTxn],
            .groupAuthorizationFailed),
        row(
            "join-group-denied", "JoinGroup: no right to the group.", [.joinGroup], .groupAuthorizationFailed),
        row(
            "init-id-denied", "InitProducerId: no right to the transactional id; fatal.", [.initProducerId],
            .transactionalIdAuthorizationFailed),
        row(
            "init-cluster-denied", "InitProducerId: no right to idempotent writes.", [.initProducerId],
            .clusterAuthorizationFailed),
        row("fetch-topic-denied", "Fetch: no right to the topic.", [.fetch], .topicAuthorizationFailed),
    ]

    // MARK: Handled inside a client, or worth another try

    private static let retriable = [
        row("init-timed-out", "InitProducerId: not done in time.", [.initProducerId], .requestTimedOut),
        row("init-loading", "InitProducerId: the coordinator loads.", [.initProducerId], .coordinatorLoadInProgress),
        row(
            "init-concurrent", "InitProducerId: an earlier transaction is still ending.", [.initProducerId],
            .concurrentTransactions, times: 3),
        row(
            "partitions-concurrent", "AddPartitionsToTxn: an earlier transaction is still ending.",
            [.addPartitionsToTxn], .concurrentTransactions, times: 3),
        row(
            "commit-concurrent", "EndTxn: an earlier transaction is still ending.", [.endTxn],
            .concurrentTransactions, times: 3),
        row(
            "moved-transaction-coordinator", "Transaction requests: the coordinator has moved.", transactionRequests,
            .notCoordinator, times: 3),
        row(
            "unavailable-transaction-coordinator", "Transaction requests: the coordinator is not available.",
            transactionRequests, .coordinatorNotAvailable, times: 3),
        row(
            "moved-group-coordinator", "Group requests: the coordinator has moved.", groupRequests, .notCoordinator,
            times: 3),
        row(
            "loading-group-coordinator", "Group requests: the coordinator loads.", groupRequests,
            .coordinatorLoadInProgress, times: 3),
        row(
            "unavailable-group-coordinator", "FindCoordinator: none is available.", [.findCoordinator],
            .coordinatorNotAvailable, times: 3),
        row(
            "produce-not-enough-replicas", "Produce: too few replicas are in sync.", [.produce], .notEnoughReplicas,
            times: 3),
        row("produce-not-leader", "Produce: the leader has moved.", [.produce], .notLeaderOrFollower, times: 3),
        row(
            "produce-timed-out", "Produce: replicas were too slow; the batch may be kept.", [.produce], .requestTimedOut
        ),
        row("fetch-not-leader", "Fetch: the leader has moved.", [.fetch], .notLeaderOrFollower, times: 3),
        row("fetch-unknown-epoch", "Fetch: the leader's epoch is not known.", [.fetch], .unknownLeaderEpoch, times: 3),
        row(
            "metadata-leader-unavailable", "Metadata: a topic has no leader yet.", [.metadata], .leaderNotAvailable,
            times: 3),
        row("disconnect", "The next request of any kind ends its connection.", [], .closeBefore),
    ]
}
