/// One consumer group with its inputs, its tables, its outputs and one pure `decide`, declared once.
public struct StageDeclaration: Hashable, Sendable {
    /// Name and consumer group, such as `fraud.claims`.
    public let group: String
    /// The worker executable that runs it.
    public let worker: String
    /// Co-partitioned inputs; the records of a transaction are merged by timestamp across them.
    public let inputs: [TopicDeclaration]
    /// Compacted topics read whole by every task.
    public let globalTables: [TopicDeclaration]
    public let tables: [TableDeclaration]
    /// Publishing to anything else stops the worker.
    public let outputs: [TopicDeclaration]
    /// True where decisions use answers of the outside world, which the execution log then records.
    public let hasEffects: Bool

    package init(
        group: String, worker: String, inputs: [TopicDeclaration], globalTables: [TopicDeclaration] = [],
        tables: [TableDeclaration], outputs: [TopicDeclaration], hasEffects: Bool = false
    ) {
        self.group = group
        self.worker = worker
        self.inputs = inputs
        self.globalTables = globalTables
        self.tables = tables
        self.outputs = outputs
        self.hasEffects = hasEffects
    }

    /// `<group>.changelog`: the state's changes, compacted.
    public var changelog: TopicDeclaration {
        TopicDeclaration(
            name: "\(group).changelog", messageName: "", keyDescription: "table and key", retention: .compacted,
            isPublic: false)
    }

    /// `<group>.dlq`: the records it could not take. Kept 14 days of wall-clock time, with room for its headers.
    public var deadLetters: TopicDeclaration {
        TopicDeclaration(
            name: "\(group).dlq", messageName: "", keyDescription: "as the input", retention: .forever,
            isPublic: false, maximumRecordBytes: TopicDeclaration.defaultMaximumRecordBytes + 65_536)
    }
}
