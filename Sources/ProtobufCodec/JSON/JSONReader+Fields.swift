/// Where a reader is within the JSON object of a message.
public struct JSONObject {
    let names: FieldNames
    var seen: Set<Int> = []
    var isFirst = true
}

extension JSONReader {
    /// Begins a message.
    public mutating func beginObject(_ names: FieldNames) throws(JSONDecodingError) -> JSONObject {
        guard try nextKind() == .object else { throw error(.wrongValue(expected: "an object")) }
        try enter()
        try expect("{")
        return JSONObject(names: names)
    }

    /// The number of the next field that has a value, or nil at the end of the message.
    ///
    /// A field whose value is `null` counts as absent and is passed over, as are unknown fields if the options say so.
    public mutating func nextField(_ object: inout JSONObject) throws(JSONDecodingError) -> Int? {
        while true {
            let start = position
            guard let name = try nextName(isFirst: &object.isFirst) else {
                leave()
                return nil
            }
            guard let number = object.names.number(of: name) else {
                if !options.ignoreUnknownFields { throw error(.unknownField(name), at: start) }
                try skipValue()
                continue
            }
            guard object.seen.insert(number).inserted else { throw error(.duplicate(name), at: start) }
            if !object.names.takesNull(number), takeNull() { continue }
            return number
        }
    }

    /// Reads a field that has no presence.
    public mutating func read<Value: JSONFieldValue>(_ field: inout Value) throws(JSONDecodingError) {
        if let value = try Value.read(from: &self) { field = value }
    }

    /// Reads a field that has presence.
    public mutating func read<Value: JSONFieldValue>(_ field: inout Value?) throws(JSONDecodingError) {
        if let value = try Value.read(from: &self) { field = value }
    }

    /// Reads a field whose message type contains itself.
    public mutating func read<Value: JSONFieldValue>(_ field: inout Indirect<Value>?) throws(JSONDecodingError) {
        if let value = try Value.read(from: &self) { field = Indirect(value) }
    }

    /// Reads a member of a `oneof`, of which none may be set yet; nil when the value is to be passed over.
    public mutating func member<Value: JSONFieldValue, Members>(
        of oneof: Members?
    ) throws(JSONDecodingError) -> Value? {
        if oneof != nil { throw error(.duplicate("oneof")) }
        return try Value.read(from: &self)
    }

    /// Reads a list.
    public mutating func read<Value: JSONFieldValue>(_ field: inout [Value]) throws(JSONDecodingError) {
        guard try nextKind() == .array else { throw error(.wrongValue(expected: "a list")) }
        try expect("[")
        var isFirst = true
        while try nextElement(isFirst: &isFirst) {
            if let value = try Value.read(from: &self) { field.append(value) }
        }
    }

    /// Reads a map.
    public mutating func read<Key: MapKey, Value: JSONFieldValue>(
        _ field: inout [Key: Value]
    ) throws(JSONDecodingError) {
        guard try nextKind() == .object else { throw error(.wrongValue(expected: "an object")) }
        try expect("{")
        var isFirst = true
        var seen: Set<Key> = []
        while true {
            let start = position
            guard let name = try nextName(isFirst: &isFirst) else { return }
            guard let key = Key(jsonName: name) else { throw error(.wrongValue(expected: "\(Key.self)"), at: start) }
            guard seen.insert(key).inserted else { throw error(.duplicate(name), at: start) }
            if let value = try Value.read(from: &self) { field[key] = value }
        }
    }
}
