import Schemas

/// T01, T02: recency, frequency and money of one customer, each 1 to 5, and the code 100R + 10F + M of the three.
struct RFMScore: Equatable, Sendable {
    let recency: Int64
    let frequency: Int64
    let monetary: Int64

    static let name = "rfm"
    static let rule = "T01"

    var code: Int64 { 100 * recency + 10 * frequency + monetary }

    /// Takes the digits of a code apart.
    init(code: Int64) {
        recency = code / 100
        frequency = code / 10 % 10
        monetary = code % 10
    }

    /// Scores the figures; fewer days since the last order are better, so R runs the other way round.
    init(recencyDays: Int64, frequency: Int64, monetary: Int64, _ scale: RFMScale) {
        recency = 6 - scale.recency.score(recencyDays)
        self.frequency = scale.frequency.score(frequency)
        self.monetary = scale.monetary.score(monetary)
    }

    static func recencyDays(_ profile: CustomerProfile, at: Int64) -> Int64 {
        max(0, at &- profile.lastPaidMs) / Milliseconds.day
    }

    static func derive(_ evaluation: inout ProfileEvaluation) {
        guard evaluation.profile.orderCount >= 1, let scale = evaluation.scale else { return }
        let days = recencyDays(evaluation.profile, at: evaluation.at)
        let frequency = OrderHistory.frequency(evaluation.profile, at: evaluation.at, window: scale.window).count
        let monetary = evaluation.profile.netPaidMinor
        let score = RFMScore(recencyDays: days, frequency: frequency, monetary: monetary, scale)
        evaluation.profile.rfmCalibrationVersion = scale.version
        evaluation.setScore(name, score.code, rule: rule, evidence: evaluation.profile.lastPaidEventID) {
            [
                "recency_days": days, "frequency": frequency, "monetary_minor": monetary,
                "r": score.recency, "f": score.frequency, "m": score.monetary,
            ]
        }
    }

    /// When the next order leaves the frequency window; nil where none is in it.
    static func nextLeaving(_ profile: CustomerProfile, after at: Int64, _ scale: RFMScale?) -> Int64? {
        guard profile.orderCount >= 1, let scale else { return nil }
        return OrderHistory.frequency(profile, at: at, window: scale.window).oldest.map { $0 &+ scale.window }
    }

    /// When the next edge of recency is reached; nil where there is none.
    static func nextRecencyEdge(_ profile: CustomerProfile, after at: Int64, _ scale: RFMScale?) -> Int64? {
        guard profile.orderCount >= 1, let scale,
            let days = scale.recency.next(above: recencyDays(profile, at: at))
        else { return nil }
        let (length, isTooLong) = days.multipliedReportingOverflow(by: Milliseconds.day)
        let (due, isTooLate) = profile.lastPaidMs.addingReportingOverflow(length)
        return isTooLong || isTooLate ? nil : due
    }
}
