import ProtobufCodec
package import Schemas

/// The answers of the outside world that one transaction uses: performed ahead side by side, or one at a time, or recorded.
package final class EffectBook {
    private let performer: (any EffectPerformer)?
    private var answers: [String: [UInt8]] = [:]
    /// Answers in the order they were used, for the execution log.
    private(set) var used: [EffectResult] = []
    private var usedIDs: Set<String> = []

    package init(performer: (any EffectPerformer)?) {
        self.performer = performer
    }

    var isAvailable: Bool { performer != nil }

    /// Performs those not yet answered, side by side.
    func perform(_ requests: [EffectRequest]) {
        guard let performer else { return }
        var pending: [EffectRequest] = []
        for request in requests
        where answers[request.id] == nil && !pending.contains(where: { $0.id == request.id }) {
            pending.append(request)
        }
        guard !pending.isEmpty else { return }
        for (request, answer) in zip(pending, performer.perform(pending)) { answers[request.id] = answer }
    }

    func answer(_ request: EffectRequest, stage: String) throws -> [UInt8] {
        if answers[request.id] == nil { perform([request]) }
        guard let answer = answers[request.id] else {
            throw RuntimeFailure.effectUnavailable(stage: stage, id: request.id)
        }
        if usedIDs.insert(request.id).inserted {
            used.append(
                .with {
                    $0.id = request.id
                    $0.result = answer
                })
        }
        return answer
    }

    /// Gives the recorded answers of a transaction that is done again.
    package func replay(_ recorded: [EffectResult]) {
        reset()
        for effect in recorded { answers[effect.id] = effect.result }
    }

    /// Forgets what the transaction used. After an abort the answers stay: what was performed need not be again.
    func reset(keepingAnswers: Bool = false) {
        if !keepingAnswers { answers.removeAll(keepingCapacity: true) }
        used.removeAll(keepingCapacity: true)
        usedIDs.removeAll(keepingCapacity: true)
    }
}
