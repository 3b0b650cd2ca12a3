/// How JSON is decoded.
public struct JSONDecodingOptions: Sendable {
    /// How deep messages may nest, the outermost counted; 100 unless set.
    public var messageDepthLimit = 100

    /// Passes over members that are no field and enum names that are no value; false unless set.
    public var ignoreUnknownFields = false

    /// The types that an Any may hold; the well-known ones unless set.
    public var typeRegistry = TypeRegistry()

    /// Creates the default options.
    public init() {}
}
