import CRdKafka

/// An error that Kafka or librdkafka reported, with what the caller may do about it.
public struct KafkaError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What went wrong: Kafka's protocol codes (positive) and librdkafka's local ones (negative).
    public let code: Code
    /// What went wrong in words, for a log line or an operator.
    public let message: String
    /// True if the client that raised it is unusable and must be closed and made anew.
    public let isFatal: Bool
    /// True if the same call may succeed when repeated.
    public let isRetriable: Bool

    /// Makes an error; tests and the layers above use it to stand in for librdkafka.
    public init(code: Code, message: String, isFatal: Bool = false, isRetriable: Bool? = nil) {
        self.code = code
        self.message = message
        self.isFatal = isFatal
        self.isRetriable = isRetriable ?? code.isPassing
    }

    /// Reads as `NAME: message`, with `(fatal)` where it is.
    public var description: String { "\(code.name)\(isFatal ? " (fatal)" : ""): \(message)" }
}

extension KafkaError {
    /// An open set of error codes: an unknown number is a code too, so a newer broker breaks nothing.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The number in Kafka's protocol, or librdkafka's negative one.
        public let rawValue: Int32

        /// Makes the code with this number.
        public init(rawValue: Int32) { self.rawValue = rawValue }

        init(_ error: rd_kafka_resp_err_t) { rawValue = error.rawValue }

        var native: rd_kafka_resp_err_t { rd_kafka_resp_err_t(rawValue) }

        /// The name in Kafka's and librdkafka's documentation, without the prefix `ERR_`.
        public var name: String {
            unsafe rd_kafka_err2name(native).map { unsafe String(cString: $0) } ?? "ERR_\(rawValue)"
        }

        /// librdkafka's sentence about the code.
        public var explanation: String {
            unsafe rd_kafka_err2str(native).map { unsafe String(cString: $0) } ?? "error \(rawValue)"
        }

        /// Reads as the code's name.
        public var description: String { name }

        /// True for what passes by itself: lost connections, elections, moves and timeouts.
        public var isPassing: Bool { Self.passing.contains(self) }

        private static let passing: Set<Code> = [
            .transport, .allBrokersDown, .timedOut, .timedOutInQueue, .waitingForCoordinator, .requestTimedOut,
            .leaderNotAvailable, .notLeader, .coordinatorLoading, .coordinatorNotAvailable, .notCoordinator,
            .notEnoughReplicas, .concurrentTransactions, .unstableOffsetCommit, .notController, .networkException,
            .brokerNotAvailable, .queueFull, .retry, .throttled,
        ]
    }
}

