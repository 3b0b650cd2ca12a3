/// Why a message has no binary form.
public enum BinaryEncodingError: Error, Hashable, Sendable {
    /// The message, or one inside it, takes more than 2 GiB - 1 bytes, the format's limit.
    case tooLarge
}
