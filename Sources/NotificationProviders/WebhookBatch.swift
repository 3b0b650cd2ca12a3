import Dispatch
import Foundation
import NotificationDispatch
import Synchronization

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// One batch of calls: starts them within the bound, waits, and gives up on what is late.
///
/// The calling thread is the only one that starts and gives up; the session's threads only hand in answers. So no timer
/// is needed, and the batch ends in its time whatever the session does.
final class WebhookBatch: Sendable {
    private struct Call {
        let task: URLSessionDataTask
        let deadline: DispatchTime
    }

    private let count: Int
    private let settings: WebhookSettings
    /// Answers handed in and not yet taken, by index; never more than the batch has calls.
    private let arrived = Mutex<[Int: ProviderAnswer]>([:])
    private let somethingArrived = DispatchSemaphore(value: 0)

    init(count: Int, settings: WebhookSettings) {
        self.count = count
        self.settings = settings
    }

    /// Hands in a call's answer; called from the session's threads.
    func arrive(_ answer: ProviderAnswer, index: Int) {
        arrived.withLock { $0[index] = answer }
        somethingArrived.signal()
    }

    /// Runs the calls. `start` makes the call of an index without resuming it, nil where it cannot be made; `giveUp`
    /// ends one that is late and returns its answer.
    func run(
        start: (Int) -> URLSessionDataTask?, giveUp: (URLSessionDataTask) -> ProviderAnswer
    ) -> [ProviderAnswer] {
        var answers = [ProviderAnswer](repeating: .transient(status: "not tried: batch time over"), count: count)
        var inFlight: [Int: Call] = [:]
        var next = 0
        let end = DispatchTime.now() + .milliseconds(settings.batchMilliseconds)
        while next < count || !inFlight.isEmpty {
            while next < count, inFlight.count < settings.connections, DispatchTime.now() < end {
                if let task = start(next) {
                    let deadline = min(DispatchTime.now() + .milliseconds(settings.timeoutMilliseconds), end)
                    inFlight[next] = Call(task: task, deadline: deadline)
                    task.resume()
                } else {
                    answers[next] = .transient(status: "request cannot be made")
                }
                next += 1
            }
            if DispatchTime.now() >= end { next = count }
            if let soonest = inFlight.values.map(\.deadline).min() { _ = somethingArrived.wait(timeout: soonest) }
            take(&answers, &inFlight)
            let now = DispatchTime.now()
            for (index, call) in inFlight where call.deadline <= now {
                inFlight[index] = nil
                answers[index] = giveUp(call.task)
            }
        }
        return answers
    }

    private func take(_ answers: inout [ProviderAnswer], _ inFlight: inout [Int: Call]) {
        let news = arrived.withLock { arrived in
            defer { arrived = [:] }
            return arrived
        }
        for (index, answer) in news where inFlight.removeValue(forKey: index) != nil { answers[index] = answer }
    }
}
