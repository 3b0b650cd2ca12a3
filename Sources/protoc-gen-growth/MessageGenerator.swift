/// Generates one message: its type, and in an extension at the end of the file its codec.
struct MessageGenerator {
    private let message: MessageDescriptor
    private let fullName: String
    private let path: Comments.Path
    private let swiftName: String
    private let context: GeneratorContext
    private let fields: [Field]
    private let oneofs: [OneofGenerator]
    private let messages: [MessageGenerator]
    private let enumerations: [EnumGenerator]

    init(
        _ message: MessageDescriptor, fullName: String, path: Comments.Path, context: GeneratorContext
    ) throws(GenerationError) {
        self.message = message
        self.fullName = fullName
        self.path = path
        self.context = context
        swiftName = try context.schema.entry(fullName).swiftName
        let resolver = FieldResolver(message: message, fullName: fullName, path: path, schema: context.schema)
        let oneofs = resolver.oneofs()
        let fields = try resolver.fields(oneofs)
        self.fields = fields
        self.oneofs = oneofs.map { oneof in
            OneofGenerator(oneof: oneof, members: fields.filter { $0.isMember(of: oneof) }, context: context)
        }
        var messages: [MessageGenerator] = []
        for (index, nested) in message.nestedType.enumerated() where !nested.options.mapEntry {
            let path = path + [3, Int32(index)]
            messages.append(
                try MessageGenerator(nested, fullName: fullName + "." + nested.name, path: path, context: context))
        }
        self.messages = messages
        var enumerations: [EnumGenerator] = []
        for (index, nested) in message.enumType.enumerated() {
            let path = path + [4, Int32(index)]
            enumerations.append(
                try EnumGenerator(nested, fullName: fullName + "." + nested.name, path: path, context: context))
        }
        self.enumerations = enumerations
    }

    // MARK: The type

    func printType(_ printer: inout CodePrinter) {
        let modifier = context.modifier
        let shortName = swiftName.split(separator: ".").last ?? ""
        context.printDocs(path, isDeprecated: message.options.deprecated, &printer)
        printer.block("\(modifier)struct \(shortName): ProtobufCodec.Message") { printer in
            printProperties(&printer)
            printer.line("/// The fields that this build's schema does not know.")
            printer.line("\(modifier)var unknownFields = UnknownStorage()", "")
            printer.line("/// Creates a message with every field at its default.")
            printer.line("\(modifier)init() {}")
            for oneof in oneofs {
                printer.line("")
                oneof.printType(isRecursive: isRecursive, &printer)
            }
            for enumeration in enumerations {
                printer.line("")
                enumeration.printType(&printer)
            }
            for message in messages {
                printer.line("")
                message.printType(&printer)
            }
            let stored = fields.filter(\.hasStorage)
            if !stored.isEmpty { printer.line("") }
            for field in stored { printer.line("private var \(field.storage): \(field.swiftType)") }
        }
    }

    private func printProperties(_ printer: inout CodePrinter) {
        var printed: Set<Int32> = []
        for field in fields {
            if case .member(let oneof) = field.shape,
                let generator = oneofs.first(where: { $0.oneof.index == oneof.index })
            {
                if printed.insert(oneof.index).inserted {
                    generator.printProperty(&printer)
                    printer.line("")
                }
                generator.printAccessor(field, &printer)
            } else {
                printProperty(field, &printer)
            }
            printer.line("")
        }
    }

    private func printProperty(_ field: Field, _ printer: inout CodePrinter) {
        let modifier = context.modifier
        let name = field.declaredName
        context.printDocs(field.path, isDeprecated: field.descriptor.options.deprecated, &printer)
        switch field.shape {
        case .implicit: printer.line("\(modifier)var \(name): \(field.swiftType) = \(field.type.defaultValue)")
        case .repeated: printer.line("\(modifier)var \(name): \(field.swiftType) = []")
        case .map: printer.line("\(modifier)var \(name): \(field.swiftType) = [:]")
        case .optional, .boxed: printStoredProperty(field, &printer)
        case .member: break
        }
    }

    private func printStoredProperty(_ field: Field, _ printer: inout CodePrinter) {
        let modifier = context.modifier
        let isBoxed = if case .boxed = field.shape { true } else { false }
        printer.block("\(modifier)var \(field.declaredName): \(field.type.swiftType)") { printer in
            printer.line("get { \(field.storage)\(isBoxed ? "?.value" : "") ?? \(field.type.defaultValue) }")
            printer.line("set { \(field.storage) = \(isBoxed ? "Indirect(newValue)" : "newValue") }")
        }
        printer.line("/// True when `\(field.name)` is set, be it to its default.")
        printer.line("\(modifier)var \(field.hasName): Bool { \(field.storage) != nil }")
        printer.line("/// Unsets `\(field.name)`, which then reads as its default.")
        printer.line("\(modifier)mutating func \(field.clearName)() { \(field.storage) = nil }")
    }

    private func isRecursive(_ field: Field) -> Bool {
        field.type.isMessage && context.schema.isRecursive(fullName, through: field.descriptor.typeName)
    }

    // MARK: The codec

    func printCodec(_ printer: inout CodePrinter) {
        printer.line("")
        printer.block("extension \(swiftName)") { printer in
            printer.line("\(context.modifier)static let protoMessageName = \"\(fullName.dropFirst())\"", "")
            printFieldNames(&printer)
            printer.line("")
            BinaryCodecGenerator(fields: fields, modifier: context.modifier).print(&printer)
            if !WellKnownTypes.withOwnJSON.contains(fullName) {
                printer.line("")
                JSONCodecGenerator(fields: fields, modifier: context.modifier).print(&printer)
            }
        }
        for enumeration in enumerations { enumeration.printCodec(&printer) }
        for message in messages { message.printCodec(&printer) }
    }

    private func printFieldNames(_ printer: inout CodePrinter) {
        let nullable = fields.filter { WellKnownTypes.takingNull.contains($0.descriptor.typeName) }
            .filter { if case .repeated = $0.shape { false } else { true } }
            .map { "\($0.number)" }
        let head = "\(context.modifier)static let fieldNames = FieldNames("
        let tail = nullable.isEmpty ? ")" : ", nullable: [\(nullable.joined(separator: ", "))])"
        if fields.isEmpty { return printer.line(head + "[]" + tail) }
        printer.list(head, after: tail) { printer in
            for field in fields.inOrder {
                printer.line("(\(field.number), \"\(field.descriptor.name)\", \"\(field.descriptor.jsonName)\"),")
            }
        }
    }
}

extension Field {
    fileprivate var hasStorage: Bool {
        switch shape {
        case .optional, .boxed: true
        case .implicit, .repeated, .map, .member: false
        }
    }

    fileprivate func isMember(of oneof: Oneof) -> Bool {
        if case .member(let own) = shape { own.index == oneof.index } else { false }
    }
}

extension [Field] {
    /// In the order of their numbers, in which fields are written.
    var inOrder: [Field] { sorted { $0.number < $1.number } }

    /// In the order of their numbers, with neighbours that belong to one `oneof` together.
    var inOrderByOneof: [[Field]] {
        var runs: [[Field]] = []
        for field in inOrder {
            if case .member(let oneof) = field.shape, let last = runs.last?.last, last.isMember(of: oneof) {
                runs[runs.count - 1].append(field)
            } else {
                runs.append([field])
            }
        }
        return runs
    }
}
