/// A Swift type that the key of a map can have: text, a truth value or an integer.
public protocol MapKey: Hashable, Sendable {
    /// The order in which entries are written, so that equal maps have equal bytes.
    static func mapKeyPrecedes(_ left: Self, _ right: Self) -> Bool

    /// Reads a key from the name of a JSON member; nil when it is no such key.
    init?(jsonMemberName name: String)

    /// The key as the name of a JSON member.
    var jsonMemberName: String { get }
}

extension MapKey where Self: FixedWidthInteger {
    @inlinable @inline(__always)
    public static func mapKeyPrecedes(_ left: Self, _ right: Self) -> Bool { left < right }

    public init?(jsonMemberName name: String) {
        guard let value = DecimalNumber(name)?.integer(Self.self) else { return nil }
        self = value
    }

    public var jsonMemberName: String { String(self) }
}

extension Int32: MapKey {}
extension Int64: MapKey {}
extension UInt32: MapKey {}
extension UInt64: MapKey {}

extension Bool: MapKey {
    @inlinable @inline(__always)
    public static func mapKeyPrecedes(_ left: Bool, _ right: Bool) -> Bool { !left && right }

    public init?(jsonMemberName name: String) {
        self.init(name)
    }

    public var jsonMemberName: String { self ? "true" : "false" }
}

extension String: MapKey {
    // By bytes, as other languages' runtimes sort: Swift's own order compares normalized characters.
    @inlinable
    public static func mapKeyPrecedes(_ left: String, _ right: String) -> Bool {
        left.utf8.lexicographicallyPrecedes(right.utf8)
    }

    public init?(jsonMemberName name: String) {
        self = name
    }

    public var jsonMemberName: String { self }
}
