import CRdKafka

/// Holds records as librdkafka fetched them, without copying; one thread fills, reads and empties it over and over.
///
/// It keeps the consumer's instance alive while it holds records, so it may outlive `Consumer.close`. Where it is
/// stored in a class, copy the reference into a local before reading records: they borrow from a local only.
public final class RecordBatch {
    @safe struct Entry {
        var message: UnsafeMutablePointer<rd_kafka_message_t>
        var topicIndex: Int32
    }

    private(set) var entries: [Entry] = []
    /// Counts `removeAll`, so that a record used after it is caught.
    private(set) var generation: UInt = 0
    private var names: TopicNames?
    private var handle: ClientHandle?

    /// Makes an empty batch.
    public init() {}

    deinit { destroyMessages() }

    /// The number of records.
    public var count: Int { entries.count }
    /// True if there are none.
    public var isEmpty: Bool { entries.isEmpty }

    /// The record at `index`, borrowed: it is valid until the next `removeAll` of this batch.
    public subscript(index: Int) -> ConsumedRecord {
        @_lifetime(borrow self)
        get { ConsumedRecord(batch: self, index: index) }
    }

    /// Destroys every record; the room is kept for the next poll.
    public func removeAll() {
        destroyMessages()
        entries.removeAll(keepingCapacity: true)
        generation &+= 1
        handle = nil
    }

    /// The topic's name for a record's `topicIndex`.
    public func topicName(_ topicIndex: Int32) -> String {
        guard let names else { preconditionFailure("an empty batch has no topics") }
        return names[topicIndex]
    }

    /// The number of topics this batch's consumer has met; `topicIndex` is below it.
    public var topicCount: Int { names?.count ?? 0 }

    func append(_ message: UnsafeMutablePointer<rd_kafka_message_t>, _ topicIndex: Int32) {
        unsafe entries.append(Entry(message: message, topicIndex: topicIndex))
    }

    /// Ties the batch to the consumer that fills it; a batch that holds another's records must be emptied first.
    func attach(_ handle: ClientHandle, _ names: TopicNames) {
        precondition(entries.isEmpty || self.names === names, "a batch holds the records of one consumer")
        self.handle = handle
        self.names = names
    }

    /// Destroys the records of the named partitions.
    func remove(_ revoked: Set<TopicPartition>) {
        guard !entries.isEmpty, let names else { return }
        var kept: [Entry] = []
        for entry in entries {
            let partition = unsafe TopicPartition(
                topic: names[entry.topicIndex], partition: entry.message.pointee.partition)
            if revoked.contains(partition) {
                unsafe rd_kafka_message_destroy(entry.message)
            } else {
                kept.append(entry)
            }
        }
        entries = kept
        generation &+= 1
    }

    private func destroyMessages() {
        for entry in entries { unsafe rd_kafka_message_destroy(entry.message) }
    }
}

/// The names of the topics that one consumer met, in order; it only grows, by one per topic.
final class TopicNames {
    private var names: [String] = []
    private var indices: [String: Int32] = [:]

    var count: Int { names.count }

    subscript(index: Int32) -> String { names[Int(index)] }

    func index(of name: String) -> Int32 {
        if let index = indices[name] { return index }
        let index = Int32(names.count)
        names.append(name)
        indices[name] = index
        return index
    }
}
