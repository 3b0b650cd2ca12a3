import KafkaProtocol

/// One thing that goes wrong at one step; a schedule's list of them is drawn before it runs, so that it can be shortened.
package struct Perturbation: Equatable, Sendable, CustomStringConvertible {
    package enum Kind: Equatable, Sendable {
        case crash(Int)
        /// Dies at a client call or a write to the disk.
        case crashAtCall(Call, disk: Int)
        case stallAtCall(Call, milliseconds: Int64)
        /// Nothing of the process happens for so long, as in a frozen machine.
        case stall(milliseconds: Int64)
        /// As a stall, while another machine is given the same instance id.
        case replace(milliseconds: Int64)
        case drain
        /// Another process comes, and does not go by itself.
        case join
        /// The process ends for good.
        case leave
        case loseAnswer(milliseconds: Int64)
        case cut(applied: Bool)
        case delayAnswers(milliseconds: Int64)
        case delayRequests(milliseconds: Int64)
        case refuse(index: Int)
        case slowDisk(milliseconds: Int64)
        case clockJump(milliseconds: Int64)
        /// All stand still, and time goes by.
        case timeJump(milliseconds: Int64)
        case refuseSend
        /// Somebody starts a producer with the process's transactional id.
        case fence(stage: Int)
        /// Somebody moves the group's offsets of a stage's partition.
        case tamper(stage: Int, partition: Int32)
    }

    /// A call of a client, counted from the perturbation on.
    package struct Call: Equatable, Sendable, CustomStringConvertible {
        var place: Int
        /// Nil for any call; the others count requests of one kind.
        var api: ApiKey?
        var calls: Int

        package var description: String {
            let place = CallTrap.Place(rawValue: place).map { "\($0)" } ?? "?"
            return "\(place) of \(api.map { "\($0)" } ?? "call") \(calls)"
        }

        static func draw(_ chance: inout SplitMix64) -> Call {
            if chance.oneIn(2) {
                return Call(place: chance.below(CallTrap.Place.allCases.count), calls: 1 + chance.below(14))
            }
            let apis: [ApiKey] = [
                .endTxn, .endTxn, .txnOffsetCommit, .addOffsetsToTxn, .initProducerId, .offsetFetch, .listOffsets,
            ]
            // A write to the disk is no request.
            return Call(place: chance.below(3), api: apis[chance.below(apis.count)], calls: 1 + chance.below(3))
        }

        func trap(outcome: CallTrap.Outcome) -> CallTrap {
            CallTrap(
                place: CallTrap.Place(rawValue: place) ?? .beforeSend, api: api, calls: calls, outcome: outcome)
        }
    }

    package var step: Int
    package var process: Int
    package var kind: Kind

    package var description: String { "step \(step), process \(process): \(kind)" }

    /// The kind without its numbers, for counting.
    var name: String {
        switch kind {
        case .crash: "crash"
        case .crashAtCall: "crash at a call"
        case .stall: "stall"
        case .stallAtCall: "stall at a call"
        case .replace: "instance id given to another machine"
        case .drain: "graceful end"
        case .join: "process joins"
        case .leave: "process leaves"
        case .loseAnswer: "answer lost"
        case .cut: "connection cut"
        case .delayAnswers: "answers delayed"
        case .delayRequests: "requests delayed"
        case .refuse: "request refused"
        case .slowDisk: "slow disk"
        case .clockJump: "clock jump"
        case .timeJump: "time jump"
        case .refuseSend: "record refused by the client"
        case .fence: "transactional id fenced"
        case .tamper: "offsets moved by hand"
        }
    }

    /// Draws a schedule's list.
    package static func draw(_ scenario: Scenario) -> [Perturbation] {
        var chance = SplitMix64(seed: scenario.seed, purpose: 3)
        let count = chance.oneIn(12) ? 0 : chance.within(scenario.perturbations)
        var perturbations = (0..<count).map { _ in
            Perturbation(
                step: chance.within(8...scenario.faultSteps - 1), process: chance.below(scenario.processes),
                kind: Kind.draw(&chance))
        }
        if scenario.expectsContradictions { perturbations += tampering(scenario, &chance) }
        return perturbations.sorted { $0.step < $1.step }
    }

    /// Somebody moves an offset, and all come back afterwards and see it.
    private static func tampering(_ scenario: Scenario, _ chance: inout SplitMix64) -> [Perturbation] {
        let step = chance.within(scenario.faultSteps / 2...scenario.faultSteps - 1)
        let kind = Kind.tamper(stage: chance.below(2), partition: Int32(chance.below(Int(scenario.partitions))))
        return [Perturbation(step: step, process: 0, kind: kind)]
            + (0..<scenario.processes).map { Perturbation(step: step, process: $0, kind: .crash(0)) }
    }
}

