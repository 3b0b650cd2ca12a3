import Schemas

/// One template version with one request's values: every text of it can be sent, or none (N12).
struct PreparedTemplate: Hashable, Sendable {
    let version: UInt32
    private let texts: [RenderedMessage]

    /// Checks the declared variables, then renders each text, so that a customer's channel never decides whether a fault
    /// is seen.
    init(_ version: TemplateVersion, variables: [String: String]) throws(TemplateFault) {
        var values: [String: String] = [:]
        for variable in version.variables {
            guard let value = variables[variable.name] else { throw .missingVariable(variable.name) }
            values[variable.name] = try VariableValue.printed(value, as: variable.type, name: variable.name)
        }
        var texts: [RenderedMessage] = []
        for text in version.texts {
            let rendered = try TemplatePieces(text.text).rendered(values)
            texts.append(RenderedMessage(channel: text.channel, templateVersion: version.version, text: rendered))
        }
        self.version = version.version
        self.texts = texts
    }

    /// The first text, in the template's order of preference, for which the customer has the channel.
    func message(for channels: [Channel]) -> RenderedMessage? {
        texts.first { channels.contains($0.channel) }
    }
}

extension Template {
    /// The version with the greatest `valid_from_ms` at or before the time.
    func version(at time: Int64) -> TemplateVersion? {
        versions.filter { $0.validFromMs <= time }.max { $0.validFromMs < $1.validFromMs }
    }
}
