/// Why stored bytes were refused.
public enum StateCorruption: Error, Equatable, Sendable {
    /// The bytes end before the format does.
    case truncated
    /// The bytes do not begin with the format's mark.
    case magic
    /// The format's version is one this program does not read.
    case version(UInt8)
    /// A flag is set that no version read here defines.
    case reservedFlags(UInt8)
    /// The CRC32C does not match.
    case checksum
    /// The bytes go on after the format's end.
    case trailingBytes
    /// The bytes decode, but this program would never have written them so.
    case notCanonical
    /// The key is reserved and no known record has it.
    case unknownReservedKey
    /// A record of the store itself was deleted; only entries may be.
    case reservedTombstone
}
