/// Generates a message's binary reader and writer.
struct BinaryCodecGenerator {
    let fields: [Field]
    let modifier: String

    func print(_ printer: inout CodePrinter) {
        printDecode(&printer)
        printer.line("")
        printEncode(&printer)
    }

    // MARK: Reading

    private func printDecode(_ printer: inout CodePrinter) {
        let head = "\(modifier)mutating func decode(from reader: inout WireReader) throws(BinaryDecodingError)"
        printer.block(head) { printer in
            printer.block("while let tag = try reader.nextTag()") { printer in
                if fields.isEmpty { return printer.line("try reader.unknown(tag, into: &unknownFields)") }
                printer.line("switch tag {")
                for field in fields.inOrder { printCases(field, &printer) }
                printer.line("default: try reader.unknown(tag, into: &unknownFields)", "}")
            }
        }
    }

    private func printCases(_ field: Field, _ printer: inout CodePrinter) {
        let name = field.property
        let read = "try reader.\(field.type.function)()"
        switch field.shape {
        case .implicit:
            printer.line("case \(field.tag()): \(name) = \(read)")
        case .optional, .boxed:
            let merges = field.type.isMessage
            printer.line(
                "case \(field.tag()): " + (merges ? "try reader.merge(into: &\(name))" : "\(field.storage) = \(read)"))
        case .member(let oneof):
            let merges = field.type.isMessage
            printer.line(
                "case \(field.tag()): "
                    + (merges ? "try reader.merge(into: &\(name))" : "\(oneof.property) = .\(field.name)(\(read))"))
        case .repeated:
            if field.type.isPackable {
                printer.line("case \(field.tag(2)): try reader.packed(\(field.type.kind).self, into: &\(name))")
            }
            printer.line("case \(field.tag()): \(name).append(\(read))")
        case .map(let key):
            let kinds = "\(key.kind).self, \(field.type.kind).self"
            printer.line("case \(field.tag(2)):", then: "try reader.mapEntry(\(kinds), into: &\(name))")
        }
    }

    // MARK: Writing

    private func printEncode(_ printer: inout CodePrinter) {
        printer.block("\(modifier)func encode(into writer: inout WireWriter)") { printer in
            for run in fields.inOrderByOneof { printWrites(run, &printer) }
            printer.line("writer.unknown(unknownFields)")
        }
    }

    private func printWrites(_ run: [Field], _ printer: inout CodePrinter) {
        guard let field = run.first else { return }
        let name = field.property
        let write = "writer.\(field.type.function)(\(field.number), "
        switch field.shape {
        case .implicit:
            printer.line("if \(field.type.isWritten(name)) { \(write)\(name)) }")
        case .optional:
            printer.line("if let \(field.storage) { \(write)\(field.storage)) }")
        case .boxed:
            printer.line("if let \(field.storage) { \(write)\(field.storage).value) }")
        case .repeated(isPacked: true):
            printer.line("writer.packed(\(field.number), \(field.type.kind).self, \(name))")
        case .repeated(isPacked: false):
            printer.line("for value in \(name) { \(write)value) }")
        case .map(let key):
            printer.line("writer.map(\(field.number), \(key.kind).self, \(field.type.kind).self, \(name))")
        case .member(let oneof):
            oneof.printSwitch(run, of: fields, &printer) { "writer.\($0.type.function)(\($0.number), value)" }
        }
    }
}

extension Oneof {
    /// Prints a `switch` that does something with the member that is set, if it is one of `run`.
    func printSwitch(
        _ run: [Field], of fields: [Field], _ printer: inout CodePrinter, _ statement: (Field) -> String
    ) {
        let memberCount = fields.count { if case .member(let oneof) = $0.shape { oneof.index == index } else { false } }
        if run.count == 1, let member = run.first {
            return printer.line("if case .\(member.name)(let value)? = \(property) { \(statement(member)) }")
        }
        printer.line("switch \(property) {")
        for member in run { printer.line("case .\(member.name)(let value)?: \(statement(member))") }
        printer.line(run.count == memberCount ? "case nil: break" : "default: break", "}")
    }
}
