import CRdKafka

/// What librdkafka's callbacks find behind their opaque pointer.
///
/// Log lines come on any thread and touch only immutable fields. Errors, statistics, rebalances and delivery reports
/// come on the thread that polls, which is the thread that owns the client.
final class CallbackContext {
    private let log: (@Sendable (Int, String, String) -> Void)?
    private let statistics: (@Sendable (String) -> Void)?
    let deliveries = DeliveryReports()
    /// Set by the consumer after its instance exists; weak, so that a rebalance during `deinit` finds nobody.
    weak var consumer: Consumer?

    init(log: (@Sendable (Int, String, String) -> Void)?, statistics: (@Sendable (String) -> Void)?) {
        self.log = log
        self.statistics = statistics
    }

    static func at(_ opaque: UnsafeMutableRawPointer?) -> CallbackContext? {
        unsafe opaque.map { unsafe Unmanaged<CallbackContext>.fromOpaque($0).takeUnretainedValue() }
    }

    func logged(_ level: Int32, _ facility: UnsafePointer<CChar>?, _ message: UnsafePointer<CChar>?) {
        guard let log else { return }
        unsafe log(
            Int(level), facility.map { unsafe String(cString: $0) } ?? "",
            message.map { unsafe String(cString: $0) } ?? "")
    }

    /// Reports from this module itself, in librdkafka's form.
    func warn(_ facility: String, _ message: String) { log?(4, facility, message) }

    func failed(_ code: Int32, _ reason: UnsafePointer<CChar>?) {
        let error = KafkaError.Code(rawValue: code)
        // Lost connections are in the log already.
        guard !error.isPassing else { return }
        unsafe log?(3, error.name, reason.map { unsafe String(cString: $0) } ?? error.explanation)
    }

    func measured(_ json: UnsafeMutablePointer<CChar>?, _ count: Int) {
        guard let statistics, let json = unsafe json else { return }
        let bytes = unsafe UnsafeRawBufferPointer(start: json, count: count)
        unsafe statistics(String(decoding: bytes, as: UTF8.self))
    }

    static func rebalance(
        _ instance: OpaquePointer?, _ code: rd_kafka_resp_err_t,
        _ partitions: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?, _ opaque: UnsafeMutableRawPointer?
    ) {
        let list = unsafe TopicPartitionList.topicPartitions(in: partitions)
        guard let consumer = unsafe at(opaque)?.consumer else {
            // librdkafka goes on only after an answer, so a consumer that is being torn down still gives one.
            unsafe rd_kafka_assign(instance, nil)
            return
        }
        consumer.rebalance(code, list)
    }
}
