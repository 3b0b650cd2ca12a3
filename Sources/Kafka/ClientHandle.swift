import CRdKafka

/// Owns one librdkafka instance and the object its callbacks get; the instance is destroyed first.
///
/// Safe to share: librdkafka's handle may be used from any thread, and `context` is written before the instance
/// exists, or by the one thread that polls.
@safe final class ClientHandle: @unchecked Sendable {
    let pointer: OpaquePointer
    let context: CallbackContext
    private let retainedContext: Unmanaged<CallbackContext>

    /// Which kind of instance, and which callbacks it needs.
    struct Kind {
        var type: rd_kafka_type_t
        var rebalances = false
        var reportsDelivery = false

        static let reader = Kind(type: RD_KAFKA_CONSUMER)
        static let groupMember = Kind(type: RD_KAFKA_CONSUMER, rebalances: true)
        static let producer = Kind(type: RD_KAFKA_PRODUCER, reportsDelivery: true)
        static let admin = Kind(type: RD_KAFKA_PRODUCER)
    }

    init(_ kind: Kind, _ configuration: ClientConfiguration, defaults: [String: String]) throws(KafkaError) {
        let properties = try configuration.merged(with: defaults)
        let context = CallbackContext(log: configuration.log, statistics: configuration.statistics)
        guard let native = unsafe rd_kafka_conf_new() else {
            throw KafkaError(code: .failed, message: "librdkafka gave no configuration object")
        }
        do throws(KafkaError) {
            for (name, value) in properties { try unsafe Self.set(name, value, native) }
        } catch {
            unsafe rd_kafka_conf_destroy(native)
            throw error
        }
        let retained = unsafe Unmanaged.passRetained(context)
        unsafe rd_kafka_conf_set_opaque(native, retained.toOpaque())
        unsafe Self.setCallbacks(native, kind, hasStatistics: configuration.statistics != nil)

        let made = unsafe Self.make(kind.type, native)
        guard let pointer = unsafe made.pointer else {
            // rd_kafka_new takes the configuration over only if it succeeds.
            unsafe rd_kafka_conf_destroy(native)
            unsafe retained.release()
            throw KafkaError(code: .invalidArgument, message: unsafe made.message)
        }
        unsafe self.pointer = pointer
        self.context = context
        unsafe retainedContext = retained
    }

    deinit {
        // Callbacks can run until this returns, so the context goes after it.
        unsafe rd_kafka_destroy(pointer)
        unsafe retainedContext.release()
    }

    /// The error behind a fatal state of this instance; nil if there is none.
    var fatalError: KafkaError? {
        let text: (Int32, String)? = unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 512) { buffer in
            let code = unsafe rd_kafka_fatal_error(pointer, buffer.baseAddress, buffer.count)
            guard code != RD_KAFKA_RESP_ERR_NO_ERROR, let base = buffer.baseAddress else { return nil }
            return unsafe (code.rawValue, String(cString: base))
        }
        return text.map { KafkaError(code: .init(rawValue: $0.0), message: $0.1, isFatal: true, isRetriable: false) }
    }

    private static func set(_ name: String, _ value: String, _ native: OpaquePointer) throws(KafkaError) {
        let result = unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 512) { buffer in
            let code = unsafe rd_kafka_conf_set(native, name, value, buffer.baseAddress, buffer.count)
            return unsafe (code, buffer.baseAddress.map { unsafe String(cString: $0) } ?? "")
        }
        guard result.0 != RD_KAFKA_CONF_OK else { return }
        // librdkafka quotes the value; secrets must not reach a log.
        let isSecret = ["password", "secret", "key", "config", "pem"].contains { name.contains($0) }
        throw KafkaError(
            code: .invalidArgument, message: "the Kafka property \(name) was refused\(isSecret ? "" : ": \(result.1)")")
    }

    private static func make(
        _ type: rd_kafka_type_t, _ native: OpaquePointer
    ) -> (pointer: OpaquePointer?, message: String) {
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 512) { buffer in
            let pointer = unsafe rd_kafka_new(type, native, buffer.baseAddress, buffer.count)
            guard unsafe pointer == nil else { return unsafe (pointer, "") }
            return unsafe (nil, buffer.baseAddress.map { unsafe String(cString: $0) } ?? "librdkafka gave no instance")
        }
    }

    private static func setCallbacks(_ native: OpaquePointer, _ kind: Kind, hasStatistics: Bool) {
        unsafe rd_kafka_conf_set_log_cb(native) { instance, level, facility, message in
            guard let instance = unsafe instance else { return }
            unsafe CallbackContext.at(rd_kafka_opaque(instance))?.logged(level, facility, message)
        }
        unsafe rd_kafka_conf_set_error_cb(native) { _, code, reason, opaque in
            unsafe CallbackContext.at(opaque)?.failed(code, reason)
        }
        if hasStatistics {
            unsafe rd_kafka_conf_set_stats_cb(native) { _, json, count, opaque in
                unsafe CallbackContext.at(opaque)?.measured(json, count)
                return 0
            }
        }
        if kind.rebalances {
            unsafe rd_kafka_conf_set_rebalance_cb(native) { instance, code, partitions, opaque in
                unsafe CallbackContext.rebalance(instance, code, partitions, opaque)
            }
        }
        if kind.reportsDelivery {
            // Registered even where nobody asks: without it a flush sleeps in steps of 10 ms (style.md 3.4).
            unsafe rd_kafka_conf_set_dr_msg_cb(native) { _, message, opaque in
                guard let message = unsafe message else { return }
                unsafe CallbackContext.at(opaque)?.deliveries.report(message)
            }
        }
    }
}
