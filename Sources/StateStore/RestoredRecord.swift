/// A changelog record as bytes: what a transaction writes to the topic and what a restore reads from it.
public struct RestoredRecord: Equatable, Sendable {
    /// The record's key.
    public var key: [UInt8]

    /// The record's value; nil is a tombstone.
    public var value: [UInt8]?

    /// Makes a record of bytes that are not yet checked.
    public init(key: [UInt8], value: [UInt8]?) {
        self.key = key
        self.value = value
    }
}
