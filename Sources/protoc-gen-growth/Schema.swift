/// All types of a request by their full names, with the names they have in Swift.
struct Schema {
    /// A message or an enum, wherever it is declared.
    struct Entry {
        /// The Swift name from the top level, such as `Order.Line`.
        let swiftName: String
        let definition: Definition
    }

    enum Definition {
        case message(MessageDescriptor)
        case enumeration(EnumDescriptor)
    }

    /// The types that come with the runtime; others of `google.protobuf` do not exist in Swift.
    private static let wellKnownFiles: Set<String> = [
        "any", "duration", "empty", "field_mask", "struct", "timestamp", "wrappers",
    ]

    /// Keys have a leading dot, as `type_name` does.
    private(set) var entries: [String: Entry] = [:]
    /// Types that are in a file the runtime has no Swift for.
    private var missing: Set<String> = []
    private let cycles: MessageCycles

    init(_ files: [FileDescriptor], options: GeneratorOptions) throws(GenerationError) {
        var collector = Collector()
        for file in files {
            try collector.add(file, options: options)
        }
        entries = collector.entries
        cycles = MessageCycles(entries)
    }

    /// The type of a field.
    func entry(_ typeName: String) throws(GenerationError) -> Entry {
        guard let entry = entries[typeName] else {
            throw GenerationError("\(typeName.dropFirst()) is not in the request")
        }
        return entry
    }

    /// True when a message of the first type can hold, through singular fields, one of the second, and that one of the
    /// first.
    func isRecursive(_ message: String, through field: String) -> Bool {
        cycles.component(of: message) == cycles.component(of: field)
    }

    /// The prefix of a file's top-level types.
    static func prefix(of file: FileDescriptor, options: GeneratorOptions) -> String {
        if file.package == "google.protobuf" { return "Google_Protobuf_" }
        return file.options.hasSwiftPrefix ? file.options.swiftPrefix : options.typePrefix
    }

    private struct Collector {
        var entries: [String: Entry] = [:]
        var fileOfSwiftName: [String: String] = [:]

        mutating func add(_ file: FileDescriptor, options: GeneratorOptions) throws(GenerationError) {
            let prefix = Schema.prefix(of: file, options: options)
            let scope = file.package.isEmpty ? "" : "." + file.package
            for message in file.messageType {
                add(message, scope: scope, swiftName: NamingRules.message(prefix + message.name))
            }
            for enumeration in file.enumType {
                add(enumeration, scope: scope, swiftName: NamingRules.enumeration(prefix + enumeration.name))
            }
            let names =
                file.messageType.map { NamingRules.message(prefix + $0.name) }
                + file.enumType.map { NamingRules.enumeration(prefix + $0.name) }
            for name in names {
                if let other = fileOfSwiftName.updateValue(file.name, forKey: name) {
                    throw GenerationError(
                        "\(file.name): the Swift type \(name) is declared in \(other) too; "
                            + "give one of the files another 'option swift_prefix'")
                }
            }
        }

        private mutating func add(_ message: MessageDescriptor, scope: String, swiftName: String) {
            let fullName = scope + "." + message.name
            entries[fullName] = Entry(swiftName: swiftName, definition: .message(message))
            for nested in message.nestedType {
                add(nested, scope: fullName, swiftName: swiftName + "." + NamingRules.message(nested.name))
            }
            for nested in message.enumType {
                add(nested, scope: fullName, swiftName: swiftName + "." + NamingRules.enumeration(nested.name))
            }
        }

        private mutating func add(_ enumeration: EnumDescriptor, scope: String, swiftName: String) {
            entries[scope + "." + enumeration.name] = Entry(
                swiftName: swiftName, definition: .enumeration(enumeration))
        }
    }
}
