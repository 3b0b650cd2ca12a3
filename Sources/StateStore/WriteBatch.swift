/// The writes of one transaction, for one kind of database; reused from one to the next.
enum WriteBatch {
    case rocks(RocksBatch)
    case memory(MemoryBatch)

    func put(_ key: [UInt8], _ value: [UInt8]) {
        switch self {
        case .rocks(let batch): batch.put(key, value)
        case .memory(let batch): batch.put(key, value)
        }
    }

    func delete(_ key: [UInt8]) {
        switch self {
        case .rocks(let batch): batch.delete(key)
        case .memory(let batch): batch.delete(key)
        }
    }

    func clear() {
        switch self {
        case .rocks(let batch): batch.clear()
        case .memory(let batch): batch.clear()
        }
    }
}
