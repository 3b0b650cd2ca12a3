/// What Swift and the wire format make of one value of a field.
struct FieldType {
    /// The Swift type from the top level.
    let swiftType: String
    /// The reader's and the writer's function for one value.
    let function: String
    /// The type that stands for the field type in packed lists and maps.
    let kind: String
    /// 0 varint, 1 eight bytes, 2 length-delimited, 5 four bytes.
    let wireType: UInt32
    /// The default as Swift has it where the type is known.
    let defaultValue: String
    let isMessage: Bool

    var isPackable: Bool { wireType != 2 }

    init(_ field: FieldDescriptor, schema: Schema) throws(GenerationError) {
        switch field.type {
        case .message:
            let name = try schema.entry(field.typeName).swiftName
            self.init(name, "message", kind: "ProtobufMessage<\(name)>", 2, "\(name)()", isMessage: true)
        case .enum:
            let entry = try schema.entry(field.typeName)
            guard case .enumeration(let enumeration) = entry.definition else {
                throw GenerationError("\(field.typeName.dropFirst()) is not an enum")
            }
            let zero = NamingRules.cases(of: enumeration).first ?? "UNRECOGNIZED(0)"
            self.init(entry.swiftName, "enumeration", kind: "ProtobufEnum<\(entry.swiftName)>", 0, ".\(zero)")
        case .double: self.init("Double", "double", 1)
        case .float: self.init("Float", "float", 5)
        case .int64: self.init("Int64", "int64", 0)
        case .uint64: self.init("UInt64", "uint64", kind: "ProtobufUInt64", 0)
        case .int32: self.init("Int32", "int32", 0)
        case .fixed64: self.init("UInt64", "fixed64", 1)
        case .fixed32: self.init("UInt32", "fixed32", 5)
        case .bool: self.init("Bool", "bool", 0, "false")
        case .string: self.init("String", "string", 2, "\"\"")
        case .bytes: self.init("[UInt8]", "bytes", 2, "[]")
        case .uint32: self.init("UInt32", "uint32", kind: "ProtobufUInt32", 0)
        case .sfixed32: self.init("Int32", "sfixed32", kind: "ProtobufSFixed32", 5)
        case .sfixed64: self.init("Int64", "sfixed64", kind: "ProtobufSFixed64", 1)
        case .sint32: self.init("Int32", "sint32", kind: "ProtobufSInt32", 0)
        case .sint64: self.init("Int64", "sint64", kind: "ProtobufSInt64", 0)
        case .group, .unspecified, .UNRECOGNIZED:
            throw GenerationError("field \(field.name): its type is not one of proto3")
        }
    }

    private init(
        _ swiftType: String, _ function: String, kind: String? = nil, _ wireType: UInt32,
        _ defaultValue: String = "0", isMessage: Bool = false
    ) {
        self.swiftType = swiftType
        self.function = function
        self.kind = kind ?? "Protobuf" + function.prefix(1).uppercased() + function.dropFirst()
        self.wireType = wireType
        self.defaultValue = defaultValue
        self.isMessage = isMessage
    }

    /// The condition under which a value without presence is written.
    func isWritten(_ value: String) -> String {
        switch swiftType {
        case "String", "[UInt8]": "!\(value).isEmpty"
        case "Bool": value
        // By bits: a negative zero is written.
        case "Float", "Double": "\(value).bitPattern != 0"
        default: "\(value) != \(defaultValue)"
        }
    }
}
