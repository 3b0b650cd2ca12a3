/// All types of a request by their full names, with the names they have in Swift.
struct Schema {
    /// A message or an enum, wherever it is declared.
    struct Entry {
        /// The Swift name from the top level, such as `Order.Line`.
        let swiftName: String
        let definition: Definition
        /// Why the type has no Swift, if it has none.
        let fault: String?
    }

    enum Definition {
        case message(MessageDescriptor)
        case enumeration(EnumDescriptor)
    }

    private let entries: [String: Entry]
    private let cycles: MessageCycles

    init(_ files: [FileDescriptor], options: GeneratorOptions) throws(GenerationError) {
        let names = try TopLevelNames(files, options: options)
        var collector = Collector(names: names)
        for file in files {
            collector.add(file)
        }
        entries = collector.entries
        cycles = MessageCycles(entries)
    }

    /// The type of a field, whose name has a leading dot.
    func entry(_ typeName: String) throws(GenerationError) -> Entry {
        guard let entry = entries[typeName] else {
            throw GenerationError("\(typeName.dropFirst()) is not in the request")
        }
        if let fault = entry.fault { throw GenerationError("\(typeName.dropFirst()) cannot be used: \(fault)") }
        return entry
    }

    /// True when a message of the first type can hold, through singular fields, one of the second, and that one of the
    /// first.
    func isRecursive(_ message: String, through field: String) -> Bool {
        cycles.component(of: message) == cycles.component(of: field)
    }

    private struct Collector {
        let names: TopLevelNames
        var entries: [String: Entry] = [:]
        private var fault: String?

        init(names: TopLevelNames) {
            self.names = names
        }

        mutating func add(_ file: FileDescriptor) {
            fault = Self.fault(of: file)
            for message in file.messageType {
                let fullName = file.scope + "." + message.name
                add(message, fullName, swiftName: names[fullName] ?? message.name)
            }
            for enumeration in file.enumType {
                let fullName = file.scope + "." + enumeration.name
                add(enumeration, fullName, swiftName: names[fullName] ?? enumeration.name)
            }
        }

        private static func fault(of file: FileDescriptor) -> String? {
            if file.package == "google.protobuf" {
                return WellKnownTypes.files.contains(file.name) ? nil : "ProtobufCodec has no Swift for \(file.name)"
            }
            return file.syntax == "proto3" ? nil : "\(file.name) is not proto3"
        }

        private mutating func add(_ message: MessageDescriptor, _ fullName: String, swiftName: String) {
            entries[fullName] = Entry(swiftName: swiftName, definition: .message(message), fault: fault)
            // Within the message a nested type hides a top-level one of the same name, so if both are meant there, the
            // nested one gets another name.
            let outerTypes = names.outerTypes(usedIn: message)
            for nested in message.nestedType {
                let name = NamingRules.message(nested.name)
                add(
                    nested, fullName + "." + nested.name,
                    swiftName: swiftName + "." + (outerTypes.contains(name) ? name + "Message" : name))
            }
            for nested in message.enumType {
                let name = NamingRules.enumeration(nested.name)
                add(
                    nested, fullName + "." + nested.name,
                    swiftName: swiftName + "." + (outerTypes.contains(name) ? name + "Enum" : name))
            }
        }

        private mutating func add(_ enumeration: EnumDescriptor, _ fullName: String, swiftName: String) {
            entries[fullName] = Entry(swiftName: swiftName, definition: .enumeration(enumeration), fault: fault)
        }
    }
}

extension FileDescriptor {
    /// What stands before a dot and the name of a top-level type: nothing, or a dot and the package.
    var scope: String { package.isEmpty ? "" : "." + package }
}
