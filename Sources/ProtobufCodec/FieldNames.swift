/// The field names of one message: number, name in the schema, name in JSON.
public struct FieldNames: Sendable {
    struct Names: Sendable {
        let proto: String
        let json: String
    }

    private let byNumber: [Int: Names]
    private let byName: [String: Int]
    private let nullable: Set<Int>

    /// Creates the table of a message.
    ///
    /// - Parameters:
    ///   - fields: Field number, schema name and JSON name of each field.
    ///   - nullable: Fields for which JSON's `null` is a value of its own (`google.protobuf.Value`, `NullValue`).
    public init(_ fields: [(number: Int, proto: String, json: String)], nullable: Set<Int> = []) {
        var byNumber: [Int: Names] = [:]
        var byName: [String: Int] = [:]
        for field in fields {
            byNumber[field.number] = Names(proto: field.proto, json: field.json)
        }
        // A JSON name wins over another field's schema name.
        for field in fields { byName[field.proto] = field.number }
        for field in fields { byName[field.json] = field.number }
        self.byNumber = byNumber
        self.byName = byName
        self.nullable = nullable
    }

    func number(of name: String) -> Int? { byName[name] }

    func names(of number: Int) -> Names? { byNumber[number] }

    func takesNull(_ number: Int) -> Bool { nullable.contains(number) }
}
