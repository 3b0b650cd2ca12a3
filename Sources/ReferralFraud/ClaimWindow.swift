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

    /// Returns the greatest number of claims, in the first window that has it, and the other claims of the windows that
    /// this one brings past the limit; without those that stood in a window past it before.
    func greatestCount(limit: Int) -> (own: WindowFigure, told: [ToldClaim]) {
        var greatest = WindowFigure()
        var told: [ToldClaim] = []
        var nextUntold = 0
        forEachWindow(from: claimedAt, before: claimedAt &+ length) { range in
            if range.count > greatest.measured { greatest = WindowFigure(measured: range.count, claims: range) }
            guard range.count - 1 == limit else { return }
            let untold = max(nextUntold, range.lowerBound)..<max(nextUntold, range.upperBound)
            told += newlyCrowded(untold, limit: limit).map { ToldClaim(index: $0, window: range) }
            nextUntold = untold.upperBound
        }
        return (greatest, told)
    }

    /// The other claims of the range that were in no window past the limit before the new claim came.
    ///
    /// Such a window is a run of `limit + 1` claims within less than its length. A busy entity stays near its limit for
    /// long: without this each new claim would tell the same claims again.
    private func newlyCrowded(_ range: Range<Int>, limit: Int) -> [Int] {
        func place(_ claim: Int) -> Int { claim < index ? claim : claim - 1 }
        func time(_ place: Int) -> Int64 { claims[place < index ? place : place + 1].claimedMs }
        var start = max(0, place(range.lowerBound) - limit)
        var lastRun: Int?
        return range.filter { claim in
            guard claim != index else { return false }
            let place = place(claim)
            while start <= place, start + limit < claims.count - 1 {
                if time(start + limit) - time(start) < length { lastRun = start }
                start += 1
            }
            return lastRun.map { $0 + limit < place } ?? true
        }
    }

    /// Returns the greatest number of distinct friends, and the other claims of the windows that this one brings to the
    /// limit.
    func greatestAccounts(limit: Int) -> (own: WindowFigure, told: [ToldClaim]) {
        let friend = claims[index].friendID
        var friends = DistinctFriends()
        var greatest = WindowFigure()
        var told: [ToldClaim] = []
        var nextUntold = 0
        forEachWindow(from: claimedAt, before: claimedAt &+ length) { range in
            friends.move(to: range, of: claims)
            if friends.count > greatest.measured { greatest = WindowFigure(measured: friends.count, claims: range) }
            // A claim adds one account at most, so whoever comes to the limit comes to it exactly, and through this
            // claim alone.
            guard friends.count == limit, friends.claimCount(of: friend) == 1 else { return }
            let untold = max(nextUntold, range.lowerBound)..<max(nextUntold, range.upperBound)
            for other in untold where other != index { told.append(ToldClaim(index: other, window: range)) }
            nextUntold = untold.upperBound
        }
        return (greatest, told)
    }

    /// Calls the body for the window that ends at `start` and at the time of each claim after it and before `end`.
    private func forEachWindow(from start: Int64, before end: Int64, _ body: (Range<Int>) -> Void) {
        var lower = claims.firstIndex { $0.claimedMs > start &- length }
        var upper = claims.firstIndex { $0.claimedMs > start }
        body(lower..<upper)
        while upper < claims.count, claims[upper].claimedMs < end {
            let moment = claims[upper].claimedMs
            while upper < claims.count, claims[upper].claimedMs == moment { upper += 1 }
            while claims[lower].claimedMs <= moment &- length { lower += 1 }
            body(lower..<upper)
        }
    }
}

/// A claim that a new one makes look worse, and the first window that does it.
struct ToldClaim: Equatable {
    let index: Int
    let window: Range<Int>
}

/// The distinct friends of a window that only moves forward: each claim comes in once and goes out once.
struct DistinctFriends {
    private var occurrences: [String: Int] = [:]
    private var range: Range<Int>?

    var count: Int { occurrences.count }

    func claimCount(of friend: String) -> Int { occurrences[friend] ?? 0 }

    mutating func move(to next: Range<Int>, of claims: [EntityClaim]) {
        let now = range ?? next.lowerBound..<next.lowerBound
        for index in now.upperBound..<next.upperBound {
            occurrences[claims[index].friendID, default: 0] += 1
        }
        for index in now.lowerBound..<next.lowerBound {
            let left = claimCount(of: claims[index].friendID) - 1
            occurrences[claims[index].friendID] = left > 0 ? left : nil
        }
        range = next
    }
}
