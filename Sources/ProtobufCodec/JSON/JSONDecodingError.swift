/// Why a JSON text is not a message, and where in the text.
public struct JSONDecodingError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong.
    public enum Reason: Hashable, Sendable {
        /// The text ends too early.
        case truncated
        /// The text breaks JSON's grammar.
        case malformed
        /// There is something after the value.
        case trailingGarbage
        /// A string is not valid UTF-8, or has half a surrogate pair or a control character.
        case malformedString
        /// The value is of another JSON type than the field's, or is not in the field's form (base64, RFC 3339, ...).
        case wrongValue(expected: String)
        /// The number or time does not fit the field.
        case outOfRange
        /// The message has no field of this name.
        case unknownField(String)
        /// The enum has no value of this name.
        case unknownEnumValue(String)
        /// A field, map key or `oneof` is set twice.
        case duplicate(String)
        /// A `google.protobuf.Any` holds a type that `JSONDecodingOptions.typeRegistry` does not have.
        case unknownType(String)
        /// Messages nest deeper than `JSONDecodingOptions.messageDepthLimit`.
        case messageDepthLimit
    }

    /// What is wrong.
    public let reason: Reason

    /// The line of the fault, from 1.
    public let line: Int

    /// The byte within the line, from 1.
    public let column: Int

    public var description: String { "line \(line), column \(column): \(reason)" }
}
