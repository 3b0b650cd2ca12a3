import BrokerTestKit
import Foundation
import Kafka
import KafkaProtocol
import Synchronization

/// Tries every behaviour on one broker and keeps what was seen.
///
/// Most behaviours wait for a time-out most of the time, so several are tried at once; those that need the broker alone
/// come last, one after another.
enum Runner {
    static let threads = 8

    /// What each behaviour saw, by name.
    static func run(_ behaviours: [Behaviour], on broker: any BrokerUnderTest) throws -> [String: [String]] {
        try warmUp(broker.bootstrap)
        let queue = Queue(behaviours.filter { !$0.isAlone })
        let group = DispatchGroup()
        for _ in 0..<threads {
            group.enter()
            Thread {
                while let behaviour = queue.next() { queue.finish(behaviour, attempt(behaviour, on: broker)) }
                group.leave()
            }.start()
        }
        group.wait()
        for behaviour in behaviours where behaviour.isAlone {
            queue.finish(behaviour, attempt(behaviour, on: broker))
        }
        return queue.observed
    }

    /// The behaviours still to try, and what was seen of the others.
    private final class Queue: Sendable {
        private let state: Mutex<(waiting: ArraySlice<Behaviour>, observed: [String: [String]])>

        init(_ behaviours: [Behaviour]) { state = Mutex((behaviours[...], [:])) }

        func next() -> Behaviour? { state.withLock { $0.waiting.popFirst() } }

        func finish(_ behaviour: Behaviour, _ lines: [String]) {
            state.withLock { $0.observed[behaviour.name] = lines }
        }

        var observed: [String: [String]] { state.withLock { $0.observed } }
    }

    private static func attempt(_ behaviour: Behaviour, on broker: any BrokerUnderTest) -> [String] {
        let start = ContinuousClock.now
        defer {
            if ProcessInfo.processInfo.environment["CONFORMANCE_TIMES"] != nil {
                let line = "\(broker.name): \(behaviour.name): \(ContinuousClock.now - start)\n"
                FileHandle.standardError.write(Data(line.utf8))
            }
        }
        do {
            let trial = try Trial(broker)
            do {
                try behaviour.body(trial, trial.seen, try trial.peer())
                return trial.seen.lines
            } catch {
                return trial.seen.lines + ["THE TRIAL ENDED: \(Notes.text(error))"]
            }
        } catch {
            return ["THE TRIAL ENDED: \(error)"]
        }
    }

    /// Waits until both kinds of coordinator serve: a fresh node makes their topics at the first question, and one that was
    /// started again reads them first.
    static func warmUp(_ bootstrap: String) throws {
        let peer = try Peer(bootstrap)
        let deadline = ContinuousClock.now + .seconds(60)
        func isBusy(_ code: Int16) -> Bool {
            let passing: [ErrorCode] = [
                .coordinatorLoadInProgress, .coordinatorNotAvailable, .notCoordinator, .concurrentTransactions,
            ]
            return passing.contains(ErrorCode(rawValue: code))
        }
        func patiently(_ ask: () throws -> Int16) throws {
            while isBusy(try ask()) {
                guard ContinuousClock.now < deadline else { throw Bench.Late() }
                Pause.milliseconds(50)
            }
        }
        try patiently { try peer.initProducer(nil).errorCode }
        for index in 0..<12 {
            let name = "warm-\(index)"
            for kind in [Int8(0), 1] {
                try patiently {
                    try peer.ask(FindCoordinatorRequest.self, 3) {
                        $0.key = name
                        $0.keyType = kind
                    }.errorCode
                }
            }
            try patiently { try peer.initProducer(name).errorCode }
            try patiently { try peer.heartbeat(group: name, member: "none", generation: 1).errorCode }
        }
    }
}

/// A short wait between two looks.
enum Pause {
    static func milliseconds(_ count: Int) { Thread.sleep(forTimeInterval: Double(count) / 1_000) }
}
