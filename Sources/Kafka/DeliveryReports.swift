import CRdKafka

/// Collects what the delivery reports say: highest offsets of tracked topics, counts, and the first failure.
final class DeliveryReports {
    /// The highest delivered offset per tracked topic and partition; -1 is none.
    private var highest: [[Int64]] = []
    private var topics: [String] = []
    private var touched: [(topic: Int, partition: Int32)] = []
    private(set) var deliveredCount: UInt64 = 0
    private(set) var failedCount: UInt64 = 0
    private(set) var firstFailure: KafkaError?
    var onFailure: ((TopicPartition, KafkaError) -> Void)?

    /// Registers a topic and gives the number that its records carry as librdkafka's message opaque; from 1.
    func track(_ topic: String) -> Int {
        if let index = topics.firstIndex(of: topic) { return index + 1 }
        topics.append(topic)
        highest.append([])
        return topics.count
    }

    func beginTransaction() {
        for (topic, partition) in touched { highest[topic][Int(partition)] = -1 }
        touched.removeAll(keepingCapacity: true)
        firstFailure = nil
    }

    /// The highest offset delivered since `beginTransaction`, per tracked partition.
    var offsets: [TopicPartition: Int64] {
        var offsets: [TopicPartition: Int64] = [:]
        for (topic, partition) in touched {
            offsets[TopicPartition(topic: topics[topic], partition: partition)] = highest[topic][Int(partition)]
        }
        return offsets
    }

    func report(_ message: UnsafePointer<rd_kafka_message_t>) {
        let error = unsafe message.pointee.err
        guard error == RD_KAFKA_RESP_ERR_NO_ERROR else {
            unsafe failed(message, error)
            return
        }
        deliveredCount &+= 1
        let tracked = unsafe Int(bitPattern: message.pointee._private)
        // A retried idempotent record may come without its offset; what is kept is then a lower bound, which is safe.
        guard tracked > 0, case let offset = unsafe message.pointee.offset, offset >= 0 else { return }
        note(topic: tracked - 1, partition: unsafe message.pointee.partition, offset: offset)
    }

    private func note(topic: Int, partition: Int32, offset: Int64) {
        let i = Int(partition)
        if i >= highest[topic].count {
            highest[topic].append(contentsOf: repeatElement(-1, count: i + 1 - highest[topic].count))
        }
        if highest[topic][i] < 0 { touched.append((topic, partition)) }
        if offset > highest[topic][i] { highest[topic][i] = offset }
    }

    private func failed(_ message: UnsafePointer<rd_kafka_message_t>, _ error: rd_kafka_resp_err_t) {
        let code = KafkaError.Code(error)
        // An abort purges what was not sent: expected, not a failure.
        if code == .purgedInQueue || code == .purgedInFlight { return }
        failedCount &+= 1
        guard firstFailure == nil || onFailure != nil else { return }
        let topic = unsafe rd_kafka_topic_name(message.pointee.rkt).map { unsafe String(cString: $0) } ?? ""
        let partition = TopicPartition(topic: topic, partition: unsafe message.pointee.partition)
        let failure = KafkaError(error, "a record for \(partition) was not delivered")
        if firstFailure == nil { firstFailure = failure }
        onFailure?(partition, failure)
    }
}
