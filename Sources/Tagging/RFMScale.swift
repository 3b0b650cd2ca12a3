import Schemas

/// The borders of one calibration version, ready to score with.
struct RFMScale: Sendable {
    let version: UInt32
    /// The frequency window, milliseconds.
    let window: Int64
    let recency: ScoreEdges
    let frequency: ScoreEdges
    let monetary: ScoreEdges
    /// Mean interval between purchases of the population, as sum and count (T16); nil where it is not known.
    let interval: (spanSum: Int64, count: Int64)?

    /// Bound of the frequency window: orders older than this are not kept one by one.
    static let windowDaysLimit: UInt32 = 365

    /// Returns nil for a version that cannot be scored with.
    init?(_ calibration: CalibrationVersion) {
        guard (1...Self.windowDaysLimit).contains(calibration.frequencyWindowDays),
            calibration.intervalCount >= 0, calibration.intervalSpanSumMs >= 0,
            let recency = ScoreEdges(fifths: calibration.recencyEdgesFifths),
            let frequency = ScoreEdges(fifths: calibration.frequencyEdgesFifths),
            let monetary = ScoreEdges(fifths: calibration.monetaryEdgesFifths)
        else { return nil }
        version = calibration.version
        window = Int64(calibration.frequencyWindowDays) * Milliseconds.day
        self.recency = recency
        self.frequency = frequency
        self.monetary = monetary
        interval =
            calibration.intervalCount > 0 ? (calibration.intervalSpanSumMs, calibration.intervalCount) : nil
    }

    /// The scale of the version with the greatest start that is not after a time.
    init?(_ calibration: Calibration?, at: Int64) {
        guard let calibration, let index = calibration.versions.lastIndex(where: { $0.validFromMs <= at }) else {
            return nil
        }
        self.init(calibration.versions[index])
    }
}
