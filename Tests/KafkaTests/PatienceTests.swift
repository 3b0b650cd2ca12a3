import Testing

@testable import Kafka

/// How requests that may pass are repeated.
@Suite struct PatientRequests {
    private func error(_ code: KafkaError.Code) -> KafkaError { KafkaError(code: code, message: "") }

    @Test("a passing error is repeated until it is gone")
    func passes() throws {
        var answers: [KafkaError.Code?] = [.coordinatorLoading, .notCoordinator, nil]
        let value = try Patience(timeoutMilliseconds: 60_000)() { (_) throws(KafkaError) in
            if let code = answers.removeFirst() { throw error(code) }
            return 7
        }
        #expect(value == 7 && answers.isEmpty)
    }

    @Test("another error is thrown at once")
    func lasts() {
        var calls = 0
        let thrown = #expect(throws: KafkaError.self) {
            try Patience(timeoutMilliseconds: 60_000)() { (_) throws(KafkaError) in
                calls += 1
                throw error(.authorizationFailed)
            }
        }
        #expect(thrown?.code == .authorizationFailed && calls == 1)
    }

    @Test("when the time is over the last reason is thrown, not that the last try had no time")
    func reason() {
        var calls = 0
        let thrown = #expect(throws: KafkaError.self) {
            try Patience(timeoutMilliseconds: 50)() { (remaining) throws(KafkaError) in
                calls += 1
                #expect((1...50).contains(remaining))
                throw error(calls == 1 ? .unstableOffsetCommit : .timedOut)
            }
        }
        #expect(thrown?.code == .unstableOffsetCommit && calls >= 2)
        let only = #expect(throws: KafkaError.self) {
            try Patience(timeoutMilliseconds: 0)() { (_) throws(KafkaError) in throw error(.timedOut) }
        }
        #expect(only?.code == .timedOut)
    }
}
