/// A JSON value that knows where in the text it stood.
public struct JSONNode: Sendable {
    /// Where the value begins.
    public let position: JSONPosition
    /// The value itself.
    public let content: Content

    /// A value whose parts know where they stood.
    public indirect enum Content: Sendable {
        case null
        case bool(Bool)
        case integer(Int64)
        /// A number that is no 64-bit integer.
        case number(Double)
        case string(String)
        case array([JSONNode])
        case object([Member])
    }

    /// A member of an object.
    public struct Member: Sendable {
        /// The member's name.
        public let name: String
        /// Where the name stood.
        public let position: JSONPosition
        /// The member's value.
        public let value: JSONNode
    }

    /// The value without positions.
    public var value: JSONValue {
        switch content {
        case .null: .null
        case .bool(let value): .bool(value)
        case .integer(let value): .integer(value)
        case .number(let value): .number(value)
        case .string(let value): .string(value)
        case .array(let nodes): .array(nodes.map(\.value))
        case .object(let members):
            .object(JSONObject(uniqueMembers: members.map { JSONMember(name: $0.name, value: $0.value.value) }))
        }
    }
}
