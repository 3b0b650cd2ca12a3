/// Why a task or a worker stops; each says what to do next.
public enum RuntimeFailure: Error, Equatable, Sendable, CustomStringConvertible {
    /// A stage published to a topic that its declaration does not name.
    case undeclaredOutput(stage: String, topic: String)
    /// A stage used a table that its declaration does not name.
    case undeclaredTable(stage: String, table: String)
    /// A stage without effects asked for one, or re-execution met one that was not recorded.
    case effectUnavailable(stage: String, id: String)
    /// A state entry's bytes are not the message they should be.
    case unreadableState(stage: String, partition: Int32, table: UInt8, key: String)
    /// A timer's handler refused: there is no record to make a dead letter of.
    case timerRejected(stage: String, key: String, reason: String)
    /// State, changelog and group offsets contradict each other even after a restore from nothing.
    case stateContradictsOffsets(stage: String, partition: Int32, detail: String)
    /// The log no longer holds the offset that the task must read next.
    case inputDeleted(stage: String, topicPartition: String)
    /// Another process runs with this worker's transactional id.
    case fencedRepeatedly(stage: String, transactionalID: String)
    /// A topic is missing or differs from its declaration.
    case topics([String])

    public var description: String {
        switch self {
        case .undeclaredOutput(let stage, let topic):
            "stage \(stage) published to \(topic), which is not among its declared outputs; add it in Stages.swift"
        case .undeclaredTable(let stage, let table):
            "stage \(stage) used the table \(table), which it does not declare; add it in Stages.swift"
        case .effectUnavailable(let stage, let id): "stage \(stage) has no answer to its effect \(id)"
        case .unreadableState(let stage, let partition, let table, let key):
            "state of \(stage)/\(partition), table \(table), key \(key) cannot be decoded: was the state folder written by "
                + "a newer build? Deploy that build, or remove the folder to restore from the changelog"
        case .timerRejected(let stage, let key, let reason): "timer of \(stage), key \(key): \(reason)"
        case .stateContradictsOffsets(let stage, let partition, let detail):
            "state of \(stage)/\(partition) contradicts its group's offsets (\(detail)); it is not started. If offsets "
                + "were reset on purpose, rebuild the stage: growthctl stage rebuild \(stage)"
        case .inputDeleted(let stage, let topicPartition):
            "\(stage) must read \(topicPartition) from an offset that the log no longer holds: records were deleted "
                + "before they were read. Check the topic's retention; growthctl group reset shows the way on"
        case .fencedRepeatedly(let stage, let id):
            "\(stage) was fenced again and again: another process uses the transactional id \(id). Give each process its "
                + "own --instance-id"
        case .topics(let problems): problems.joined(separator: "\n")
        }
    }
}
