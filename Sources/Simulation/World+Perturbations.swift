import BrokerCore
import Kafka
import KafkaProtocol
import Schemas
import StateStore
import WorkerRuntime

extension World {
    /// Brings one perturbation into the world; one whose process is down has no effect.
    func apply(_ perturbation: Perturbation) {
        counts.perturbations[perturbation.name, default: 0] += 1
        guard processes.indices.contains(perturbation.process) else { return }
        let process = processes[perturbation.process]
        switch perturbation.kind {
        case .join: return join()
        case .timeJump(let milliseconds): return passTime(milliseconds)
        case .clockJump(let milliseconds): process.clockSkew += milliseconds
        case .fence(let stage): return fence(process, stage)
        case .tamper(let stage, let partition): return tamper(stage, partition)
        default: break
        }
        guard let life = process.life else { return }
        switch perturbation.kind {
        case .crash(let disk): kill(process, disk: DiskAfterCrash(rawValue: disk) ?? .keepsBuffers, how: "anywhere")
        case .crashAtCall(let call, let disk):
            life.trap = call.trap(
                outcome: .death(DiskAfterCrash(rawValue: disk) ?? .keepsBuffers))
        case .stallAtCall(let call, let milliseconds):
            life.trap = call.trap(outcome: .stall(milliseconds: milliseconds))
        case .stall(let milliseconds): stall(life, milliseconds)
        case .replace(let milliseconds): replace(process, life, milliseconds)
        case .drain: process.stop.drain()
        case .leave: leave(process)
        case .loseAnswer(let milliseconds): arm(.loseAnswer(milliseconds: milliseconds), process)
        case .cut(let applied): arm(.cut(applied: applied), process)
        case .delayAnswers(let milliseconds): delay(life, answers: milliseconds, requests: 0)
        case .delayRequests(let milliseconds): delay(life, answers: 0, requests: milliseconds)
        case .refuse(let index): arm(.refuse(Refusal.all[index % Refusal.all.count]), process)
        case .slowDisk(let milliseconds): life.diskDelays.append(milliseconds)
        case .refuseSend: life.refusedSends += 1
        case .join, .timeJump, .clockJump, .fence, .tamper: break
        }
    }

    private func arm(_ action: ArmedFault.Action, _ process: SimulatedProcess) {
        arm(ArmedFault(process: process.index, action: action))
    }

    private func join() {
        guard processes.count < 5 else { return }
        add(SimulatedProcess(index: processes.count, instanceID: "w\(processes.count)"))
    }

    private func leave(_ process: SimulatedProcess) {
        // One at least has to go on.
        guard processes.count(where: { !$0.isRetired }) > 1 else { return }
        process.isRetired = true
        process.stop.drain()
    }

    /// The machine hangs, is taken for dead, and its instance id is given to another with an empty disk.
    private func replace(_ process: SimulatedProcess, _ life: Life, _ milliseconds: Int64) {
        guard processes.count < 5 else { return }
        stall(life, milliseconds)
        // It is not started again once it has found out.
        process.isRetired = true
        process.isReplaced = true
        add(SimulatedProcess(index: processes.count, instanceID: process.instanceID))
    }

    private func fence(_ process: SimulatedProcess, _ stage: Int) {
        var request = InitProducerIdRequest()
        request.transactionalId = "\(scenario.stages[stage].group)-\(process.instanceID)-00"
        request.transactionTimeoutMs = scenario.transactionTimeoutMilliseconds
        _ = ask(.initProducerId(request), version: 4)
        noteMarkers()
    }

    /// An administrator moves a partition's offset back by one record.
    private func tamper(_ stage: Int, _ partition: Int32) {
        let declaration = scenario.stages[stage]
        let topic = declaration.inputs[0].name
        let name = Kafka.TopicPartition(topic: topic, partition: partition)
        guard let offset = committedOffsets(stage)[name], offset > 0 else { return }
        tampered.append((stage, partition))
        broker.apply(
            .offset(
                group: declaration.group, topic: topic, partition: partition,
                OffsetRecord(offset: offset - 1, leaderEpoch: -1, metadata: "", committedAt: now)))
    }

    /// Puts the offsets that were moved back to what the state says.
    func untamper() {
        for (stage, partition) in tampered {
            let declaration = scenario.stages[stage]
            var progress: Progress?
            for record in view(declaration.changelog.name, partition).records {
                let change = try? ChangelogRecord.decode(key: record.key ?? [], value: record.value)
                if case .progress(let found)? = change { progress = found }
            }
            for (topic, offset) in (progress?.inputOffsets ?? [:]).sorted(by: { $0.key < $1.key }) {
                broker.apply(
                    .offset(
                        group: declaration.group, topic: topic, partition: partition,
                        OffsetRecord(offset: offset, leaderEpoch: -1, metadata: "", committedAt: now)))
            }
        }
    }

    /// The group's committed offsets; pending ones do not count.
    func committedOffsets(_ stage: Int) -> [Kafka.TopicPartition: Int64] {
        var request = OffsetFetchRequest()
        request.groupId = scenario.stages[stage].group
        request.topics = scenario.inputTopics(stage).map { name in
            var topic = OffsetFetchRequest.OffsetFetchRequestTopic()
            topic.name = name
            topic.partitionIndexes = Array(0..<partitions)
            return topic
        }
        guard case .offsetFetch(let response)? = ask(.offsetFetch(request), version: 7) else { return [:] }
        var offsets: [Kafka.TopicPartition: Int64] = [:]
        for topic in response.topics {
            for partition in topic.partitions where partition.committedOffset >= 0 {
                offsets[Kafka.TopicPartition(topic: topic.name, partition: partition.partitionIndex)] =
                    partition.committedOffset
            }
        }
        return offsets
    }
}
