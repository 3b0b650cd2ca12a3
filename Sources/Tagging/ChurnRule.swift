import Schemas

/// T16: a customer who has been away for more than one and a half times the usual interval between orders.
enum ChurnRule {
    static let tag = "churn_gap15"
    static let rule = "T16"

    /// Whose usual interval it is.
    enum Interval: String {
        case own, segment
    }

    /// From when on the tag is there, and by whose interval; nil for never.
    ///
    /// 2·gap·x > 3·span holds for whole milliseconds from gap = ⌊3·span ÷ 2x⌋ + 1 on.
    static func moment(_ profile: CustomerProfile, _ scale: RFMScale?) -> (start: Int64, interval: Interval)? {
        guard profile.orderCount >= 1 else { return nil }
        let repeats = Int64(profile.orderCount) - 1
        let span = profile.lastPaidMs &- profile.firstPaidMs
        if repeats >= 1, span > 0 {
            return start(profile, span: span, count: repeats).map { ($0, .own) }
        }
        guard let interval = scale?.interval else { return nil }
        return start(profile, span: interval.spanSum, count: interval.count).map { ($0, .segment) }
    }

    private static func start(_ profile: CustomerProfile, span: Int64, count: Int64) -> Int64? {
        // Full width, as the span of a whole population times three need not fit 64 bits.
        let triple = UInt64(span).multipliedFullWidth(by: 3)
        let divisor = UInt64(count) * 2
        guard triple.high < divisor else { return nil }
        guard let gap = Int64(exactly: divisor.dividingFullWidth(triple).quotient) else { return nil }
        let (start, isTooLate) = profile.lastPaidMs.addingReportingOverflow(gap)
        return isTooLate || start == .max ? nil : start + 1
    }

    static func derive(_ evaluation: inout ProfileEvaluation) {
        let evidence = evaluation.profile.lastPaidEventID
        guard let moment = moment(evaluation.profile, evaluation.scale), moment.start <= evaluation.at else {
            evaluation.removeTag(tag, rule: rule, evidence: [evidence])
            return
        }
        let version =
            switch moment.interval {
            case .own: UInt32(0)
            case .segment: evaluation.scale?.version ?? 0
            }
        evaluation.setTag(
            tag, moment.interval.rawValue, rule: rule, evidence: evidence, calibrationVersion: version)
    }
}
