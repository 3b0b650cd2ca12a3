import CommandLineTools
import Dispatch
import Observability
import Schemas

/// Answers the probes from snapshots: live depends on neither broker nor lag, ready on membership alone (operations.md C5).
struct WorkerHealth: Sendable {
    let name: String
    let statuses: [LoopStatus]
    let stop: StopFlag

    /// A loop that has not polled for this long hangs; a commit may block up to the transaction's time-out.
    private static let pollLimitSeconds: UInt64 = 120

    var live: HealthEndpoints.Health {
        let now = DispatchTime.now().uptimeNanoseconds
        for status in statuses {
            let snapshot = status.current
            if snapshot.phase == .failed {
                return .unhealthy("\(status.stage)/\(status.thread) failed: \(snapshot.failure ?? "")")
            }
            let isPolling = snapshot.phase == .running || snapshot.phase == .restoring
            if isPolling, snapshot.lastPollNanoseconds > 0, now > snapshot.lastPollNanoseconds,
                now - snapshot.lastPollNanoseconds > Self.pollLimitSeconds * 1_000_000_000
            {
                return .unhealthy("\(status.stage)/\(status.thread) has not polled for \(Self.pollLimitSeconds) s")
            }
        }
        return .healthy()
    }

    var ready: HealthEndpoints.Health {
        if stop.isDraining { return .unhealthy("draining") }
        for status in statuses where !status.current.joined {
            return .unhealthy("\(status.stage)/\(status.thread) has not joined its group yet")
        }
        return .healthy()
    }

    private static func offsets(_ offsets: [String: Int64]) -> JSONObject {
        var object = JSONObject()
        for (topic, offset) in offsets.sorted(by: { $0.key < $1.key }) { object[topic] = .string(String(offset)) }
        return object
    }

    /// What each thread does, with offsets as text since they have 64 bits.
    var statusDocument: String {
        let items = statuses.map { status -> JSONValue in
            let snapshot = status.current
            let tasks = snapshot.tasks.map { task -> JSONValue in
                .object([
                    "partition": .integer(Int64(task.partition)),
                    "state": .string(task.state),
                    "streamTimeMs": .string(String(task.streamTime)),
                    "transactions": .string(String(task.transactionNumber)),
                    "offsets": .object(Self.offsets(task.offsets)),
                ])
            }
            return .object([
                "stage": .string(status.stage),
                "thread": .integer(Int64(status.thread)),
                "phase": .string(snapshot.phase.rawValue),
                "joined": .bool(snapshot.joined),
                "records": .string(String(snapshot.records)),
                "aborts": .string(String(snapshot.aborts)),
                "incarnations": .string(String(snapshot.restarts)),
                "rebalances": .string(String(snapshot.rebalances)),
                "tasks": .array(tasks),
            ])
        }
        return OutputEnvelope(kind: "WorkerStatus", items: items).document(generatedAt: .now).text(.pretty)
    }
}
