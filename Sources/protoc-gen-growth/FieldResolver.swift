/// Finds shape, type and name of a message's fields.
struct FieldResolver {
    let message: MessageDescriptor
    /// The message's full name with a leading dot.
    let fullName: String
    let path: Comments.Path
    let schema: Schema

    /// The `oneof`s that the schema shows; those that protoc makes for `optional` are not among them.
    func oneofs() -> [Oneof] {
        let shown = Set(message.field.filter { $0.hasOneofIndex && !$0.proto3Optional }.map(\.oneofIndex))
        return message.oneofDecl.enumerated().compactMap { index, oneof in
            let index = Int32(index)
            guard shown.contains(index) else { return nil }
            return Oneof(
                index: index, path: path + [8, index], name: NamingRules.field(oneof.name),
                shortTypeName: NamingRules.oneofType(oneof.name))
        }
    }

    /// The fields in the order of the schema.
    func fields(_ oneofs: [Oneof]) throws(GenerationError) -> [Field] {
        var taken = Set(oneofs.map(\.name))
        taken.formUnion(message.nestedType.map(\.name) + message.enumType.map(\.name))
        for field in message.field where field.proto3Optional || field.type == .message {
            let camel = CamelCase.upper(field.name)
            taken.formUnion(["has" + camel, "clear" + camel])
        }
        var fields: [Field] = []
        for (index, descriptor) in message.field.enumerated() {
            var name = NamingRules.field(descriptor.name)
            if !taken.insert(name).inserted {
                name += "_p\(descriptor.number)"
                taken.insert(name)
            }
            fields.append(try field(descriptor, name, path + [2, Int32(index)], oneofs))
        }
        return fields
    }

    private func field(
        _ descriptor: FieldDescriptor, _ name: String, _ path: Comments.Path, _ oneofs: [Oneof]
    ) throws(GenerationError) -> Field {
        if let (key, value) = mapEntry(descriptor) {
            return Field(
                descriptor: descriptor, path: path, shape: .map(key: try FieldType(key, schema: schema)),
                type: try FieldType(value, schema: schema), name: name)
        }
        let type = try FieldType(descriptor, schema: schema)
        return Field(
            descriptor: descriptor, path: path, shape: shape(descriptor, type, oneofs), type: type, name: name)
    }

    private func shape(_ descriptor: FieldDescriptor, _ type: FieldType, _ oneofs: [Oneof]) -> Field.Shape {
        if descriptor.label == .repeated {
            let options = descriptor.options
            return .repeated(isPacked: type.isPackable && (!options.hasPacked || options.packed))
        }
        if descriptor.hasOneofIndex, let oneof = oneofs.first(where: { $0.index == descriptor.oneofIndex }) {
            return .member(of: oneof)
        }
        if type.isMessage {
            return schema.isRecursive(fullName, through: descriptor.typeName) ? .boxed : .optional
        }
        return descriptor.proto3Optional ? .optional : .implicit
    }

    private func mapEntry(_ descriptor: FieldDescriptor) -> (key: FieldDescriptor, value: FieldDescriptor)? {
        guard descriptor.type == .message,
            let entry = message.nestedType.first(where: { fullName + "." + $0.name == descriptor.typeName }),
            entry.options.mapEntry, entry.field.count == 2
        else { return nil }
        return (entry.field[0], entry.field[1])
    }
}
