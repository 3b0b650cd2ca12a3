/// The four inner edges of a score, as the least whole value at or above each.
///
/// An edge is stored times five; 5·v ≥ edge says the same as v ≥ ⌈edge ÷ 5⌉, which cannot overflow.
struct ScoreEdges: Equatable, Sendable {
    private let first: Int64
    private let second: Int64
    private let third: Int64
    private let fourth: Int64

    static let count = 4

    /// Returns nil unless there are four edges that do not fall.
    init?(fifths: [Int64]) {
        guard fifths.count == Self.count, zip(fifths, fifths.dropFirst()).allSatisfy({ $0 <= $1 }) else { return nil }
        first = Self.ceiling(fifths[0])
        second = Self.ceiling(fifths[1])
        third = Self.ceiling(fifths[2])
        fourth = Self.ceiling(fifths[3])
    }

    /// 1 plus the number of edges that the value reaches: 1 to 5.
    func score(_ value: Int64) -> Int64 {
        1 + (value >= first ? 1 : 0) + (value >= second ? 1 : 0) + (value >= third ? 1 : 0)
            + (value >= fourth ? 1 : 0)
    }

    /// The least edge above the value; nil where it reaches all.
    func next(above value: Int64) -> Int64? {
        if value < first { return first }
        if value < second { return second }
        if value < third { return third }
        return value < fourth ? fourth : nil
    }

    private static func ceiling(_ fifths: Int64) -> Int64 { fifths / 5 + (fifths % 5 > 0 ? 1 : 0) }
}
