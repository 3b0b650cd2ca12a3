/// Generates a message's JSON reader and writer.
struct JSONCodecGenerator {
    let fields: [Field]
    let modifier: String

    func print(_ printer: inout CodePrinter) {
        printDecode(&printer)
        printer.line("")
        printEncode(&printer)
    }

    private func printDecode(_ printer: inout CodePrinter) {
        let head = "\(modifier)mutating func decodeJSON(from reader: inout JSONReader) throws(JSONDecodingError)"
        printer.block(head) { printer in
            printer.line("var object = try reader.beginObject(Self.fieldNames)")
            if fields.isEmpty { return printer.line("while try reader.nextField(&object) != nil {}") }
            printer.block("while let field = try reader.nextField(&object)") { printer in
                printer.line("switch field {")
                for field in fields.inOrder { printCase(field, &printer) }
                printer.line("default: break", "}")
            }
        }
    }

    private func printCase(_ field: Field, _ printer: inout CodePrinter) {
        switch field.shape {
        case .implicit, .repeated, .map:
            printer.line("case \(field.number): try reader.read(&\(field.property))")
        case .optional, .boxed:
            printer.line("case \(field.number): try reader.read(&\(field.storage))")
        case .member(let oneof):
            printer.line("case \(field.number):")
            printer.indented { printer in
                let type = field.type.swiftType
                printer.block("if let value: \(type) = try reader.member(of: \(oneof.property))") { printer in
                    printer.line("\(oneof.property) = .\(field.name)(value)")
                }
            }
        }
    }

    private func printEncode(_ printer: inout CodePrinter) {
        let head = "\(modifier)func encodeJSON(into writer: inout JSONWriter) throws(JSONEncodingError)"
        printer.block(head) { printer in
            printer.line("let outer = writer.beginObject(Self.fieldNames)")
            for run in fields.inOrderByOneof { printWrites(run, &printer) }
            printer.line("writer.endObject(outer)")
        }
    }

    private func printWrites(_ run: [Field], _ printer: inout CodePrinter) {
        guard let field = run.first else { return }
        switch field.shape {
        case .implicit, .repeated, .map:
            printer.line("try writer.field(\(field.number), \(field.property))")
        case .optional, .boxed:
            printer.line("try writer.field(\(field.number), \(field.storage))")
        case .member(let oneof):
            oneof.printSwitch(run, of: fields, &printer) { "try writer.member(\($0.number), value)" }
        }
    }
}
