/// A field of a message with all that Swift needs to know of it.
struct Field {
    enum Shape {
        /// One value; its default is not told from its absence.
        case implicit
        /// One value that can be absent.
        case optional
        /// One message that can be absent, of a type that contains itself.
        case boxed
        /// A list.
        case repeated(isPacked: Bool)
        /// A map; `type` is that of its values.
        case map(key: FieldType)
        /// A member of a `oneof`.
        case member(of: Oneof)
    }

    let descriptor: FieldDescriptor
    let path: Comments.Path
    let shape: Shape
    let type: FieldType
    /// The property's name, without backticks.
    let name: String

    var number: Int32 { descriptor.number }

    /// The property's name where it is declared.
    var declaredName: String { NamingRules.escaped(name) }

    /// The property within a generated function.
    var property: String { NamingRules.localNames.contains(name) ? "self." + name : declaredName }

    /// What holds the value, if not the property itself.
    var storage: String { "_" + name }

    var hasName: String { "has" + CamelCase.upper(descriptor.name) }
    var clearName: String { "clear" + CamelCase.upper(descriptor.name) }

    /// The tag with the given wire type, or that of one value.
    func tag(_ wireType: UInt32? = nil) -> UInt32 {
        UInt32(bitPattern: number) << 3 | (wireType ?? type.wireType)
    }

    /// The type of the property, or of what holds its value.
    var swiftType: String {
        switch shape {
        case .implicit, .member: type.swiftType
        case .optional: type.swiftType + "?"
        case .boxed: "Indirect<\(type.swiftType)>?"
        case .repeated: "[\(type.swiftType)]"
        case .map(let key): "[\(key.swiftType): \(type.swiftType)]"
        }
    }
}

/// A `oneof` of a message.
struct Oneof {
    let index: Int32
    let path: Comments.Path
    /// The property's name, without backticks.
    let name: String
    /// The Swift type within its message.
    let shortTypeName: String

    var declaredName: String { NamingRules.escaped(name) }
    var property: String { NamingRules.localNames.contains(name) ? "self." + name : declaredName }
}
