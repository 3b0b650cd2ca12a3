public import Kafka
public import Schemas

/// A record on its way out, before it is part of a transaction.
public struct OutputRecord: Equatable, Sendable {
    public var topic: TopicDeclaration
    public var partition: Int32
    public var key: [UInt8]?
    public var value: [UInt8]?
    public var headers: [RecordHeader]
    public var timestamp: Int64

    public init(
        topic: TopicDeclaration, partition: Int32, key: [UInt8]?, value: [UInt8]?, headers: [RecordHeader],
        timestamp: Int64
    ) {
        self.topic = topic
        self.partition = partition
        self.key = key
        self.value = value
        self.headers = headers
        self.timestamp = timestamp
    }

    /// What the broker counts against `max.message.bytes`, give or take its varints.
    public var byteCount: Int {
        var count = (key?.count ?? 0) + (value?.count ?? 0) + 64
        for header in headers { count += header.name.utf8.count + (header.value?.count ?? 0) + 8 }
        return count
    }
}

/// Takes what a task publishes: a transaction, a test's array, a comparison.
public protocol OutputSink: AnyObject {
    func send(_ record: OutputRecord) throws
}
