import Schemas

/// What a window measured, and the claims in it.
struct WindowFigure: Equatable {
    var measured = 0
    /// Indices into the entity's claims by time.
    var claims = 0..<0
}

/// The exact windows `(moment − length, moment]` that hold one entity's newly entered claim (R03, R04, R05).
///
/// Queries of different claims come from different partitions, so a claim may come in after one that was made later. It
/// is therefore measured at its own time and at the time of each later claim whose window holds it, and the greatest
/// figure counts. In order of time this is the window that ends at the claim.
struct ClaimWindow {
    /// By (claimed, claim id), the new one among them.
    let claims: [EntityClaim]
    /// The new claim.
    let index: Int
    let length: Int64

    private var claimedAt: Int64 { claims[index].claimedMs }

    /// Returns the greatest number of claims, in the first window that has it.
    func greatestCount() -> WindowFigure {
        var greatest = WindowFigure()
        forEachWindow(from: claimedAt, before: claimedAt &+ length) { _, range in
            if range.count > greatest.measured { greatest = WindowFigure(measured: range.count, claims: range) }
        }
        return greatest
    }

    /// Returns the greatest number of distinct friends, and the other claims that thereby first come to the limit.
    func greatestAccounts(limit: Int) -> (own: WindowFigure, told: [ToldClaim]) {
        let friend = claims[index].friendID
        var friends = DistinctFriends()
        var greatest = WindowFigure()
        // Windows that reach the limit only now, and only through this claim.
        var crossings: [Range<Int>] = []
        forEachWindow(from: claimedAt, before: claimedAt &+ length) { _, range in
            friends.move(to: range, of: claims)
            if friends.count > greatest.measured { greatest = WindowFigure(measured: friends.count, claims: range) }
            if friends.count == limit, friends.claims(of: friend) == 1 { crossings.append(range) }
        }
        return (greatest, told(by: crossings, limit: limit))
    }

    /// The claims of the crossing windows that no window had at the limit before.
    private func told(by crossings: [Range<Int>], limit: Int) -> [ToldClaim] {
        guard let first = crossings.first, let last = crossings.last else { return [] }
        let before = momentsAtLimit(
            limit, from: claims[first.lowerBound].claimedMs, before: claims[last.upperBound - 1].claimedMs &+ length)
        var told: [ToldClaim] = []
        var nextMoment = 0
        var nextClaim = first.lowerBound
        for crossing in crossings {
            let start = max(nextClaim, crossing.lowerBound)
            for other in start..<max(start, crossing.upperBound) where other != index {
                let time = claims[other].claimedMs
                while nextMoment < before.count, before[nextMoment] < time { nextMoment += 1 }
                if nextMoment < before.count, before[nextMoment] &- time < length { continue }
                told.append(ToldClaim(index: other, window: crossing))
            }
            nextClaim = max(nextClaim, crossing.upperBound)
        }
        return told
    }

    /// The times whose windows had come to the limit without the new claim, in order.
    private func momentsAtLimit(_ limit: Int, from start: Int64, before end: Int64) -> [Int64] {
        var friends = DistinctFriends(skipping: index)
        var moments: [Int64] = []
        forEachWindow(from: start, before: end) { moment, range in
            friends.move(to: range, of: claims)
            if friends.count >= limit { moments.append(moment) }
        }
        return moments
    }

    /// Calls the body for the window that ends at `start` and at the time of each claim after it and before `end`.
    private func forEachWindow(from start: Int64, before end: Int64, _ body: (Int64, Range<Int>) -> Void) {
        var moment = start
        var lower = claims.firstIndex { $0.claimedMs > start &- length }
        var upper = claims.firstIndex { $0.claimedMs > start }
        body(moment, lower..<upper)
        while upper < claims.count, claims[upper].claimedMs < end {
            moment = claims[upper].claimedMs
            while upper < claims.count, claims[upper].claimedMs == moment { upper += 1 }
            while claims[lower].claimedMs <= moment &- length { lower += 1 }
            body(moment, lower..<upper)
        }
    }
}

/// An earlier claim that a new one made look worse, and the window that did it.
struct ToldClaim: Equatable {
    let index: Int
    let window: Range<Int>
}

/// The distinct friends of a window that only moves forward: each claim comes in once and goes out once.
struct DistinctFriends {
    private var occurrences: [String: Int] = [:]
    private var range: Range<Int>?
    private let skipped: Int?

    init(skipping skipped: Int? = nil) { self.skipped = skipped }

    var count: Int { occurrences.count }

    func claims(of friend: String) -> Int { occurrences[friend] ?? 0 }

    mutating func move(to next: Range<Int>, of claims: [EntityClaim]) {
        let now = range ?? next.lowerBound..<next.lowerBound
        for index in now.upperBound..<next.upperBound where index != skipped {
            occurrences[claims[index].friendID, default: 0] += 1
        }
        for index in now.lowerBound..<next.lowerBound where index != skipped {
            let left = claims(of: claims[index].friendID) - 1
            occurrences[claims[index].friendID] = left > 0 ? left : nil
        }
        range = next
    }
}
