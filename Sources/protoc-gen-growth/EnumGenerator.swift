/// Generates one enum.
struct EnumGenerator {
    private struct Value {
        let descriptor: EnumValueDescriptor
        let path: Comments.Path
        /// The case's name, without backticks.
        let name: String
    }

    private let enumeration: EnumDescriptor
    private let path: Comments.Path
    private let swiftName: String
    private let context: GeneratorContext
    /// One per number.
    private let values: [Value]
    /// Further names of those numbers.
    private let aliases: [Value]

    init(
        _ enumeration: EnumDescriptor, fullName: String, path: Comments.Path, context: GeneratorContext
    ) throws(GenerationError) {
        self.enumeration = enumeration
        self.path = path
        self.context = context
        swiftName = try context.schema.entry(fullName).swiftName
        var values: [Value] = []
        var aliases: [Value] = []
        for (index, name) in NamingRules.cases(of: enumeration).enumerated() {
            let value = Value(descriptor: enumeration.value[index], path: path + [2, Int32(index)], name: name)
            if values.contains(where: { $0.descriptor.number == value.descriptor.number }) {
                // An alias that comes down to the same Swift name needs no declaration.
                if !(values + aliases).contains(where: { $0.name == name }) { aliases.append(value) }
            } else {
                values.append(value)
            }
        }
        self.values = values
        self.aliases = aliases
    }

    private var shortName: Substring { swiftName.split(separator: ".").last ?? "" }

    func printType(_ printer: inout CodePrinter) {
        let modifier = context.modifier
        context.printDocs(path, isDeprecated: enumeration.options.deprecated, &printer)
        printer.block("\(modifier)enum \(shortName): ProtobufCodec.Enum") { printer in
            for value in values {
                context.printDocs(value.path, isDeprecated: value.descriptor.options.deprecated, &printer)
                printer.line("case \(NamingRules.escaped(value.name))")
            }
            printer.line("/// A number that this build's schema has no name for.")
            printer.line("case UNRECOGNIZED(Int)", "")
            for alias in aliases {
                guard let first = values.first(where: { $0.descriptor.number == alias.descriptor.number }) else {
                    continue
                }
                context.printDocs(alias.path, isDeprecated: alias.descriptor.options.deprecated, &printer)
                printer.line(
                    "\(modifier)static let \(NamingRules.escaped(alias.name)) = \(shortName).\(first.name)", "")
            }
            printer.line("/// The values that have names.")
            printAllCases(&printer)
            printer.line("", "/// Creates the value of number zero.")
            printer.line("\(modifier)init() { self = .\(values.first?.name ?? "UNRECOGNIZED(0)") }", "")
            printRawValue(&printer)
        }
    }

    private func printAllCases(_ printer: inout CodePrinter) {
        let head = "\(context.modifier)static let allCases: [\(shortName)] = "
        let names = values.map { ".\($0.name)" }
        let short = names.joined(separator: ", ")
        if head.count + short.count < 100 { return printer.line("\(head)[\(short)]") }
        printer.list(head) { printer in
            for name in names { printer.line(name + ",") }
        }
    }

    private func printRawValue(_ printer: inout CodePrinter) {
        let modifier = context.modifier
        printer.line("/// Creates the value of a number, `UNRECOGNIZED` where it has no name; it is never nil.")
        printer.block("\(modifier)init?(rawValue: Int)") { printer in
            printer.line("switch rawValue {")
            for value in values { printer.line("case \(value.descriptor.number): self = .\(value.name)") }
            printer.line("default: self = .UNRECOGNIZED(rawValue)", "}")
        }
        printer.line("", "/// The value's number.")
        printer.block("\(modifier)var rawValue: Int") { printer in
            printer.line("switch self {")
            for value in values { printer.line("case .\(value.name): \(value.descriptor.number)") }
            printer.line("case .UNRECOGNIZED(let number): number", "}")
        }
    }

    func printCodec(_ printer: inout CodePrinter) {
        printer.line("")
        printer.block("extension \(swiftName)") { printer in
            printer.list("\(context.modifier)static let valueNames = EnumNames(", after: ")") { printer in
                for value in enumeration.value { printer.line("(\(value.number), \"\(value.name)\"),") }
            }
        }
    }
}
