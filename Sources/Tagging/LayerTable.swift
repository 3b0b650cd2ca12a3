import Schemas

/// T08: the four layers of customers.
enum Layer: String, CaseIterable {
    case seed, active, sleeping, lost
}

/// T08: gives each of the 125 RFM cells a layer in each of the four states of life.
enum LayerTable {
    static let tag = "layer"
    static let rule = "T08"

    static func layer(_ score: RFMScore, _ lifecycle: Lifecycle) -> Layer {
        switch lifecycle {
        case .lost: .lost
        case .silent: .sleeping
        case .new, .active:
            if score.recency == 1 {
                .sleeping
            } else if score.frequency >= 4, score.monetary >= 4 {
                .seed
            } else {
                .active
            }
        }
    }

    static func derive(_ evaluation: inout ProfileEvaluation, _ lifecycle: Lifecycle) {
        guard let code = evaluation.profile.scores[RFMScore.name] else { return }
        evaluation.setTag(
            tag, layer(RFMScore(code: code), lifecycle).rawValue, rule: rule,
            evidence: evaluation.profile.lastPaidEventID,
            calibrationVersion: evaluation.profile.rfmCalibrationVersion)
    }
}