extension KafkaError.Code {
    // librdkafka's own.
    /// The instance is being destroyed.
    public static let destroyed = Self(RD_KAFKA_RESP_ERR__DESTROY)
    /// A local failure without a code of its own.
    public static let failed = Self(RD_KAFKA_RESP_ERR__FAIL)
    /// The connection to a broker was lost.
    public static let transport = Self(RD_KAFKA_RESP_ERR__TRANSPORT)
    /// A record could not be delivered within `message.timeout.ms`.
    public static let messageTimedOut = Self(RD_KAFKA_RESP_ERR__MSG_TIMED_OUT)
    /// The reader reached the end of a partition; reported as an event, not as an error.
    public static let partitionEnd = Self(RD_KAFKA_RESP_ERR__PARTITION_EOF)
    /// The partition does not exist.
    public static let unknownPartition = Self(RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION)
    /// The topic does not exist (librdkafka's local view).
    public static let unknownTopic = Self(RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC)
    /// No broker can be reached.
    public static let allBrokersDown = Self(RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN)
    /// An argument or a configuration property is wrong.
    public static let invalidArgument = Self(RD_KAFKA_RESP_ERR__INVALID_ARG)
    /// A call did not finish in time.
    public static let timedOut = Self(RD_KAFKA_RESP_ERR__TIMED_OUT)
    /// A request timed out before it was sent.
    public static let timedOutInQueue = Self(RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE)
    /// The producer's queue is full.
    public static let queueFull = Self(RD_KAFKA_RESP_ERR__QUEUE_FULL)
    /// The group's coordinator is not known yet.
    public static let waitingForCoordinator = Self(RD_KAFKA_RESP_ERR__WAIT_COORD)
    /// A previous call of the same kind has not finished.
    public static let previousInProgress = Self(RD_KAFKA_RESP_ERR__PREV_IN_PROGRESS)
    /// Two calls that exclude each other.
    public static let conflict = Self(RD_KAFKA_RESP_ERR__CONFLICT)
    /// The call does not fit the client's state.
    public static let wrongState = Self(RD_KAFKA_RESP_ERR__STATE)
    /// SASL or TLS authentication failed.
    public static let authentication = Self(RD_KAFKA_RESP_ERR__AUTHENTICATION)
    /// There is no offset to use.
    public static let noOffset = Self(RD_KAFKA_RESP_ERR__NO_OFFSET)
    /// The broker does not offer what the call needs.
    public static let unsupportedFeature = Self(RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE)
    /// A wait was ended because the caller asked to stop.
    public static let interrupted = Self(RD_KAFKA_RESP_ERR__INTR)
    /// The call may be repeated.
    public static let retry = Self(RD_KAFKA_RESP_ERR__RETRY)
    /// A record was dropped from the queue by an abort.
    public static let purgedInQueue = Self(RD_KAFKA_RESP_ERR__PURGE_QUEUE)
    /// A record under way was given up by an abort; it may or may not be in the log.
    public static let purgedInFlight = Self(RD_KAFKA_RESP_ERR__PURGE_INFLIGHT)
    /// The client raised a fatal error before; see the message.
    public static let fatal = Self(RD_KAFKA_RESP_ERR__FATAL)
    /// Records of the transaction were not delivered.
    public static let inconsistent = Self(RD_KAFKA_RESP_ERR__INCONSISTENT)
    /// The thread did not poll within `max.poll.interval.ms` and lost its place in the group.
    public static let maxPollExceeded = Self(RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED)
    /// Another producer with the same transactional id took over.
    public static let fenced = Self(RD_KAFKA_RESP_ERR__FENCED)
    /// The start offset is not in the log and `auto.offset.reset` is `error`.
    public static let autoOffsetReset = Self(RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET)

