import KafkaProtocol

/// All topics, by name and by id.
struct TopicTable {
    private var byName: [String: Topic] = [:]
    private var names: [KafkaUUID: String] = [:]
    /// Names with '.' as '_', because two that differ only in that may not stand side by side.
    private var unifiedNames: [String: String] = [:]
    private(set) var partitionCount = 0
    /// When retention was last looked after, and when producers were; nil before the first time.
    var checkedAt: Int64?
    var checkedProducersAt: Int64?

    var isEmpty: Bool { byName.isEmpty }

    /// In order of names, so that answers do not depend on hashing.
    var all: [Topic] { byName.values.sorted { $0.name < $1.name } }

    func topic(_ name: String) -> Topic? { byName[name] }

    func topic(_ id: KafkaUUID) -> Topic? { names[id].flatMap { byName[$0] } }

    func log(_ partition: TopicPartition) -> PartitionLog? { byName[partition.topic]?.log(partition.partition) }

    func contains(_ partition: TopicPartition) -> Bool { log(partition) != nil }

    /// The topic whose name equals this one but for '.' and '_'.
    func collision(with name: String) -> String? { unifiedNames[Self.unified(name)] }

    private static func unified(_ name: String) -> String {
        String(decoding: name.utf8.map { $0 == UInt8(ascii: ".") ? UInt8(ascii: "_") : $0 }, as: UTF8.self)
    }

    // MARK: Changes

    mutating func add(_ topic: Topic) {
        remove(topic.name)
        byName[topic.name] = topic
        names[topic.id] = topic.name
        unifiedNames[Self.unified(topic.name)] = topic.name
        partitionCount += topic.logs.count
    }

    mutating func remove(_ name: String) {
        guard let topic = byName.removeValue(forKey: name) else { return }
        names[topic.id] = nil
        unifiedNames[Self.unified(name)] = nil
        partitionCount -= topic.logs.count
    }

    mutating func grow(_ name: String, to total: Int32) {
        guard let count = byName[name]?.logs.count, Int(total) > count else { return }
        byName[name]?.logs += (count..<Int(total)).map { _ in PartitionLog() }
        partitionCount += Int(total) - count
    }

    mutating func configure(_ name: String, _ configuration: [String: String], _ settings: TopicSettings) {
        byName[name]?.configuration = configuration
        byName[name]?.settings = settings
    }
}
