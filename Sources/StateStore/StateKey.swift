import Glibc

/// Names one entry of a task's state: a table's id and the entry's key within that table.
///
/// Keys order by their bytes, table id first, as RocksDB's default comparator orders them.
public struct StateKey: Hashable, Sendable, Comparable {
    /// The ids a stage may give its tables; 0 and 240...255 belong to the store.
    public static let tables: ClosedRange<UInt8> = 1...239

    /// The bytes under which the entry lies in RocksDB and in the changelog: the table id, then the key.
    public let bytes: [UInt8]

    /// Makes the key of an entry; an id outside ``tables`` is a programmer's mistake and traps.
    public init(table: UInt8, key: [UInt8]) {
        precondition(Self.tables.contains(table), "table id \(table) is reserved")
        var bytes: [UInt8] = []
        bytes.reserveCapacity(1 + key.count)
        bytes.append(table)
        bytes.append(contentsOf: key)
        self.bytes = bytes
    }

    /// Reads bytes that came from RocksDB or a topic; nil if they do not start with a stage's table id.
    init?(stored bytes: [UInt8]) {
        guard Self.isEntry(bytes) else { return nil }
        self.bytes = bytes
    }

    /// Whether these are the bytes of an entry's key, and not of a record of the store's own.
    static func isEntry(_ bytes: [UInt8]) -> Bool {
        bytes.first.map(tables.contains) ?? false
    }

    /// Stands where no key is.
    static let none = StateKey(unchecked: [])

    private init(unchecked bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The table's id.
    public var table: UInt8 { bytes[0] }

    /// The key within the table; it may be empty.
    public var key: ArraySlice<UInt8> { bytes[1...] }

    public static func < (left: StateKey, right: StateKey) -> Bool {
        left.bytes.orders(before: right.bytes)
    }

    // Array's own hash feeds the hasher byte by byte; one call for the whole buffer is several times cheaper, and this
    // is on the path of every get and put.
    public func hash(into hasher: inout Hasher) {
        unsafe bytes.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
    }

    public static func == (left: StateKey, right: StateKey) -> Bool {
        left.bytes == right.bytes
    }
}

extension [UInt8] {
    /// Whether these bytes sort before the others; a prefix sorts before what it begins.
    func orders(before other: [UInt8]) -> Bool {
        let shared = Swift.min(count, other.count)
        let order = unsafe withUnsafeBytes { left in
            unsafe other.withUnsafeBytes { right in
                guard shared > 0, let left = left.baseAddress, let right = right.baseAddress else { return Int32(0) }
                return unsafe memcmp(left, right, shared)
            }
        }
        return order != 0 ? order < 0 : count < other.count
    }

    /// The least bytes that sort after everything with this prefix; nil if there is none (all bytes 0xFF).
    var afterPrefix: [UInt8]? {
        guard let last = lastIndex(where: { $0 != 0xFF }) else { return nil }
        var bound = [UInt8](self[...last])
        bound[last] += 1
        return bound
    }
}
