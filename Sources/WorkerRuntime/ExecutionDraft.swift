import Schemas

/// What a task did since its last commit: the execution log's record in the making.
struct ExecutionDraft {
    var steps: [ExecutionStep] = []
    var outputs: [String: UInt64] = [:]
    var deadLetters: UInt64 = 0
    var timersFired: UInt64 = 0
    var records = 0
    var digest = OutputDigest()

    var isEmpty: Bool { steps.isEmpty }

    mutating func published(_ record: OutputRecord) {
        outputs[record.topic.name, default: 0] += 1
        digest.combine(record)
    }
}
