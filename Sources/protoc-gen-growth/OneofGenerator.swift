/// Generates the type and the property of one `oneof`.
struct OneofGenerator {
    let oneof: Oneof
    let members: [Field]
    let context: GeneratorContext

    func printProperty(_ printer: inout CodePrinter) {
        context.printDocs(oneof.path, &printer)
        printer.line("\(context.modifier)var \(oneof.declaredName): \(oneof.shortTypeName)?")
    }

    func printType(isRecursive: (Field) -> Bool, _ printer: inout CodePrinter) {
        context.printDocs(oneof.path, &printer)
        printer.block("\(context.modifier)enum \(oneof.shortTypeName): Hashable, Sendable") { printer in
            for member in members {
                context.printDocs(member.path, isDeprecated: member.descriptor.options.deprecated, &printer)
                let indirect = isRecursive(member) ? "indirect " : ""
                printer.line("\(indirect)case \(member.declaredName)(\(member.type.swiftType))")
            }
        }
    }

    /// Prints the property through which one member is read and set.
    func printAccessor(_ member: Field, _ printer: inout CodePrinter) {
        context.printDocs(member.path, isDeprecated: member.descriptor.options.deprecated, &printer)
        let type = member.type.swiftType
        printer.block("\(context.modifier)var \(member.declaredName): \(type)") { printer in
            printer.block("get") { printer in
                printer.line("if case .\(member.name)(let value)? = \(oneof.property) { return value }")
                printer.line("return \(member.type.defaultValue)")
            }
            printer.line("set { \(oneof.property) = .\(member.name)(newValue) }")
        }
    }
}
