/// The writes of one transaction to a database in memory.
final class MemoryBatch {
    struct Change {
        let key: [UInt8]
        /// Nil deletes.
        let value: [UInt8]?
    }

    private(set) var changes: [Change] = []

    func put(_ key: [UInt8], _ value: [UInt8]) { changes.append(Change(key: key, value: value)) }

    func delete(_ key: [UInt8]) { changes.append(Change(key: key, value: nil)) }

    func clear() { changes.removeAll(keepingCapacity: true) }
}
