extension Google_Protobuf_Any {
    /// Packs a message.
    ///
    /// - Parameter typePrefix: What stands before the slash and the type's name.
    public init(
        message: any Message, typePrefix: String = "type.googleapis.com"
    ) throws(BinaryEncodingError) {
        self.init()
        typeURL = "\(typePrefix)/\(type(of: message).protoMessageName)"
        value = try message.serializedBytes()
    }

    /// True when the message inside is of this type.
    public func isA(_ type: (some Message).Type) -> Bool {
        messageName == type.protoMessageName
    }

    /// What follows the last slash of the URL; nil when there is no slash.
    var messageName: String? {
        typeURL.lastIndex(of: "/").map { String(typeURL[typeURL.index(after: $0)...]) }
    }
}

/// Why a message cannot be taken out of an Any.
public enum AnyUnpackError: Error, Hashable, Sendable {
    /// It is of another type.
    case typeMismatch
    /// Its bytes are not of its type.
    case malformed(BinaryDecodingError)
}

extension Message {
    /// Takes the message out of an Any that holds one of this type.
    public init(
        unpackingAny any: Google_Protobuf_Any, options: BinaryDecodingOptions = BinaryDecodingOptions()
    ) throws(AnyUnpackError) {
        guard any.isA(Self.self) else { throw .typeMismatch }
        do {
            try self.init(serializedBytes: any.value, options: options)
        } catch {
            throw .malformed(error)
        }
    }
}
