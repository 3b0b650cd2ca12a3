import Schemas

/// One entity as Rules.md says it, as slowly as it likes: every window is counted anew from the list of all claims.
struct PlainEntity {
    struct Claim: Equatable {
        var id: String
        var friend: String
        var time: Int64
    }

    struct Accounts {
        var window: Int64
        var limit: Int
    }

    var accounts: Accounts?
    var velocity: Accounts?
    var claims: [Claim] = []

    /// What one entered claim leads to: its figures, and who is told of what.
    struct Answer: Equatable {
        var accounts = 0
        var velocity = 0
        /// `c1 R03`, `c2 R03 R05`.
        var told: [String] = []
    }

    mutating func enter(_ claim: Claim) -> Answer? {
        guard !claims.contains(where: { $0.id == claim.id }) else { return nil }
        let before = claims
        claims.append(claim)
        var answer = Answer()
        var shared: [Claim] = []
        var fast: [Claim] = []
        if let velocity {
            for end in ends(claim, velocity.window) {
                let now = inside(end, velocity.window, claims)
                answer.velocity = max(answer.velocity, now.count)
                guard now.count == velocity.limit + 1 else { continue }
                fast += now.filter { $0.id != claim.id && !fast.contains($0) && !isFast($0, velocity, before) }
            }
        }
        if let accounts {
            for end in ends(claim, accounts.window) {
                let now = inside(end, accounts.window, claims)
                let then = Set(inside(end, accounts.window, before).map(\.friend)).count
                let count = Set(now.map(\.friend)).count
                answer.accounts = max(answer.accounts, count)
                guard then < accounts.limit, count >= accounts.limit else { continue }
                shared += now.filter { $0.id != claim.id && !shared.contains($0) }
            }
        }
        let told = claims.filter { shared.contains($0) || fast.contains($0) }
            .sorted { ($0.time, $0.id) < ($1.time, $1.id) }
        answer.told = told.suffix(100).map { other in
            other.id + (shared.contains(other) ? " R03" : "") + (fast.contains(other) ? " R05" : "")
        }
        forget()
        return answer
    }

    /// Whether any window that holds the claim has too many; the fullest ends at a claim.
    private func isFast(_ claim: Claim, _ velocity: Accounts, _ claims: [Claim]) -> Bool {
        let near = claims.filter { abs($0.time - claim.time) < velocity.window }
        return near.contains { end in
            end.time >= claim.time && inside(end.time, velocity.window, near).count > velocity.limit
        }
    }

    /// The moments at which a window that holds the claim may end.
    private func ends(_ claim: Claim, _ length: Int64) -> [Int64] {
        [claim.time] + claims.map(\.time).filter { $0 > claim.time && $0 - length < claim.time }
    }

    private func inside(_ end: Int64, _ length: Int64, _ claims: [Claim]) -> [Claim] {
        claims.filter { $0.time > end - length && $0.time <= end }
    }

    private mutating func forget() {
        guard let newest = claims.map(\.time).max() else { return }
        claims.removeAll { $0.time <= newest - 31 * 86_400_000 }
        claims.sort { ($0.time, $0.id) < ($1.time, $1.id) }
        if claims.count > 1_000 { claims.removeFirst(claims.count - 1_000) }
    }
}
