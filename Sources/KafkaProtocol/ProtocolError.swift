/// Says why bytes are no message of the protocol.
public enum ProtocolError: Error, Equatable, Sendable {
    /// The bytes end inside a field.
    case truncated
    /// A length or count is negative where none may be, or larger than what is left.
    case invalidLength(Int)
    /// A varint goes on beyond its width.
    case varintTooLong
    /// Null where the field must have a value.
    case unexpectedNull
    /// Tags do not rise.
    case tagOrder(UInt32)
    /// A tagged field's content has another length than it says.
    case taggedFieldLength(UInt32)
    /// Bytes follow the last field.
    case trailingBytes(Int)
    case unknownApi(Int16)
    case unsupportedVersion(ApiKey, Int16)
}
