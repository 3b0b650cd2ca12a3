import StateStore
import Testing

/// Transactions that show, whenever a store is looked at, whether it stands at one of them or between two.
enum Ledger {
    /// Writes transactions that each change every key, so that a store between two of them would show.
    static func fill(_ store: StateStore, transactions: ClosedRange<UInt64>) throws {
        for number in transactions {
            for index in 0..<20 {
                let value = [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: 30 + index)
                store.put(.named("\(index)"), value, timer: Int64(number))
            }
            try store.commit(.number(number))
        }
    }

    /// The number of the transaction that the store stands at; fails if its parts are of different ones.
    static func transaction(of store: StateStore) throws -> UInt64 {
        let number = store.progress?.transactionNumber ?? 0
        let entries = try store.committed()
        #expect(entries.count == (number == 0 ? 0 : 20))
        for (key, entry) in entries {
            #expect(entry.value.allSatisfy { $0 == UInt8(truncatingIfNeeded: number) }, "\(key)")
        }
        #expect(try store.drainedTimers().map(\.due) == entries.values.compactMap(\.timer).sorted())
        #expect(store.resumeOffset ?? 0 == Int64(number) * 100)
        return number
    }
}