extension Perturbation.Kind {
    static func draw(_ chance: inout SplitMix64) -> Self {
        switch chance.below(40) {
        case 0...1: .crash(chance.below(DiskAfterCrash.allCases.count))
        case 2...9:
            .crashAtCall(.draw(&chance), disk: chance.oneIn(6) ? 3 : chance.below(3))
        case 10: .stall(milliseconds: Int64(chance.within(500...30_000)))
        case 11...15:
            .stallAtCall(.draw(&chance), milliseconds: Int64(chance.within(500...30_000)))
        case 16: .replace(milliseconds: Int64(chance.within(500...15_000)))
        case 17: chance.oneIn(2) ? .drain : .join
        case 18: .leave
        case 19...21: .loseAnswer(milliseconds: Int64(chance.below(9_000)))
        case 22...23: .cut(applied: chance.oneIn(2))
        case 24: .delayAnswers(milliseconds: Int64(chance.below(6_000)))
        case 25: .delayRequests(milliseconds: Int64(chance.below(6_000)))
        case 26...31: .refuse(index: chance.below(Refusal.all.count))
        case 32: .slowDisk(milliseconds: Int64(chance.below(4_000)))
        case 33: .clockJump(milliseconds: Int64(chance.within(-20_000...20_000)))
        case 34: .timeJump(milliseconds: Int64(chance.within(1_000...20_000)))
        case 35...36: .refuseSend
        case 37: .fence(stage: chance.below(2))
        case 38: .stall(milliseconds: Int64(chance.within(5_000...14_000)))
        default:
            .crashAtCall(
                Perturbation.Call(place: CallTrap.Place.atDisk.rawValue, calls: 1 + chance.below(4)),
                disk: chance.below(3))
        }
    }
}

/// An error that the broker answers one request with.
struct Refusal: Sendable {
    var api: ApiKey
    var error: ErrorCode
    /// The request is applied all the same.
    var isApplied = false

    static let all: [Refusal] = [
        Refusal(api: .produce, error: .notLeaderOrFollower),
        Refusal(api: .produce, error: .notEnoughReplicas),
        Refusal(api: .produce, error: .notEnoughReplicasAfterAppend, isApplied: true),
        Refusal(api: .produce, error: .messageTooLarge),
        Refusal(api: .produce, error: .invalidRecord),
        Refusal(api: .produce, error: .invalidTxnState),
        Refusal(api: .produce, error: .outOfOrderSequenceNumber),
        Refusal(api: .fetch, error: .notLeaderOrFollower),
        Refusal(api: .addPartitionsToTxn, error: .concurrentTransactions),
        Refusal(api: .addPartitionsToTxn, error: .notCoordinator),
        Refusal(api: .addPartitionsToTxn, error: .coordinatorLoadInProgress, isApplied: true),
        Refusal(api: .addOffsetsToTxn, error: .notCoordinator),
        Refusal(api: .addOffsetsToTxn, error: .concurrentTransactions),
        Refusal(api: .txnOffsetCommit, error: .coordinatorLoadInProgress),
        Refusal(api: .txnOffsetCommit, error: .notCoordinator, isApplied: true),
        Refusal(api: .txnOffsetCommit, error: .illegalGeneration),
        Refusal(api: .txnOffsetCommit, error: .unstableOffsetCommit),
        Refusal(api: .txnOffsetCommit, error: .unknownMemberId),
        Refusal(api: .endTxn, error: .notCoordinator),
        Refusal(api: .endTxn, error: .coordinatorNotAvailable, isApplied: true),
        Refusal(api: .endTxn, error: .concurrentTransactions),
        Refusal(api: .endTxn, error: .requestTimedOut),
        Refusal(api: .endTxn, error: .requestTimedOut, isApplied: true),
        Refusal(api: .endTxn, error: .unknownProducerId),
        Refusal(api: .endTxn, error: .producerFenced),
        Refusal(api: .endTxn, error: .invalidTxnState),
        Refusal(api: .initProducerId, error: .coordinatorLoadInProgress),
        Refusal(api: .initProducerId, error: .notCoordinator, isApplied: true),
        Refusal(api: .offsetFetch, error: .notCoordinator),
        Refusal(api: .listOffsets, error: .notLeaderOrFollower),
        Refusal(api: .joinGroup, error: .notCoordinator),
        Refusal(api: .syncGroup, error: .notCoordinator),
        Refusal(api: .heartbeat, error: .notCoordinator),
        Refusal(api: .heartbeat, error: .rebalanceInProgress),
        Refusal(api: .heartbeat, error: .unknownMemberId),
        Refusal(api: .heartbeat, error: .illegalGeneration),
    ]
}

/// A fault that waits for a process's next request that it fits.
struct ArmedFault {
    enum Action {
        case refuse(Refusal)
        /// Applied; the connection goes with the answer, and the client hears of it later.
        case loseAnswer(milliseconds: Int64)
        case cut(applied: Bool)
    }

    var process: Int
    var action: Action

    func fits(_ api: ApiKey) -> Bool {
        switch action {
        case .refuse(let refusal): refusal.api == api
        // What only asks is of little interest.
        case .loseAnswer, .cut: api != .fetch && api != .heartbeat
        }
    }
}
