import CRdKafka

/// Owns the native arguments of one admin request: an array of librdkafka objects of one kind.
@safe struct AdminArguments: ~Copyable {
    private var natives: [OpaquePointer?]
    private let destroy: (OpaquePointer) -> Void

    /// Starts empty; `destroy` frees one object of this kind.
    init(destroy: @escaping (OpaquePointer) -> Void) {
        unsafe natives = []
        unsafe self.destroy = destroy
    }

    deinit {
        for i in unsafe natives.indices {
            if let native = unsafe natives[i] { unsafe destroy(native) }
        }
    }

    /// Takes an object over; throws if librdkafka refused to make it.
    mutating func append(_ native: OpaquePointer?, _ refusal: @autoclosure () -> String) throws(KafkaError) {
        guard let native = unsafe native else { throw KafkaError(code: .invalidArgument, message: refusal()) }
        unsafe natives.append(native)
    }

    /// Calls `body` with the array as C wants it.
    mutating func withArray(_ body: (UnsafeMutablePointer<OpaquePointer?>?, Int) -> Void) {
        unsafe natives.withUnsafeMutableBufferPointer { unsafe body($0.baseAddress, $0.count) }
    }
}
