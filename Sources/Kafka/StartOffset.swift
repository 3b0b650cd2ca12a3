import CRdKafka

/// Says where a newly assigned partition is read from.
public enum StartOffset: Hashable, Sendable {
    /// The group's committed offset, else what `autoOffsetReset` says.
    case committed
    /// The first record still in the log.
    case beginning
    /// Behind the last record.
    case end
    /// This offset; if it is not in the log, what `autoOffsetReset` says.
    case offset(Int64)

    var native: Int64 {
        switch self {
        case .committed: Int64(RD_KAFKA_OFFSET_STORED)
        case .beginning: Int64(RD_KAFKA_OFFSET_BEGINNING)
        case .end: Int64(RD_KAFKA_OFFSET_END)
        case .offset(let offset): offset
        }
    }

    var absolute: Int64? {
        switch self {
        case .committed, .beginning, .end: nil
        case .offset(let offset): offset
        }
    }
}
