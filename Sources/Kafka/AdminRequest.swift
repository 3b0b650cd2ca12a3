import CRdKafka

/// Owns one event of librdkafka's admin queue.
@safe struct AdminEvent: ~Copyable {
    let pointer: OpaquePointer

    init(owning pointer: OpaquePointer) { unsafe self.pointer = pointer }

    deinit { unsafe rd_kafka_event_destroy(pointer) }
}

/// Sends one admin request and waits for its event.
enum AdminRequest {
    static func run(
        _ api: rd_kafka_admin_op_t, _ handle: ClientHandle, timeoutMilliseconds: Int32, _ context: String,
        _ send: (_ options: OpaquePointer, _ queue: OpaquePointer) -> Void
    ) throws(KafkaError) -> AdminEvent {
        guard
            let options = unsafe rd_kafka_AdminOptions_new(handle.pointer, api),
            let queue = unsafe rd_kafka_queue_new(handle.pointer)
        else { throw KafkaError(code: .failed, message: "\(context): librdkafka has no such request") }
        defer {
            unsafe rd_kafka_queue_destroy(queue)
            unsafe rd_kafka_AdminOptions_destroy(options)
        }
        // Both refuse only values out of range.
        _ = unsafe rd_kafka_AdminOptions_set_request_timeout(options, timeoutMilliseconds, nil, 0)
        if takesOperationTimeout(api) {
            _ = unsafe rd_kafka_AdminOptions_set_operation_timeout(options, timeoutMilliseconds, nil, 0)
        }
        if api == RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS,
            let error = unsafe rd_kafka_AdminOptions_set_require_stable_offsets(options, 1)
        {
            unsafe rd_kafka_error_destroy(error)
        }
        unsafe send(options, queue)
        // librdkafka answers after the request timeout at the latest; the extra second is only to be sure to end.
        guard let event = unsafe rd_kafka_queue_poll(queue, timeoutMilliseconds &+ 1_000) else {
            throw KafkaError(code: .timedOut, message: "\(context): no answer")
        }
        let owned = unsafe AdminEvent(owning: event)
        let error = unsafe rd_kafka_event_error(event)
        guard error == RD_KAFKA_RESP_ERR_NO_ERROR else {
            let code = KafkaError.Code(error)
            let text = unsafe rd_kafka_event_error_string(event).map { unsafe String(cString: $0) } ?? code.explanation
            throw KafkaError(code: code, message: "\(context): \(text)")
        }
        return owned
    }

    private static func takesOperationTimeout(_ api: rd_kafka_admin_op_t) -> Bool {
        api == RD_KAFKA_ADMIN_OP_CREATETOPICS || api == RD_KAFKA_ADMIN_OP_DELETETOPICS
            || api == RD_KAFKA_ADMIN_OP_CREATEPARTITIONS || api == RD_KAFKA_ADMIN_OP_DELETERECORDS
    }

    /// The names whose result is `expected`; throws the first other failure, in the order of names.
    static func failures(
        _ results: UnsafeMutablePointer<OpaquePointer?>?, _ count: Int, _ context: String,
        besides expected: KafkaError.Code
    ) throws(KafkaError) -> Set<String> {
        var names: Set<String> = []
        var failures: [String: KafkaError] = [:]
        for i in 0..<count {
            guard let result = unsafe results?[i] else { continue }
            let code = KafkaError.Code(unsafe rd_kafka_topic_result_error(result))
            guard code != .none else { continue }
            let name = unsafe Admin.text(rd_kafka_topic_result_name(result))
            if code == expected {
                names.insert(name)
                continue
            }
            let text = unsafe rd_kafka_topic_result_error_string(result).map { unsafe String(cString: $0) }
            failures[name] = KafkaError(code: code, message: "\(context) \(name): \(text ?? code.explanation)")
        }
        if let first = failures.min(by: { $0.key < $1.key }) { throw first.value }
        return names
    }
}
