/// The message types that the JSON form of an Any may hold; the well-known types are always among them.
public struct TypeRegistry: Sendable {
    private static let wellKnown = byName([
        Google_Protobuf_Any.self, Google_Protobuf_Duration.self, Google_Protobuf_Empty.self,
        Google_Protobuf_FieldMask.self, Google_Protobuf_ListValue.self, Google_Protobuf_Struct.self,
        Google_Protobuf_Timestamp.self, Google_Protobuf_Value.self,
        Google_Protobuf_BoolValue.self, Google_Protobuf_BytesValue.self, Google_Protobuf_DoubleValue.self,
        Google_Protobuf_FloatValue.self, Google_Protobuf_Int32Value.self, Google_Protobuf_Int64Value.self,
        Google_Protobuf_StringValue.self, Google_Protobuf_UInt32Value.self, Google_Protobuf_UInt64Value.self,
    ])

    private let added: [String: any Message.Type]

    /// Creates a registry of some types; of two with one name the later counts.
    public init(_ types: [any Message.Type] = []) {
        added = Self.byName(types)
    }

    /// The type of that full name.
    public func type(named name: String) -> (any Message.Type)? { added[name] ?? Self.wellKnown[name] }

    private static func byName(_ types: [any Message.Type]) -> [String: any Message.Type] {
        Dictionary(types.map { ($0.protoMessageName, $0) }, uniquingKeysWith: { _, last in last })
    }
}
