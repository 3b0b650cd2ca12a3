import Schemas

/// An account's points by lots, in the order they are spent: the next to expire first, those for ever last, equals by
/// transfer id (S04).
///
/// Their sum is what the account has available, or nothing while it is below zero.
extension Account {
    /// Lots of one account; beyond it the two next to be spent become one that lives as long as the later, which costs
    /// the customer nothing.
    static let lotsLimit = 1_000

    /// When the next lot expires; nil where none does.
    var timer: Int64? {
        guard let first = lots.first, first.expiresMs > 0 else { return nil }
        return first.expiresMs
    }

    mutating func addLot(_ lot: PointsLot) throws(Rejection) {
        guard lot.remaining > 0 else { return }
        lots.insert(lot, at: firstIndex(notBefore: lot))
        guard lots.count > Self.lotsLimit else { return }
        lots[1].remaining = try lots[1].remaining.adding(lots[0].remaining)
        lots.removeFirst()
    }

    /// Takes from the lots that are spent first; what the lots do not hold is nobody's.
    mutating func spendLots(_ amount: Int64) {
        var rest = amount
        var emptied = 0
        while emptied < lots.count, rest > 0 {
            let part = min(rest, lots[emptied].remaining)
            lots[emptied].remaining -= part
            rest -= part
            if lots[emptied].remaining == 0 { emptied += 1 }
        }
        lots.removeFirst(emptied)
    }

    /// Takes from the lots that are spent last, because what is taken back was given last.
    mutating func clawBackLots(_ amount: Int64) {
        var rest = amount
        while rest > 0, let last = lots.indices.last {
            let part = min(rest, lots[last].remaining)
            lots[last].remaining -= part
            rest -= part
            if lots[last].remaining == 0 { lots.removeLast() }
        }
    }

    /// Takes out the next lot that has expired; a lot expires at exactly its time.
    mutating func removeExpiredLot(at time: Int64) -> PointsLot? {
        guard let timer, timer <= time else { return nil }
        return lots.removeFirst()
    }

    private func firstIndex(notBefore lot: PointsLot) -> Int {
        var (low, high) = (0, lots.count)
        while low < high {
            let middle = (low + high) / 2
            if lots[middle].isSpent(before: lot) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension PointsLot {
    fileprivate func isSpent(before other: PointsLot) -> Bool {
        let (own, others) = (expiresMs == 0 ? .max : expiresMs, other.expiresMs == 0 ? Int64.max : other.expiresMs)
        return own == others ? transferID < other.transferID : own < others
    }
}