    // Kafka's.
    /// The broker gave no reason.
    public static let unknown = Self(RD_KAFKA_RESP_ERR_UNKNOWN)
    /// No error.
    public static let none = Self(RD_KAFKA_RESP_ERR_NO_ERROR)
    /// The offset is not in the log.
    public static let offsetOutOfRange = Self(RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE)
    /// The record or batch is corrupt.
    public static let corruptMessage = Self(RD_KAFKA_RESP_ERR_INVALID_MSG)
    /// The topic or partition does not exist on the broker.
    public static let unknownTopicOrPartition = Self(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
    /// An election is under way.
    public static let leaderNotAvailable = Self(RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE)
    /// The partition's leader moved.
    public static let notLeader = Self(RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION)
    /// The broker did not finish in time.
    public static let requestTimedOut = Self(RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT)
    /// The broker is down.
    public static let brokerNotAvailable = Self(RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE)
    /// A record or batch is larger than the topic's `max.message.bytes`.
    public static let messageSizeTooLarge = Self(RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE)
    /// A connection between brokers was lost.
    public static let networkException = Self(RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION)
    /// The coordinator is loading its log.
    public static let coordinatorLoading = Self(RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS)
    /// The coordinator cannot be reached.
    public static let coordinatorNotAvailable = Self(RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE)
    /// The coordinator moved.
    public static let notCoordinator = Self(RD_KAFKA_RESP_ERR_NOT_COORDINATOR)
    /// The topic's name is not allowed.
    public static let invalidTopic = Self(RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION)
    /// Too few replicas are in sync.
    public static let notEnoughReplicas = Self(RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS)
    /// The member's generation is over.
    public static let illegalGeneration = Self(RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION)
    /// The group does not know the member.
    public static let unknownMemberID = Self(RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID)
    /// The group is rebalancing.
    public static let rebalanceInProgress = Self(RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS)
    /// The user may not use the topic.
    public static let authorizationFailed = Self(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED)
    /// The user may not use the group.
    public static let groupAuthorizationFailed = Self(RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED)
    /// The user may not do this to the cluster.
    public static let clusterAuthorizationFailed = Self(RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED)
    /// The user may not use the transactional id.
    public static let transactionalIDAuthorizationFailed = Self(
        RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED)
    /// The topic exists already.
    public static let topicAlreadyExists = Self(RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS)
    /// The number of partitions is not allowed.
    public static let invalidPartitions = Self(RD_KAFKA_RESP_ERR_INVALID_PARTITIONS)
    /// The replication factor is larger than the cluster.
    public static let invalidReplicationFactor = Self(RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR)
    /// A topic configuration is wrong.
    public static let invalidConfiguration = Self(RD_KAFKA_RESP_ERR_INVALID_CONFIG)
    /// The controller moved.
    public static let notController = Self(RD_KAFKA_RESP_ERR_NOT_CONTROLLER)
    /// The cluster's policy forbids it.
    public static let policyViolation = Self(RD_KAFKA_RESP_ERR_POLICY_VIOLATION)
    /// A batch came out of order.
    public static let outOfOrderSequence = Self(RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER)
    /// The producer's epoch is old.
    public static let invalidProducerEpoch = Self(RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH)
    /// The transaction is in a state that forbids the request.
    public static let invalidTransactionState = Self(RD_KAFKA_RESP_ERR_INVALID_TXN_STATE)
    /// The previous transaction of this id is still being ended.
    public static let concurrentTransactions = Self(RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS)
    /// The broker forgot the producer id.
    public static let unknownProducerID = Self(RD_KAFKA_RESP_ERR_UNKNOWN_PRODUCER_ID)
    /// The group still has members.
    public static let nonEmptyGroup = Self(RD_KAFKA_RESP_ERR_NON_EMPTY_GROUP)
    /// The group does not exist.
    public static let groupIDNotFound = Self(RD_KAFKA_RESP_ERR_GROUP_ID_NOT_FOUND)
    /// A newer member with the same `group.instance.id` took over.
    public static let fencedInstanceID = Self(RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID)
    /// The group is subscribed to the topic.
    public static let groupSubscribedToTopic = Self(RD_KAFKA_RESP_ERR_GROUP_SUBSCRIBED_TO_TOPIC)
    /// The broker refused a record's content.
    public static let invalidRecord = Self(RD_KAFKA_RESP_ERR_INVALID_RECORD)
    /// The partition's offset is part of a transaction that has not ended.
    public static let unstableOffsetCommit = Self(RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT)
    /// A quota was exceeded.
    public static let throttled = Self(RD_KAFKA_RESP_ERR_THROTTLING_QUOTA_EXCEEDED)
    /// Another producer with the same transactional id took over (the broker's code).
    public static let producerFenced = Self(RD_KAFKA_RESP_ERR_PRODUCER_FENCED)
}

extension KafkaError {
    /// Makes the error that stands for a bare librdkafka code.
    init(_ error: rd_kafka_resp_err_t, _ context: String? = nil, isFatal: Bool = false) {
        let code = Code(error)
        let text = code.explanation
        self.init(code: code, message: context.map { "\($0): \(text)" } ?? text, isFatal: isFatal)
    }

    /// Takes over librdkafka's error object: copies what it says, flags included, and destroys it.
    init(consuming error: OpaquePointer, _ context: String) {
        let code = Code(unsafe rd_kafka_error_code(error))
        unsafe self.init(
            code: code, message: "\(context): \(Self.text(of: error, code))",
            isFatal: rd_kafka_error_is_fatal(error) != 0,
            isRetriable: rd_kafka_error_is_retriable(error) != 0)
        unsafe rd_kafka_error_destroy(error)
    }

    /// Copies one result of an admin request, which bears no flags and belongs to its event.
    init(result error: OpaquePointer, _ context: String) {
        let code = Code(unsafe rd_kafka_error_code(error))
        unsafe self.init(code: code, message: "\(context): \(Self.text(of: error, code))")
    }

    private static func text(of error: OpaquePointer, _ code: Code) -> String {
        unsafe rd_kafka_error_string(error).map { unsafe String(cString: $0) } ?? code.explanation
    }

    /// Throws unless `error` is no error.
    static func check(_ error: rd_kafka_resp_err_t, _ context: @autoclosure () -> String) throws(KafkaError) {
        guard error != RD_KAFKA_RESP_ERR_NO_ERROR else { return }
        throw KafkaError(error, context())
    }
}
