/// A part of a message that reads and writes itself in each of the message's versions.
public protocol ProtocolStruct: Equatable, Sendable {
    init()
    /// Reads the fields that `version` has; the others keep their defaults.
    init(from reader: inout ProtocolReader, version: Int16) throws(ProtocolError)
    /// Writes the fields that `version` has.
    func write(to writer: inout ProtocolWriter, version: Int16)
}

/// The body of a request or an answer.
public protocol ProtocolMessage: ProtocolStruct {
    /// The versions that the definition describes.
    static var validVersions: ClosedRange<Int16> { get }
    /// From which version on lengths are varints and fields may be tagged; nil where never.
    static var firstFlexibleVersion: Int16? { get }
}

extension ProtocolMessage {
    /// Reads a whole message; bytes behind it are an error.
    public init(_ bytes: [UInt8], version: Int16) throws(ProtocolError) {
        var reader = ProtocolReader(bytes)
        try self.init(from: &reader, version: version)
        try reader.expectEnd()
    }

    /// The message's bytes in this version.
    public func bytes(version: Int16) -> [UInt8] {
        var writer = ProtocolWriter()
        write(to: &writer, version: version)
        return writer.bytes
    }
}
