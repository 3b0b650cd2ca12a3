/// A setting as it is described: its value and where that comes from.
struct ConfigEntry: Equatable {
    /// Kafka's numbers for where a value comes from.
    enum Source: Int8 {
        case topic = 1
        case dynamicBroker = 2
        case dynamicDefaultBroker = 3
        case staticBroker = 4
        case standard = 5
    }

    struct Synonym: Equatable {
        var name: String
        var value: String
        var source: Source
    }

    var name: String
    var value: String
    var source: Source
    var isReadOnly = false
    var kind: ConfigDefinition.Kind
    /// The values in their order of precedence; the first one counts.
    var synonyms: [Synonym]
}
