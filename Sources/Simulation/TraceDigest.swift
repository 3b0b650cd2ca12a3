import Kafka

/// A chain over everything that a schedule does: equal digests mean that two runs did the same.
struct TraceDigest {
    private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

    mutating func add(_ word: UInt64) {
        let (high, low) = (value ^ word).multipliedFullWidth(by: 0x9e37_79b9_7f4a_7c15)
        value = (high ^ low) &+ 0x2545_f491_4f6c_dd1d
    }

    mutating func add(_ number: Int64) { add(UInt64(bitPattern: number)) }

    /// A log as its readers see it.
    mutating func add(_ view: LogView) {
        add(view.highWatermark)
        for record in view.records {
            add(record.offset)
            add(record.timestampMilliseconds)
            add(record.key)
            add(record.value)
        }
    }

    private mutating func add(_ bytes: [UInt8]?) {
        guard let bytes else { return add(UInt64.max) }
        add(UInt64(bytes.count))
        var word: UInt64 = 0
        for (index, byte) in bytes.enumerated() {
            word = word << 8 | UInt64(byte)
            if index % 8 == 7 || index == bytes.count - 1 {
                add(word)
                word = 0
            }
        }
    }
}
