extension Logger {
    /// One fact beside a message.
    public enum MetadataValue: Sendable, Equatable {
        case string(String)
        case integer(Int64)
        case bool(Bool)
        case dictionary(Metadata)
        case array([MetadataValue])

        /// A description as a string, taken now.
        public static func stringConvertible(_ value: some CustomStringConvertible) -> MetadataValue {
            .string(value.description)
        }
    }
}

extension Logger.MetadataValue: ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral
{
    public init(stringLiteral value: String) { self = .string(value) }
    public init(integerLiteral value: Int64) { self = .integer(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(arrayLiteral elements: Logger.MetadataValue...) { self = .array(elements) }

    public init(dictionaryLiteral elements: (String, Logger.MetadataValue)...) {
        self = .dictionary(Dictionary(elements) { _, last in last })
    }
}
