/// Repeats a request that may pass, until its time is over.
struct Patience {
    private let deadline: ContinuousClock.Instant
    private static let firstPauseMilliseconds: UInt32 = 10
    private static let longestPauseMilliseconds: UInt32 = 200

    init(timeoutMilliseconds: Int32) { deadline = .now + .milliseconds(timeoutMilliseconds) }

    /// What is left of the time, at least one millisecond, for a call's own timeout.
    var remainingMilliseconds: Int32 {
        let left = (deadline - .now) / .milliseconds(1)
        return Int32(clamping: Int64(max(1, left)))
    }

    /// Calls `request` until it succeeds, fails for good, or the time is over; then the last reason is thrown.
    func callAsFunction<Value>(
        mayPass: (KafkaError) -> Bool = { $0.code.isPassing },
        _ request: (_ remainingMilliseconds: Int32) throws(KafkaError) -> Value
    ) throws(KafkaError) -> Value {
        var pause = Self.firstPauseMilliseconds
        var reason: KafkaError?
        while true {
            do throws(KafkaError) {
                return try request(remainingMilliseconds)
            } catch {
                guard mayPass(error) else { throw error }
                // That the last try had no time left says less than what the tries before it met.
                if reason == nil || error.code != .timedOut { reason = error }
                guard .now + .milliseconds(pause) < deadline else { throw reason ?? error }
            }
            Pause.milliseconds(pause)
            pause = min(pause * 2, Self.longestPauseMilliseconds)
        }
    }
}
