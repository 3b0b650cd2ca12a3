public import Schemas

/// Says whether a record of `calibrations.v1` can be used; a bad one leaves the last good one in place.
public enum CalibrationCheck {
    /// The name, and record key, of the calibration that scores use.
    public static let rfm = "rfm"

    /// Passes a calibration that every version of can be scored with, by rising version and start.
    ///
    /// - Throws: `validation`, naming the field.
    public static func check(_ calibration: Calibration) throws(Rejection) {
        try Validation.identifier(calibration.name, "name")
        guard calibration.name == rfm else { return }
        for (index, version) in calibration.versions.enumerated() {
            guard RFMScale(version) != nil else {
                throw Rejection(
                    .validation,
                    "version \(version.version) has no window of 1 to \(RFMScale.windowDaysLimit) days, not "
                        + "\(ScoreEdges.count) rising edges of each score, or a negative interval")
            }
            guard index > 0 else { continue }
            let before = calibration.versions[index - 1]
            guard before.version < version.version, before.validFromMs < version.validFromMs else {
                throw Rejection(.validation, "version \(version.version) or its valid_from_ms does not rise")
            }
        }
    }
}
