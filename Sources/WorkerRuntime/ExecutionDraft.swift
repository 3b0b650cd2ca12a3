import Schemas

/// What a task did since its last commit: the execution log's record in the making.
package struct ExecutionDraft {
    var steps: [ExecutionStep] = []
    var outputs: [String: UInt64] = [:]
    package var deadLetters: UInt64 = 0
    package var timersFired: UInt64 = 0
    package var records = 0
    var digest = OutputDigest()

    package var isEmpty: Bool { steps.isEmpty }

    mutating func published(_ record: OutputRecord) {
        outputs[record.topic.name, default: 0] += 1
        digest.combine(record)
    }
}
