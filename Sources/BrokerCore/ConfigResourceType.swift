/// Kafka's numbers for what has settings.
enum ConfigResourceType: Int8 {
    case topic = 2
    case broker = 4
}
