import KafkaProtocol

/// What a client wants of one resource's settings.
struct ConfigAlteration {
    /// Kafka's numbers for what becomes of a setting.
    enum Operation: Int8 {
        case set = 0
        case delete = 1
        case append = 2
        case subtract = 3
    }

    struct Step {
        var name: String
        /// Nil where the client's number is none.
        var operation: Operation?
        var value: String?
    }

    var resourceType: Int8
    var resourceName: String
    var steps: [Step]
    /// Whether what is not named goes back to its default.
    var replacesAll: Bool

    /// The resource's own values afterwards.
    func applied(
        to old: [String: String], _ definitions: [String: ConfigDefinition]
    ) throws(AdminRefusal) -> [String: String] {
        var configuration = replacesAll ? [:] : old
        guard Set(steps.map(\.name)).count == steps.count else {
            throw AdminRefusal(.invalidRequest, "The request names a setting twice")
        }
        for step in steps {
            guard let operation = step.operation else {
                throw AdminRefusal(.unknownServerError, "\(step.name) has an unknown operation")
            }
            if operation == .delete {
                configuration[step.name] = nil
                continue
            }
            guard let value = step.value else { throw AdminRefusal(.invalidRequest, "\(step.name) has no value") }
            guard operation != .set else {
                configuration[step.name] = value
                continue
            }
            guard let definition = definitions[step.name], definition.kind == .list else {
                throw AdminRefusal(.invalidConfig, "\(step.name) is no list")
            }
            var elements = ConfigDefinition.elements(configuration[step.name] ?? definition.standard)
            let changed = ConfigDefinition.elements(value)
            if operation == .append {
                elements += changed.filter { !elements.contains($0) }
            } else {
                elements.removeAll { changed.contains($0) }
            }
            configuration[step.name] = elements.joined(separator: ",")
        }
        return configuration
    }
}
