/// Which Swift name a name of the schema gets, by SwiftProtobuf's rules, so that it never is a word of Swift's own.
enum NamingRules {
    /// Words that are names within backticks.
    private static let keywords: Set<String> = [
        "Any", "as", "associatedtype", "async", "await", "break", "case", "catch", "class", "continue", "default",
        "defer", "deinit", "do", "else", "enum", "extension", "fallthrough", "false", "fileprivate", "for", "func",
        "guard", "if", "import", "in", "inout", "internal", "is", "let", "nil", "operator", "precedencegroup",
        "private", "protocol", "public", "repeat", "rethrows", "return", "static", "struct", "subscript", "super",
        "switch", "throw", "throws", "true", "try", "typealias", "var", "where", "while",
    ]

    /// Names of a message's own members, and words that backticks do not help.
    private static let reservedFields: Set<String> = [
        "init", "self", "Self", "Type", "Protocol", "hash", "hashValue", "description", "debugDescription",
        "unknownFields", "protoMessageName", "fieldNames", "isJSONDefault",
    ]

    /// Names of an enum's own members, and words that backticks do not help.
    private static let reservedCases: Set<String> = [
        "init", "self", "Self", "Type", "Protocol", "hash", "hashValue", "rawValue", "allCases", "valueNames",
        "isJSONDefault", "UNRECOGNIZED",
    ]

    /// Types that generated code names, and words that cannot be a type's name.
    private static let reservedTypes: Set<String> = [
        "Any", "AnyObject", "Self", "Type", "Protocol", "ProtobufCodec", "Swift",
        "Bool", "Double", "Float", "Int", "Int32", "Int64", "Never", "Optional", "String", "UInt8", "UInt32", "UInt64",
        "Equatable", "Hashable", "Sendable",
        "BinaryDecodingError", "EnumNames", "FieldNames", "Indirect", "JSONDecodingError", "JSONEncodingError",
        "JSONReader", "JSONWriter", "UnknownStorage", "WireReader", "WireWriter",
        "ProtobufBool", "ProtobufBytes", "ProtobufDouble", "ProtobufEnum", "ProtobufFixed32", "ProtobufFixed64",
        "ProtobufFloat", "ProtobufInt32", "ProtobufInt64", "ProtobufMessage", "ProtobufSFixed32", "ProtobufSFixed64",
        "ProtobufSInt32", "ProtobufSInt64", "ProtobufString", "ProtobufUInt32", "ProtobufUInt64",
    ]

    /// The parameters and variables of the generated functions, before which a field of the same name needs `self.`.
    static let localNames: Set<String> = ["reader", "writer", "tag", "field", "object", "outer", "value"]

    static func message(_ name: String) -> String { reserved(name) ? name + "Message" : name }

    static func enumeration(_ name: String) -> String { reserved(name) ? name + "Enum" : name }

    static func oneofType(_ name: String) -> String { "OneOf_" + CamelCase.upper(name) }

    /// A field's property, without backticks.
    static func field(_ name: String) -> String {
        let camel = CamelCase.lower(name)
        return reservedFields.contains(camel) || camel.allSatisfy { $0 == "_" } ? camel + "_p" : camel
    }

    /// A name where it is declared or read: within backticks if it is a keyword.
    static func escaped(_ name: String) -> String { keywords.contains(name) ? "`\(name)`" : name }

    /// The cases of an enum by the names of its values, without backticks.
    ///
    /// The enum's own name is taken off the front of a value's name. Where two numbers would get one name, both get
    /// their number on the end.
    static func cases(of enumeration: EnumDescriptor) -> [String] {
        let names = enumeration.value.map { value in
            CamelCase.lower(stripped(value.name, of: enumeration.name) ?? value.name)
        }
        var numbers: [String: Set<Int32>] = [:]
        for (name, value) in zip(names, enumeration.value) { numbers[name, default: []].insert(value.number) }
        return zip(names, enumeration.value).map { name, value in
            if numbers[name, default: []].count > 1 {
                return name + (value.number < 0 ? "_n\(value.number.magnitude)" : "_\(value.number)")
            }
            return reservedCases.contains(name) || name.allSatisfy { $0 == "_" } ? name + "_" : name
        }
    }

    /// A value's name without the enum's, compared without regard to case and underscores; nil when nothing that can
    /// begin a name is left, or it does not begin so.
    private static func stripped(_ value: String, of enumeration: String) -> String? {
        var rest = value[...].drop { $0 == "_" }
        for character in enumeration where character != "_" {
            guard let first = rest.first, first.uppercased() == character.uppercased() else { return nil }
            rest = rest.dropFirst().drop { $0 == "_" }
        }
        guard let first = rest.first, !first.isNumber else { return nil }
        return String(rest)
    }

    private static func reserved(_ name: String) -> Bool {
        reservedTypes.contains(name) || keywords.contains(name)
    }
}
