import BrokerCore
import Kafka
import KafkaProtocol
import Schemas
import WorkerRuntime

extension World {
    /// Runs the schedule to its end and audits what is left.
    func run() {
        var looks = 0
        while violation == nil {
            takeStep()
            guard isHealing else { continue }
            looks += 1
            if looks % 16 == 0, unfinished == nil { break }
        }
        drainAll()
        guard violation == nil else { return }
        do throws(Violation) {
            try FinalAudit(world: self).run()
        } catch {
            fail(error)
        }
    }

    /// What is not done yet; nil once everything was taken, every timer has fired and all loops are live.
    var unfinished: String? {
        if !broker.pendingMarkers.isEmpty { return "markers are missing" }
        var owned = scenario.stages.indices.map { _ in Set<Int32>() }
        for process in processes {
            if process.isRetired {
                if process.life != nil { return "\(process.instanceID) has not ended" }
                continue
            }
            if process.life == nil || process.isDraining { return "\(process.instanceID) is down" }
            for loop in process.loops {
                if !loop.isStarted { return "stage \(loop.stage) of \(process.instanceID) has not started" }
                for task in loop.task.liveTasks { owned[loop.stage].insert(task.partition) }
            }
        }
        for stage in scenario.stages.indices {
            if owned[stage].count < Int(partitions) {
                return "of stage \(stage) only \(owned[stage].sorted()) are live"
            }
            if let left = leftOver(stage) { return left }
        }
        for loop in processes.flatMap(\.loops) {
            for task in loop.task.liveTasks where (try? task.hasDueTimer(now: .max)) != false {
                return "timers of stage \(loop.stage), partition \(task.partition) have not fired"
            }
        }
        return nil
    }

    private func leftOver(_ stage: Int) -> String? {
        let committed = committedOffsets(stage)
        for topic in scenario.inputTopics(stage) {
            for partition in 0..<partitions {
                let offset = committed[Kafka.TopicPartition(topic: topic, partition: partition)] ?? 0
                let view = view(topic, partition, from: offset)
                if !view.records.isEmpty || view.lastStableOffset < view.highWatermark {
                    return "\(topic)/\(partition) was not taken from \(offset) on"
                }
            }
        }
        return nil
    }

    /// Ends every process in order.
    private func drainAll() {
        for process in processes {
            process.isRetired = true
            process.restartAt = nil
            process.stop.drain()
            process.life.map(wake)
        }
        while violation == nil, processes.contains(where: { $0.life != nil }) || !broker.pendingMarkers.isEmpty {
            takeStep()
        }
    }
}
