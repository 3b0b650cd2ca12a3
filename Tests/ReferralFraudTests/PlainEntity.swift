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

    /// What one entered claim leads to: its figures, and who is told.
    struct Answer: Equatable {
        var accounts = 0
        var velocity = 0
        var told: [String] = []
    }

    mutating func enter(_ claim: Claim) -> Answer? {
        guard !claims.contains(where: { $0.id == claim.id }) else { return nil }
        let before = claims
        claims.append(claim)
        var answer = Answer()
        if let velocity {
            let counts = ends(claim, velocity.window).map { inside($0, velocity.window, claims).count }
            answer.velocity = counts.max() ?? 0
        }
        if let accounts {
            var told: [Claim] = []
            for end in ends(claim, accounts.window) {
                let now = inside(end, accounts.window, claims)
                let then = Set(inside(end, accounts.window, before).map(\.friend)).count
                let count = Set(now.map(\.friend)).count
                answer.accounts = max(answer.accounts, count)
                guard then < accounts.limit, count >= accounts.limit else { continue }
                told += now.filter { $0.id != claim.id && !told.contains($0) }
            }
            told.sort { ($0.time, $0.id) < ($1.time, $1.id) }
            answer.told = told.suffix(100).map(\.id)
        }
        forget()
        return answer
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
