/// An error as the protocol numbers it; codes it has no name for here are kept as they are.
public struct ErrorCode: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    public var rawValue: Int16

    public init(rawValue: Int16) { self.rawValue = rawValue }

    public static let unknownServerError = ErrorCode(rawValue: -1)
    public static let none = ErrorCode(rawValue: 0)
    public static let offsetOutOfRange = ErrorCode(rawValue: 1)
    public static let corruptMessage = ErrorCode(rawValue: 2)
    public static let unknownTopicOrPartition = ErrorCode(rawValue: 3)
    public static let invalidFetchSize = ErrorCode(rawValue: 4)
    public static let leaderNotAvailable = ErrorCode(rawValue: 5)
    public static let notLeaderOrFollower = ErrorCode(rawValue: 6)
    public static let requestTimedOut = ErrorCode(rawValue: 7)
    public static let brokerNotAvailable = ErrorCode(rawValue: 8)
    public static let replicaNotAvailable = ErrorCode(rawValue: 9)
    public static let messageTooLarge = ErrorCode(rawValue: 10)
    public static let staleControllerEpoch = ErrorCode(rawValue: 11)
    public static let offsetMetadataTooLarge = ErrorCode(rawValue: 12)
    public static let networkException = ErrorCode(rawValue: 13)
    public static let coordinatorLoadInProgress = ErrorCode(rawValue: 14)
    public static let coordinatorNotAvailable = ErrorCode(rawValue: 15)
    public static let notCoordinator = ErrorCode(rawValue: 16)
    public static let invalidTopicException = ErrorCode(rawValue: 17)
    public static let recordListTooLarge = ErrorCode(rawValue: 18)
    public static let notEnoughReplicas = ErrorCode(rawValue: 19)
    public static let notEnoughReplicasAfterAppend = ErrorCode(rawValue: 20)
    public static let invalidRequiredAcks = ErrorCode(rawValue: 21)
    public static let illegalGeneration = ErrorCode(rawValue: 22)
    public static let inconsistentGroupProtocol = ErrorCode(rawValue: 23)
    public static let invalidGroupId = ErrorCode(rawValue: 24)
    public static let unknownMemberId = ErrorCode(rawValue: 25)
    public static let invalidSessionTimeout = ErrorCode(rawValue: 26)
    public static let rebalanceInProgress = ErrorCode(rawValue: 27)
    public static let invalidCommitOffsetSize = ErrorCode(rawValue: 28)
    public static let topicAuthorizationFailed = ErrorCode(rawValue: 29)
    public static let groupAuthorizationFailed = ErrorCode(rawValue: 30)
    public static let clusterAuthorizationFailed = ErrorCode(rawValue: 31)
    public static let invalidTimestamp = ErrorCode(rawValue: 32)
    public static let unsupportedSaslMechanism = ErrorCode(rawValue: 33)
    public static let illegalSaslState = ErrorCode(rawValue: 34)
    public static let unsupportedVersion = ErrorCode(rawValue: 35)
    public static let topicAlreadyExists = ErrorCode(rawValue: 36)
    public static let invalidPartitions = ErrorCode(rawValue: 37)
    public static let invalidReplicationFactor = ErrorCode(rawValue: 38)
    public static let invalidReplicaAssignment = ErrorCode(rawValue: 39)
    public static let invalidConfig = ErrorCode(rawValue: 40)
    public static let notController = ErrorCode(rawValue: 41)
    public static let invalidRequest = ErrorCode(rawValue: 42)
    public static let unsupportedForMessageFormat = ErrorCode(rawValue: 43)
    public static let policyViolation = ErrorCode(rawValue: 44)
    public static let outOfOrderSequenceNumber = ErrorCode(rawValue: 45)
    public static let duplicateSequenceNumber = ErrorCode(rawValue: 46)
    public static let invalidProducerEpoch = ErrorCode(rawValue: 47)
    public static let invalidTxnState = ErrorCode(rawValue: 48)
    public static let invalidProducerIdMapping = ErrorCode(rawValue: 49)
    public static let invalidTransactionTimeout = ErrorCode(rawValue: 50)
    public static let concurrentTransactions = ErrorCode(rawValue: 51)
    public static let transactionCoordinatorFenced = ErrorCode(rawValue: 52)
    public static let transactionalIdAuthorizationFailed = ErrorCode(rawValue: 53)
    public static let securityDisabled = ErrorCode(rawValue: 54)
    public static let operationNotAttempted = ErrorCode(rawValue: 55)
    public static let kafkaStorageError = ErrorCode(rawValue: 56)
    public static let logDirNotFound = ErrorCode(rawValue: 57)
    public static let saslAuthenticationFailed = ErrorCode(rawValue: 58)
    public static let unknownProducerId = ErrorCode(rawValue: 59)
    public static let reassignmentInProgress = ErrorCode(rawValue: 60)
    public static let invalidPrincipalType = ErrorCode(rawValue: 67)
    public static let nonEmptyGroup = ErrorCode(rawValue: 68)
    public static let groupIdNotFound = ErrorCode(rawValue: 69)
    public static let fetchSessionIdNotFound = ErrorCode(rawValue: 70)
    public static let invalidFetchSessionEpoch = ErrorCode(rawValue: 71)
    public static let listenerNotFound = ErrorCode(rawValue: 72)
    public static let topicDeletionDisabled = ErrorCode(rawValue: 73)
    public static let fencedLeaderEpoch = ErrorCode(rawValue: 74)
    public static let unknownLeaderEpoch = ErrorCode(rawValue: 75)
    public static let unsupportedCompressionType = ErrorCode(rawValue: 76)
    public static let staleBrokerEpoch = ErrorCode(rawValue: 77)
    public static let offsetNotAvailable = ErrorCode(rawValue: 78)
    public static let memberIdRequired = ErrorCode(rawValue: 79)
    public static let preferredLeaderNotAvailable = ErrorCode(rawValue: 80)
    public static let groupMaxSizeReached = ErrorCode(rawValue: 81)
    public static let fencedInstanceId = ErrorCode(rawValue: 82)
    public static let eligibleLeadersNotAvailable = ErrorCode(rawValue: 83)
    public static let electionNotNeeded = ErrorCode(rawValue: 84)
    public static let noReassignmentInProgress = ErrorCode(rawValue: 85)
    public static let groupSubscribedToTopic = ErrorCode(rawValue: 86)
    public static let invalidRecord = ErrorCode(rawValue: 87)
    public static let unstableOffsetCommit = ErrorCode(rawValue: 88)
    public static let throttlingQuotaExceeded = ErrorCode(rawValue: 89)
    public static let producerFenced = ErrorCode(rawValue: 90)
    public static let resourceNotFound = ErrorCode(rawValue: 91)
    public static let duplicateResource = ErrorCode(rawValue: 92)
    public static let unacceptableCredential = ErrorCode(rawValue: 93)
    public static let inconsistentVoterSet = ErrorCode(rawValue: 94)
    public static let invalidUpdateVersion = ErrorCode(rawValue: 95)
    public static let featureUpdateFailed = ErrorCode(rawValue: 96)
    public static let principalDeserializationFailure = ErrorCode(rawValue: 97)
    public static let snapshotNotFound = ErrorCode(rawValue: 98)
    public static let unknownTopicId = ErrorCode(rawValue: 100)
    public static let duplicateBrokerRegistration = ErrorCode(rawValue: 101)
    public static let brokerIdNotRegistered = ErrorCode(rawValue: 102)
    public static let inconsistentTopicId = ErrorCode(rawValue: 103)
    public static let inconsistentClusterId = ErrorCode(rawValue: 104)
    public static let transactionalIdNotFound = ErrorCode(rawValue: 105)
    public static let fetchSessionTopicIdError = ErrorCode(rawValue: 106)
    public static let ineligibleReplica = ErrorCode(rawValue: 107)
    public static let newLeaderElected = ErrorCode(rawValue: 108)
    public static let offsetMovedToTieredStorage = ErrorCode(rawValue: 109)
    public static let fencedMemberEpoch = ErrorCode(rawValue: 110)
    public static let unreleasedInstanceId = ErrorCode(rawValue: 111)
    public static let unsupportedAssignor = ErrorCode(rawValue: 112)
    public static let staleMemberEpoch = ErrorCode(rawValue: 113)
    public static let mismatchedEndpointType = ErrorCode(rawValue: 114)
    public static let unsupportedEndpointType = ErrorCode(rawValue: 115)
    public static let unknownControllerId = ErrorCode(rawValue: 116)
    public static let unknownSubscriptionId = ErrorCode(rawValue: 117)
    public static let telemetryTooLarge = ErrorCode(rawValue: 118)
    public static let invalidRegistration = ErrorCode(rawValue: 119)
    public static let transactionAbortable = ErrorCode(rawValue: 120)
    public static let delegationTokenAuthDisabled = ErrorCode(rawValue: 61)
    public static let delegationTokenNotFound = ErrorCode(rawValue: 62)
    public static let delegationTokenOwnerMismatch = ErrorCode(rawValue: 63)
    public static let delegationTokenRequestNotAllowed = ErrorCode(rawValue: 64)
    public static let delegationTokenAuthorizationFailed = ErrorCode(rawValue: 65)
    public static let delegationTokenExpired = ErrorCode(rawValue: 66)
    public static let positionOutOfRange = ErrorCode(rawValue: 99)
    public static let invalidRecordState = ErrorCode(rawValue: 121)
    public static let shareSessionNotFound = ErrorCode(rawValue: 122)
    public static let invalidShareSessionEpoch = ErrorCode(rawValue: 123)
    public static let fencedStateEpoch = ErrorCode(rawValue: 124)
    public static let invalidVoterKey = ErrorCode(rawValue: 125)
    public static let duplicateVoter = ErrorCode(rawValue: 126)
    public static let voterNotFound = ErrorCode(rawValue: 127)
    public static let invalidRegularExpression = ErrorCode(rawValue: 128)
    public static let rebootstrapRequired = ErrorCode(rawValue: 129)
    public static let streamsInvalidTopology = ErrorCode(rawValue: 130)
    public static let streamsInvalidTopologyEpoch = ErrorCode(rawValue: 131)
    public static let streamsTopologyFenced = ErrorCode(rawValue: 132)
    public static let shareSessionLimitReached = ErrorCode(rawValue: 133)

    /// Every named code with Kafka's name.
    public static let names: [ErrorCode: String] = [
        .unknownServerError: "UNKNOWN_SERVER_ERROR",
        .none: "NONE",
        .offsetOutOfRange: "OFFSET_OUT_OF_RANGE",
        .corruptMessage: "CORRUPT_MESSAGE",
        .unknownTopicOrPartition: "UNKNOWN_TOPIC_OR_PARTITION",
        .invalidFetchSize: "INVALID_FETCH_SIZE",
        .leaderNotAvailable: "LEADER_NOT_AVAILABLE",
        .notLeaderOrFollower: "NOT_LEADER_OR_FOLLOWER",
        .requestTimedOut: "REQUEST_TIMED_OUT",
        .brokerNotAvailable: "BROKER_NOT_AVAILABLE",
        .replicaNotAvailable: "REPLICA_NOT_AVAILABLE",
        .messageTooLarge: "MESSAGE_TOO_LARGE",
        .staleControllerEpoch: "STALE_CONTROLLER_EPOCH",
        .offsetMetadataTooLarge: "OFFSET_METADATA_TOO_LARGE",
        .networkException: "NETWORK_EXCEPTION",
        .coordinatorLoadInProgress: "COORDINATOR_LOAD_IN_PROGRESS",
        .coordinatorNotAvailable: "COORDINATOR_NOT_AVAILABLE",
        .notCoordinator: "NOT_COORDINATOR",
        .invalidTopicException: "INVALID_TOPIC_EXCEPTION",
        .recordListTooLarge: "RECORD_LIST_TOO_LARGE",
        .notEnoughReplicas: "NOT_ENOUGH_REPLICAS",
        .notEnoughReplicasAfterAppend: "NOT_ENOUGH_REPLICAS_AFTER_APPEND",
        .invalidRequiredAcks: "INVALID_REQUIRED_ACKS",
        .illegalGeneration: "ILLEGAL_GENERATION",
        .inconsistentGroupProtocol: "INCONSISTENT_GROUP_PROTOCOL",
        .invalidGroupId: "INVALID_GROUP_ID",
        .unknownMemberId: "UNKNOWN_MEMBER_ID",
        .invalidSessionTimeout: "INVALID_SESSION_TIMEOUT",
        .rebalanceInProgress: "REBALANCE_IN_PROGRESS",
        .invalidCommitOffsetSize: "INVALID_COMMIT_OFFSET_SIZE",
        .topicAuthorizationFailed: "TOPIC_AUTHORIZATION_FAILED",
        .groupAuthorizationFailed: "GROUP_AUTHORIZATION_FAILED",
        .clusterAuthorizationFailed: "CLUSTER_AUTHORIZATION_FAILED",
        .invalidTimestamp: "INVALID_TIMESTAMP",
        .unsupportedSaslMechanism: "UNSUPPORTED_SASL_MECHANISM",
        .illegalSaslState: "ILLEGAL_SASL_STATE",
        .unsupportedVersion: "UNSUPPORTED_VERSION",
        .topicAlreadyExists: "TOPIC_ALREADY_EXISTS",
        .invalidPartitions: "INVALID_PARTITIONS",
        .invalidReplicationFactor: "INVALID_REPLICATION_FACTOR",
        .invalidReplicaAssignment: "INVALID_REPLICA_ASSIGNMENT",
        .invalidConfig: "INVALID_CONFIG",
        .notController: "NOT_CONTROLLER",
        .invalidRequest: "INVALID_REQUEST",
        .unsupportedForMessageFormat: "UNSUPPORTED_FOR_MESSAGE_FORMAT",
        .policyViolation: "POLICY_VIOLATION",
        .outOfOrderSequenceNumber: "OUT_OF_ORDER_SEQUENCE_NUMBER",
        .duplicateSequenceNumber: "DUPLICATE_SEQUENCE_NUMBER",
        .invalidProducerEpoch: "INVALID_PRODUCER_EPOCH",
        .invalidTxnState: "INVALID_TXN_STATE",
        .invalidProducerIdMapping: "INVALID_PRODUCER_ID_MAPPING",
        .invalidTransactionTimeout: "INVALID_TRANSACTION_TIMEOUT",
        .concurrentTransactions: "CONCURRENT_TRANSACTIONS",
        .transactionCoordinatorFenced: "TRANSACTION_COORDINATOR_FENCED",
        .transactionalIdAuthorizationFailed: "TRANSACTIONAL_ID_AUTHORIZATION_FAILED",
        .securityDisabled: "SECURITY_DISABLED",
        .operationNotAttempted: "OPERATION_NOT_ATTEMPTED",
        .kafkaStorageError: "KAFKA_STORAGE_ERROR",
        .logDirNotFound: "LOG_DIR_NOT_FOUND",
        .saslAuthenticationFailed: "SASL_AUTHENTICATION_FAILED",
        .unknownProducerId: "UNKNOWN_PRODUCER_ID",
        .reassignmentInProgress: "REASSIGNMENT_IN_PROGRESS",
        .invalidPrincipalType: "INVALID_PRINCIPAL_TYPE",
        .nonEmptyGroup: "NON_EMPTY_GROUP",
        .groupIdNotFound: "GROUP_ID_NOT_FOUND",
        .fetchSessionIdNotFound: "FETCH_SESSION_ID_NOT_FOUND",
        .invalidFetchSessionEpoch: "INVALID_FETCH_SESSION_EPOCH",
        .listenerNotFound: "LISTENER_NOT_FOUND",
        .topicDeletionDisabled: "TOPIC_DELETION_DISABLED",
        .fencedLeaderEpoch: "FENCED_LEADER_EPOCH",
        .unknownLeaderEpoch: "UNKNOWN_LEADER_EPOCH",
        .unsupportedCompressionType: "UNSUPPORTED_COMPRESSION_TYPE",
        .staleBrokerEpoch: "STALE_BROKER_EPOCH",
        .offsetNotAvailable: "OFFSET_NOT_AVAILABLE",
        .memberIdRequired: "MEMBER_ID_REQUIRED",
        .preferredLeaderNotAvailable: "PREFERRED_LEADER_NOT_AVAILABLE",
        .groupMaxSizeReached: "GROUP_MAX_SIZE_REACHED",
        .fencedInstanceId: "FENCED_INSTANCE_ID",
        .eligibleLeadersNotAvailable: "ELIGIBLE_LEADERS_NOT_AVAILABLE",
        .electionNotNeeded: "ELECTION_NOT_NEEDED",
        .noReassignmentInProgress: "NO_REASSIGNMENT_IN_PROGRESS",
        .groupSubscribedToTopic: "GROUP_SUBSCRIBED_TO_TOPIC",
        .invalidRecord: "INVALID_RECORD",
        .unstableOffsetCommit: "UNSTABLE_OFFSET_COMMIT",
        .throttlingQuotaExceeded: "THROTTLING_QUOTA_EXCEEDED",
        .producerFenced: "PRODUCER_FENCED",
        .resourceNotFound: "RESOURCE_NOT_FOUND",
        .duplicateResource: "DUPLICATE_RESOURCE",
        .unacceptableCredential: "UNACCEPTABLE_CREDENTIAL",
        .inconsistentVoterSet: "INCONSISTENT_VOTER_SET",
        .invalidUpdateVersion: "INVALID_UPDATE_VERSION",
        .featureUpdateFailed: "FEATURE_UPDATE_FAILED",
        .principalDeserializationFailure: "PRINCIPAL_DESERIALIZATION_FAILURE",
        .snapshotNotFound: "SNAPSHOT_NOT_FOUND",
        .unknownTopicId: "UNKNOWN_TOPIC_ID",
        .duplicateBrokerRegistration: "DUPLICATE_BROKER_REGISTRATION",
        .brokerIdNotRegistered: "BROKER_ID_NOT_REGISTERED",
        .inconsistentTopicId: "INCONSISTENT_TOPIC_ID",
        .inconsistentClusterId: "INCONSISTENT_CLUSTER_ID",
        .transactionalIdNotFound: "TRANSACTIONAL_ID_NOT_FOUND",
        .fetchSessionTopicIdError: "FETCH_SESSION_TOPIC_ID_ERROR",
        .ineligibleReplica: "INELIGIBLE_REPLICA",
        .newLeaderElected: "NEW_LEADER_ELECTED",
        .offsetMovedToTieredStorage: "OFFSET_MOVED_TO_TIERED_STORAGE",
        .fencedMemberEpoch: "FENCED_MEMBER_EPOCH",
        .unreleasedInstanceId: "UNRELEASED_INSTANCE_ID",
        .unsupportedAssignor: "UNSUPPORTED_ASSIGNOR",
        .staleMemberEpoch: "STALE_MEMBER_EPOCH",
        .mismatchedEndpointType: "MISMATCHED_ENDPOINT_TYPE",
        .unsupportedEndpointType: "UNSUPPORTED_ENDPOINT_TYPE",
        .unknownControllerId: "UNKNOWN_CONTROLLER_ID",
        .unknownSubscriptionId: "UNKNOWN_SUBSCRIPTION_ID",
        .telemetryTooLarge: "TELEMETRY_TOO_LARGE",
        .invalidRegistration: "INVALID_REGISTRATION",
        .transactionAbortable: "TRANSACTION_ABORTABLE",
        .delegationTokenAuthDisabled: "DELEGATION_TOKEN_AUTH_DISABLED",
        .delegationTokenNotFound: "DELEGATION_TOKEN_NOT_FOUND",
        .delegationTokenOwnerMismatch: "DELEGATION_TOKEN_OWNER_MISMATCH",
        .delegationTokenRequestNotAllowed: "DELEGATION_TOKEN_REQUEST_NOT_ALLOWED",
        .delegationTokenAuthorizationFailed: "DELEGATION_TOKEN_AUTHORIZATION_FAILED",
        .delegationTokenExpired: "DELEGATION_TOKEN_EXPIRED",
        .positionOutOfRange: "POSITION_OUT_OF_RANGE",
        .invalidRecordState: "INVALID_RECORD_STATE",
        .shareSessionNotFound: "SHARE_SESSION_NOT_FOUND",
        .invalidShareSessionEpoch: "INVALID_SHARE_SESSION_EPOCH",
        .fencedStateEpoch: "FENCED_STATE_EPOCH",
        .invalidVoterKey: "INVALID_VOTER_KEY",
        .duplicateVoter: "DUPLICATE_VOTER",
        .voterNotFound: "VOTER_NOT_FOUND",
        .invalidRegularExpression: "INVALID_REGULAR_EXPRESSION",
        .rebootstrapRequired: "REBOOTSTRAP_REQUIRED",
        .streamsInvalidTopology: "STREAMS_INVALID_TOPOLOGY",
        .streamsInvalidTopologyEpoch: "STREAMS_INVALID_TOPOLOGY_EPOCH",
        .streamsTopologyFenced: "STREAMS_TOPOLOGY_FENCED",
        .shareSessionLimitReached: "SHARE_SESSION_LIMIT_REACHED",
    ]

    /// The code that Kafka calls by this name, in capitals.
    public init?(name: String) {
        guard let code = Self.names.first(where: { $0.value == name })?.key else { return nil }
        self = code
    }

    /// Kafka's name, or the number.
    public var description: String { Self.names[self] ?? "error \(rawValue)" }
}
