import KafkaProtocol

/// Why an administrative request is not done.
struct AdminRefusal: Error, Equatable {
    var error: ErrorCode
    var message: String

    init(_ error: ErrorCode, _ message: String) {
        self.error = error
        self.message = message
    }
}
