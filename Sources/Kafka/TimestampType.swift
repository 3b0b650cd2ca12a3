import CRdKafka

/// Says who set a record's timestamp.
public enum TimestampType: Hashable, Sendable {
    /// The record carries none.
    case notAvailable
    /// The producer did: event time.
    case createTime
    /// The broker did, when it appended the record.
    case logAppendTime

    init(_ native: rd_kafka_timestamp_type_t) {
        switch native {
        case RD_KAFKA_TIMESTAMP_CREATE_TIME: self = .createTime
        case RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME: self = .logAppendTime
        default: self = .notAvailable
        }
    }
}
