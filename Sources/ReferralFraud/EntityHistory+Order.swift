import Schemas

extension EntityHistory {
    func knows(_ claimID: String) -> Bool { claims.contains { $0.claimID == claimID } }

    /// Enters the claim at its place by (claimed, claim id) and returns its index.
    mutating func enter(_ claim: EntityClaim) -> Int {
        let index = claims.firstIndex { !$0.precedes(claim) }
        claims.insert(claim, at: index)
        return index
    }

    /// Drops what is older than the newest claim by the retention or more, and the oldest beyond the limit.
    mutating func prune() {
        guard let newest = claims.last?.claimedMs else { return }
        let cutoff = newest &- EntityDecider.retentionMilliseconds
        let aged = claims.firstIndex { $0.claimedMs > cutoff }
        claims.removeFirst(max(aged, claims.count - EntityDecider.claimsLimit))
    }

    /// Returns the time that a window must not reach behind if it is to see every claim, once a claim of `time` is
    /// entered.
    ///
    /// Claims up to `newest − retention` have left, and those that a full history has dropped were not after its
    /// oldest.
    func completeSince(rulesSince: Int64, entering time: Int64) -> Int64 {
        var since = rulesSince
        if let newest = claims.last?.claimedMs {
            since = max(since, max(newest, time) &- EntityDecider.retentionMilliseconds)
        }
        if claims.count >= EntityDecider.claimsLimit, let oldest = claims.first?.claimedMs {
            since = max(since, oldest)
        }
        return since
    }
}

extension EntityClaim {
    /// Orders by claim time, then claim id, so that the order of arrival leaves no trace.
    func precedes(_ other: EntityClaim) -> Bool {
        claimedMs == other.claimedMs ? claimID < other.claimID : claimedMs < other.claimedMs
    }
}

extension [EntityClaim] {
    /// The first index whose claim passes a test that all later ones pass too; the count where none does.
    func firstIndex(where passes: (EntityClaim) -> Bool) -> Int {
        var low = startIndex
        var high = endIndex
        while low < high {
            let middle = low + (high - low) / 2
            if passes(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
