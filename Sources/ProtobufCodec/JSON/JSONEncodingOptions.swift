/// How JSON is encoded.
public struct JSONEncodingOptions: Sendable {
    /// Writes 64-bit integers as numbers; false unless set, as other languages' JSON numbers lose digits.
    public var alwaysPrintInt64sAsNumbers = false

    /// Writes enum values as numbers; false unless set.
    public var alwaysPrintEnumsAsInts = false

    /// Writes field names as the schema has them; false unless set.
    public var preserveProtoFieldNames = false

    /// The types that an Any may hold; the well-known ones unless set.
    public var typeRegistry = TypeRegistry()

    /// Creates the default options.
    public init() {}
}
