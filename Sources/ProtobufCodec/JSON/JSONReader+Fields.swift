/// Where a reader is within the JSON object of a message.
public struct JSONObject {
    let names: FieldNames
    /// True when the object has the member "@type" of an Any as well.
    let isInsideAny: Bool
    var isFirst = true

    /// Stands for the member "@type"; no field has this number.
    static let typeMemberNumber = 0

    // Nearly all field numbers are small: a word's bits are cheaper than a set.
    private var seenBelow64: UInt64 = 0
    private var seenAbove: Set<Int> = []

    init(names: FieldNames, isInsideAny: Bool) {
        self.names = names
        self.isInsideAny = isInsideAny
    }

    /// False when the field has been there before.
    mutating func see(_ number: Int) -> Bool {
        guard 0..<64 ~= number else { return seenAbove.insert(number).inserted }
        let bit = UInt64(1) << UInt64(number)
        defer { seenBelow64 |= bit }
        return seenBelow64 & bit == 0
    }
}

extension JSONReader {
    /// Begins a message.
    public mutating func beginObject(_ names: FieldNames) throws(JSONDecodingError) -> JSONObject {
        guard try nextKind() == .object else { throw error(.wrongValue(expected: "an object")) }
        try enter()
        try expect("{")
        defer { isInsideAny = false }
        return JSONObject(names: names, isInsideAny: isInsideAny)
    }

    /// The number of the next field that has a value, or nil at the end of the message.
    ///
    /// A field whose value is `null` counts as absent and is passed over, as are unknown fields if the options say so.
    public mutating func nextField(_ object: inout JSONObject) throws(JSONDecodingError) -> Int? {
        while true {
            guard let name = try nextName(isFirst: &object.isFirst) else {
                leave()
                return nil
            }
            guard let number = object.names.number(of: name) else {
                let isType = object.isInsideAny && name == Google_Protobuf_Any.typeMember
                if isType, !object.see(JSONObject.typeMemberNumber) { throw error(.duplicate(name), at: namePosition) }
                if !isType && !options.ignoreUnknownFields { throw error(.unknownField(name), at: namePosition) }
                try skipValue()
                continue
            }
            guard object.see(number) else { throw error(.duplicate(name), at: namePosition) }
            if !object.names.takesNull(number), takeNull() { continue }
            return number
        }
    }

    /// Reads a field that has no presence.
    public mutating func read<Value: JSONFieldValue>(_ field: inout Value) throws(JSONDecodingError) {
        if let value = try Value.readJSON(from: &self) { field = value }
    }

    /// Reads a field that has presence.
    public mutating func read<Value: JSONFieldValue>(_ field: inout Value?) throws(JSONDecodingError) {
        if let value = try Value.readJSON(from: &self) { field = value }
    }

    /// Reads a field whose message type contains itself.
    public mutating func read<Value: JSONFieldValue>(_ field: inout Indirect<Value>?) throws(JSONDecodingError) {
        if let value = try Value.readJSON(from: &self) { field = Indirect(value) }
    }

    /// Reads a member of a `oneof`, of which none may be set yet; nil when the value is to be passed over.
    public mutating func member<Value: JSONFieldValue, Members>(
        of oneof: Members?
    ) throws(JSONDecodingError) -> Value? {
        if oneof != nil { throw error(.duplicate("oneof")) }
        return try Value.readJSON(from: &self)
    }

    /// Reads a list.
    public mutating func read<Value: JSONFieldValue>(_ field: inout [Value]) throws(JSONDecodingError) {
        guard try nextKind() == .array else { throw error(.wrongValue(expected: "a list")) }
        try expect("[")
        var isFirst = true
        while try nextElement(isFirst: &isFirst) {
            if let value = try Value.readJSON(from: &self) { field.append(value) }
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
            guard let name = try nextName(isFirst: &isFirst) else { return }
            guard let key = Key(jsonMemberName: name) else {
                throw error(.wrongValue(expected: "\(Key.self)"), at: namePosition)
            }
            guard seen.insert(key).inserted else { throw error(.duplicate(name), at: namePosition) }
            if let value = try Value.readJSON(from: &self) { field[key] = value }
        }
    }
}
