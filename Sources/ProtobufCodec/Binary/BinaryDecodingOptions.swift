/// How bytes are decoded.
public struct BinaryDecodingOptions: Hashable, Sendable {
    /// How deep messages and groups may nest, the outermost counted; 100 unless set.
    public var messageDepthLimit = 100

    /// Drops unknown fields instead of keeping them; false unless set.
    public var discardUnknownFields = false

    /// Creates the default options.
    public init() {}
}
