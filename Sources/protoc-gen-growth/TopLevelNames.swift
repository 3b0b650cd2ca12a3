/// The Swift names of all top-level types of a request.
struct TopLevelNames {
    private var swiftNames: [String: String] = [:]

    /// Fails when two types, of whatever files, would get one name.
    init(_ files: [FileDescriptor], options: GeneratorOptions) throws(GenerationError) {
        var fileOfName: [String: String] = [:]
        for file in files {
            let prefix = Self.prefix(of: file, options: options)
            let messages = file.messageType.map { ($0.name, NamingRules.message(prefix + $0.name)) }
            let enumerations = file.enumType.map { ($0.name, NamingRules.enumeration(prefix + $0.name)) }
            for (name, swiftName) in messages + enumerations {
                if let other = fileOfName.updateValue(file.name, forKey: swiftName) {
                    throw GenerationError(
                        "\(file.name): the Swift type \(swiftName) is declared in \(other) too; "
                            + "give one of the files another 'option swift_prefix'")
                }
                swiftNames[file.scope + "." + name] = swiftName
            }
        }
    }

    /// The Swift name of a top-level type, by its full name with a leading dot.
    subscript(fullName: String) -> String? { swiftNames[fullName] }

    /// The Swift names of the top-level types that stand first in the types of a message's fields, its nested messages'
    /// fields included.
    func outerTypes(usedIn message: MessageDescriptor) -> Set<String> {
        var names: Set<String> = []
        for field in message.field where !field.typeName.isEmpty {
            if let name = topLevelName(over: field.typeName) { names.insert(name) }
        }
        for nested in message.nestedType { names.formUnion(outerTypes(usedIn: nested)) }
        return names
    }

    private func topLevelName(over typeName: String) -> String? {
        var name = typeName[...]
        while !name.isEmpty {
            if let swiftName = swiftNames[String(name)] { return swiftName }
            guard let dot = name.lastIndex(of: ".") else { return nil }
            name = name[..<dot]
        }
        return nil
    }

    private static func prefix(of file: FileDescriptor, options: GeneratorOptions) -> String {
        if file.package == "google.protobuf" { return "Google_Protobuf_" }
        return file.options.hasSwiftPrefix ? file.options.swiftPrefix : options.typePrefix
    }
}
