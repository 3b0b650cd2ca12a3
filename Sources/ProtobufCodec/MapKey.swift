/// A Swift type that the key of a map can have: text, a truth value or an integer.
public protocol MapKey: Hashable, Sendable {
    /// The order in which entries are written, so that equal maps have equal bytes.
    static func precedes(_ left: Self, _ right: Self) -> Bool

    /// Reads a key from the name of a JSON member; nil when it is no such key.
    init?(jsonName: String)

    /// The key as the name of a JSON member.
    var jsonName: String { get }
}

extension MapKey where Self: FixedWidthInteger {
    @inlinable @inline(__always)
    public static func precedes(_ left: Self, _ right: Self) -> Bool { left < right }

    public init?(jsonName: String) {
        guard let value = DecimalNumber(jsonName)?.integer(Self.self) else { return nil }
        self = value
    }

    public var jsonName: String { String(self) }
}

extension Int32: MapKey {}
extension Int64: MapKey {}
extension UInt32: MapKey {}
extension UInt64: MapKey {}

extension Bool: MapKey {
    @inlinable @inline(__always)
    public static func precedes(_ left: Bool, _ right: Bool) -> Bool { !left && right }

    public init?(jsonName: String) {
        self.init(jsonName)
    }

    public var jsonName: String { self ? "true" : "false" }
}

extension String: MapKey {
    // By bytes, as other languages' runtimes sort: Swift's own order compares normalized characters.
    @inlinable
    public static func precedes(_ left: String, _ right: String) -> Bool {
        left.utf8.lexicographicallyPrecedes(right.utf8)
    }

    public init?(jsonName: String) {
        self = jsonName
    }

    public var jsonName: String { self }
}
