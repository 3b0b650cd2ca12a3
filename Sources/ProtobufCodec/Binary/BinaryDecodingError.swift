/// Why bytes are not a message. All cases are final: the same bytes fail again.
public enum BinaryDecodingError: Error, Hashable, Sendable {
    /// The bytes end inside a field, or a length points past the end of what holds it.
    case truncated
    /// A varint has more than ten bytes.
    case malformedVarint
    /// A tag has field number 0, a number above 2^29 - 1, or a wire type that does not exist.
    case malformedTag
    /// A group ends that was not begun, or ends under another number.
    case malformedGroup
    /// A string is not valid UTF-8.
    case invalidUTF8
    /// Messages or groups nest deeper than `BinaryDecodingOptions.messageDepthLimit`.
    case messageDepthLimit
}
