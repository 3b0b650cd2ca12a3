/// The value names of one enum: number and name in the schema, aliases included.
public struct EnumNames: Sendable {
    private let byNumber: [Int: String]
    private let byName: [String: Int]

    /// Creates the table of an enum; of several names of one number the first is the one written.
    public init(_ values: [(number: Int, name: String)]) {
        byNumber = Dictionary(values.map { ($0.number, $0.name) }, uniquingKeysWith: { first, _ in first })
        byName = Dictionary(values.map { ($0.name, $0.number) }, uniquingKeysWith: { first, _ in first })
    }

    func number(of name: String) -> Int? { byName[name] }

    func name(of number: Int) -> String? { byNumber[number] }
}
