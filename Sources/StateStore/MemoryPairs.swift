/// Keys and values in key order; a copy shares its storage until one of the two is written.
struct MemoryPairs {
    private(set) var keys: [[UInt8]] = []
    private(set) var values: [[UInt8]] = []

    /// The place of the first key that is not before this one.
    func place(of key: [UInt8]) -> Int {
        var low = 0
        var high = keys.count
        while low < high {
            let middle = (low + high) / 2
            if keys[middle].orders(before: key) { low = middle + 1 } else { high = middle }
        }
        return low
    }

    func value(_ key: [UInt8]) -> [UInt8]? {
        let place = place(of: key)
        return place < keys.count && keys[place] == key ? values[place] : nil
    }

    mutating func apply(_ change: MemoryBatch.Change) {
        let place = place(of: change.key)
        let isThere = place < keys.count && keys[place] == change.key
        if let value = change.value {
            if isThere {
                values[place] = value
            } else {
                keys.insert(change.key, at: place)
                values.insert(value, at: place)
            }
        } else if isThere {
            keys.remove(at: place)
            values.remove(at: place)
        }
    }
}
