import BrokerCore
import Kafka
import KafkaProtocol
import StateStore
import WorkerRuntime

/// One broker, some processes and their time, on one thread; a seed decides everything that happens.
///
/// The task loop's calls block, and there are no coroutines: a call that waits runs the world inside itself until its
/// answer has come (`pump`). There a turn of another loop may run whole, nested. So a call that is deeper in the stack
/// must end before one that is further up goes on: **two turns never cross**, the one that began later ends first. What
/// this leaves out is made up for. Turns are short. What was sent is delivered whatever the stack, and so are the answers,
/// heartbeats and fetches of clients, which run by themselves. A stalled process holds its transaction open across many
/// turns of others, and all that stand below it in the stack are held up as it is. A process that dies is dead at once:
/// its frames unwind by an error when they are reached, while its next life may be running already.
final class World {
    let scenario: Scenario
    let broker: Broker
    private(set) var now: Int64
    private(set) var step = 0
    var chance: SplitMix64
    var counts = SimulationCounts()
    var trace = TraceDigest()
    let audit = Audit()
    private(set) var processes: [SimulatedProcess] = []
    /// The input records so far, as they lie in their logs.
    var sent: [SentInput] = []
    /// Partitions whose offsets somebody moved.
    var tampered: [(stage: Int, partition: Int32)] = []
    /// The producer id and epoch that each transactional id had last.
    var identities: [String: (Int64, Int16)] = [:]
    private(set) var violation: Violation?
    /// Faults are over: everything is started, and what is open is brought to its end.
    private(set) var isHealing = false

    private let wires = Wires()
    private var channels: [Channel] = []
    private var runnable: [SimulatedLoop] = []
    private var channelsByID: [UInt64: Channel] = [:]
    private var nextConnection: UInt64 = 1
    private var clients: [BackgroundClient] = []
    private var depth = 0
    private var deadlines: [(life: Life, at: Int64)] = []
    private var perturbations: ArraySlice<Perturbation>
    private var faults: [ArmedFault] = []
    private var mayHaveMarkers = false
    private var arrivals: InputArrivals

    /// Deeper than this no turn is nested.
    private static let depthLimit = 4
    static let origin: Int64 = 1_700_000_000_000

    init(_ scenario: Scenario, _ perturbations: [Perturbation]) {
        self.scenario = scenario
        self.perturbations = perturbations[...]
        now = Self.origin
        chance = SplitMix64(seed: scenario.seed, purpose: 2)
        var configuration = BrokerConfiguration()
        configuration.seed = scenario.seed
        configuration.markerDelayMs = scenario.delaysMarkers ? 3_600_000 : nil
        configuration.transactionTimeoutScanMs = 500
        broker = Broker(configuration)
        arrivals = InputArrivals(scenario)
        createTopics()
        for index in 0..<scenario.processes { add(SimulatedProcess(index: index, instanceID: "w\(index)")) }
    }

    var partitions: Int32 { scenario.partitions }

    private func createTopics() {
        _ = broker.tick(at: now)
        for (index, name) in scenario.topics.enumerated() {
            broker.apply(
                .topicCreated(
                    name: name, id: KafkaUUID(high: 1, low: UInt64(index + 1)), partitions: partitions,
                    configuration: ["retention.ms": "-1"]))
        }
    }

    func add(_ process: SimulatedProcess) {
        process.restartAt = now
        processes.append(process)
    }

    // MARK: What clients use

    func open(_ life: Life, clientID: String) -> Channel {
        let channel = Channel(life, clientID: clientID, id: newConnection(), wires: wires)
        channels.append(channel)
        channelsByID[channel.id.value] = channel
        return channel
    }

    private func newConnection() -> ConnectionID {
        nextConnection += 1
        return ConnectionID(nextConnection)
    }

    func add(_ client: BackgroundClient) { clients.append(client) }

    /// A client call begins: the process may be dead, or die here, and others may go on.
    func enter(_ life: Life, api: ApiKey? = nil) throws {
        try checkAlive(life)
        if spring(life, .beforeSend, api) { throw ProcessDied() }
        if chance.oneIn(8) { takeStep() }
        try checkAlive(life)
        try pumpWhileStalled(life)
    }

    private func pumpWhileStalled(_ life: Life) throws {
        if life.isStalled(at: now) { try pump(life) { true } }
    }

    private func checkAlive(_ life: Life) throws {
        if life.isDead || violation != nil { throw ProcessDied() }
    }

    /// Sends a request and waits for its answer; nil where the connection was lost.
    func exchange(_ channel: Channel, _ body: RequestBody, version: Int16) throws -> ResponseBody? {
        let life = channel.life
        try enter(life, api: body.api)
        var answer: ResponseBody?
        var isDone = false
        channel.send(body, version: version) {
            answer = $0
            isDone = true
        }
        try wait(life, api: body.api) { isDone }
        return answer
    }

    /// Waits for what was sent, with the places before and after at which a process may die.
    func wait(_ life: Life, api: ApiKey, until done: () -> Bool) throws {
        if spring(life, .afterSend, api) { throw ProcessDied() }
        try pump(life, until: done)
        if spring(life, .afterReply, api) { throw ProcessDied() }
        try pumpWhileStalled(life)
    }

    /// Lets time go by.
    func pause(_ life: Life, _ milliseconds: Int64, until done: () -> Bool = { false }) throws {
        let end = now + milliseconds
        deadlines.append((life, end))
        defer { deadlines.removeLast() }
        try pump(life) { done() || now >= end }
    }

    /// As `pause`, for callers that cannot throw: a dead process learns of it at its next call.
    func sleep(_ life: Life, _ milliseconds: Int64, until done: () -> Bool = { false }) {
        guard !life.isDead, violation == nil else { return }
        try? pause(life, milliseconds, until: done)
    }

    /// Runs the world until the condition holds for a process that is alive and not stalled.
    func pump(_ life: Life, until done: () -> Bool) throws {
        deadlines.append((life, .max))
        defer { deadlines.removeLast() }
        while true {
            try checkAlive(life)
            if !life.isStalled(at: now), done() { return }
            takeStep()
        }
    }

    /// The loop has nothing to do for a while.
    func idle(_ place: SimulatedClient.LoopPlace, milliseconds: Int64) {
        guard milliseconds > 0, let loop = loop(place) else { return }
        loop.wakesAt = now + milliseconds + Int64(chance.below(1_500))
    }

    func wake(_ life: Life) {
        for loop in life.process.loops where loop.life === life { loop.wakesAt = 0 }
    }

    private func loop(_ place: SimulatedClient.LoopPlace) -> SimulatedLoop? {
        place.life.process.loops.first { $0.life === place.life && $0.stage == place.stage }
    }

    /// Nothing of the process happens for so long.
    func stall(_ life: Life, _ milliseconds: Int64) {
        let end = now + milliseconds
        life.stall(until: end, clientsUntil: end + (chance.oneIn(2) ? 0 : Int64(chance.below(100))))
    }

    /// Does what the process's trap says if it is due at this place; true if the process is dead.
    private func spring(_ life: Life, _ place: CallTrap.Place, _ api: ApiKey?) -> Bool {
        guard var trap = life.trap, trap.place == place, trap.api == nil || trap.api == api else { return false }
        trap.calls -= 1
        life.trap = trap.calls > 0 ? trap : nil
        guard trap.calls <= 0 else { return false }
        switch trap.outcome {
        case .death(let disk):
            kill(life.process, disk: disk, how: "\(place)")
            return true
        case .stall(let milliseconds):
            stall(life, milliseconds)
            counts.perturbations["stall \(place)", default: 0] += 1
            return false
        }
    }

    // MARK: One step

    func fail(_ violation: Violation) {
        if self.violation == nil { self.violation = violation }
    }

    /// Lets one thing happen.
    func takeStep() {
        guard violation == nil else { return }
        step += 1
        counts[.steps] += 1
        guard step < scenario.stepLimit else {
            let left = unfinished ?? "processes have not ended"
            return fail(Violation(.finishes, "after \(step) steps and \(now - Self.origin) ms: \(left)"))
        }
        if !isHealing { perturb() }
        boot()
        let choice = choose()
        trace.add(UInt64(step) << 8 | UInt64(choice.rawValue))
        trace.add(now)
        switch choice {
        case .deliver: deliver()
        case .answer: answer()
        case .marker: writeMarker()
        case .turn: runTurn()
        case .time: passTime(Int64(chance.oneIn(6) ? chance.below(200) : chance.below(4)) + 1)
        case .jump: jump()
        }
    }

    private enum Choice: UInt8 {
        case deliver, answer, marker, turn, time, jump
    }

    private func choose() -> Choice {
        if wires.hasOver { removeOverChannels() }
        let canDeliver = wires.deliverable.contains { $0.canDeliver(at: now) }
        let canAnswer = wires.answerable.contains { $0.canAnswer(at: now) }
        findRunnable()
        let weights = (
            canDeliver ? 20 : 0, canAnswer ? 20 : 0, mayHaveMarkers ? scenario.markerWeight : 0,
            runnable.isEmpty ? 0 : depth == 0 ? 16 : 4
        )
        let sum = weights.0 + weights.1 + weights.2 + weights.3
        guard sum > 0 else { return .jump }
        var number = chance.below(sum + 2)
        if number < weights.0 { return .deliver }
        number -= weights.0
        if number < weights.1 { return .answer }
        number -= weights.1
        if number < weights.2 { return .marker }
        number -= weights.2
        return number < weights.3 ? .turn : .time
    }

    private func findRunnable() {
        runnable.removeAll(keepingCapacity: true)
        guard depth < Self.depthLimit else { return }
        for process in processes {
            guard let life = process.life, !life.isStalled(at: now) else { continue }
            for loop in process.loops where loop.wakesAt <= now && !loop.isOnStack && !loop.hasEnded {
                runnable.append(loop)
            }
        }
    }

    private func removeOverChannels() {
        wires.hasOver = false
        for channel in channels where channel.isOver {
            channelsByID[channel.id.value] = nil
            dispatch(broker.disconnected(channel.id, at: now))
        }
        channels.removeAll(where: \.isOver)
    }

    /// One of them by chance, if any passes.
    private func pick(_ channels: [Channel], _ passes: (Channel) -> Bool) -> Channel? {
        guard !channels.isEmpty else { return nil }
        let first = chance.below(channels.count)
        if passes(channels[first]) { return channels[first] }
        return channels[first...].first(where: passes) ?? channels[..<first].first(where: passes)
    }

    // MARK: Perturbations

    private func perturb() {
        guard step < scenario.faultSteps else { return heal() }
        while let input = arrivals.next(by: step) { send(input) }
        while let next = perturbations.first, next.step <= step {
            perturbations.removeFirst()
            trace.add(UInt64(next.step))
            apply(next)
        }
    }

    /// Ends all faults: everybody is started, nothing is held back, and event time comes to its end.
    private func heal() {
        isHealing = true
        faults = []
        while let input = arrivals.next(by: .max) { send(input) }
        sendLastTicks()
        for channel in channels {
            channel.requestsHeldUntil = 0
            channel.answersHeldUntil = 0
        }
        for process in processes {
            if process.isReplaced { kill(process, disk: .keepsBuffers, how: "replaced") }
            process.life?.trap = nil
            process.life?.resume()
            process.life?.refusedSends = 0
            if process.restartAt != nil { process.restartAt = now }
        }
    }

    func arm(_ fault: ArmedFault) { faults.append(fault) }

    private func fault(for request: Request, _ channel: Channel) -> ArmedFault.Action? {
        guard !faults.isEmpty, !channel.isOrphan else { return nil }
        let process = channel.life.process.index
        guard let index = faults.firstIndex(where: { $0.process == process && $0.fits(request.header.api) }) else {
            return nil
        }
        return faults.remove(at: index).action
    }

    private func meet(_ fault: ArmedFault.Action, _ request: Request, _ channel: Channel) {
        switch fault {
        case .refuse(let refusal):
            counts.perturbations["answer \(refusal.error) to \(refusal.api)", default: 0] += 1
            if refusal.isApplied {
                hand(request)
                channel.replaceAnswer(with: request.body.refusal(refusal.error))
            } else {
                channel.answer(request.body.refusal(refusal.error))
            }
        case .loseAnswer(let milliseconds):
            hand(request)
            channel.answersHeldUntil = now + milliseconds
            cut(channel, applying: false)
        case .cut(let applied):
            if applied { hand(request) }
            cut(channel, applying: false)
        }
    }

    func delay(_ life: Life, answers: Int64, requests: Int64) {
        for channel in channels where channel.life === life {
            if answers > 0 { channel.answersHeldUntil = now + answers }
            if requests > 0 { channel.requestsHeldUntil = now + requests }
        }
    }

    func noteMarkers() { mayHaveMarkers = scenario.delaysMarkers }

    // MARK: The wire

    private func deliver() {
        guard let channel = pick(wires.deliverable, { $0.canDeliver(at: now) }) else { return }
        counts[.deliveries] += 1
        let request = channel.deliver()
        trace.add(channel.id.value << 16 | UInt64(UInt16(bitPattern: request.header.api.rawValue)))
        if let fault = fault(for: request, channel) {
            return meet(fault, request, channel)
        }
        hand(request)
    }

    private func hand(_ request: Request) {
        switch request.header.api {
        case .endTxn, .initProducerId: mayHaveMarkers = scenario.delaysMarkers
        default: break
        }
        dispatch(broker.handle(request, at: now))
        if request.header.api == .endTxn { audit.checkOffsets(self) }
    }

    private func dispatch(_ effects: [Effect]) {
        for effect in effects {
            switch effect {
            case .reply(let connection, let body): channelsByID[connection.value]?.answer(body)
            case .done: break
            case .close(_, let reason): fail(Violation(.noFailure, "the broker closed a connection: \(reason)"))
            }
        }
    }

    private func answer() {
        guard let channel = pick(wires.answerable, { $0.canAnswer(at: now) }) else { return }
        counts[.answers] += 1
        trace.add(channel.id.value)
        channel.complete()
    }

    private func cut(_ channel: Channel, applying: Bool) {
        // What is applied is applied now: no request of a lost connection overtakes one of the next.
        if applying, channel.underWay == nil, !channel.outgoing.isEmpty { hand(channel.deliver()) }
        channelsByID[channel.id.value] = nil
        dispatch(broker.disconnected(channel.id, at: now))
        channel.cut(newID: newConnection())
        channelsByID[channel.id.value] = channel
    }

    private func writeMarker() {
        let markers = broker.pendingMarkers
        guard !markers.isEmpty else {
            mayHaveMarkers = false
            return
        }
        counts[.markers] += 1
        broker.writeMarker(markers[chance.below(markers.count)])
        if markers.count == 1 { mayHaveMarkers = false }
        dispatch(broker.tick(at: now))
        audit.checkOffsets(self)
    }

    /// A question that nothing disturbs and that takes no time.
    func ask(_ body: RequestBody, version: Int16) -> ResponseBody? {
        let monitor = ConnectionID(0)
        let effects = broker.handle(
            Request(
                connection: monitor,
                header: RequestHeader(api: body.api, version: version, correlationID: 0, clientID: "monitor"),
                body: body), at: now)
        var answer: ResponseBody?
        for case .reply(let connection, let body) in effects where connection == monitor { answer = body }
        dispatch(effects)
        return answer
    }

    // MARK: Time

    func passTime(_ milliseconds: Int64) {
        now += milliseconds
        dispatch(broker.tick(at: now))
        if broker.configuration.markerDelayMs != nil {
            mayHaveMarkers = mayHaveMarkers || !broker.pendingMarkers.isEmpty
        }
        var hasClosed = false
        for client in clients {
            if client.isClosed || client.life.isDead {
                hasClosed = true
            } else if client.nextDeadline <= now, !client.life.areClientsStalled(at: now) {
                client.serve()
            }
        }
        if hasClosed { clients.removeAll { $0.isClosed || $0.life.isDead } }
    }

    /// Goes to the next time at which anything happens.
    private func jump() {
        guard let next = nextEvent() else { return fail(Violation(.finishes, "nothing can happen any more")) }
        passTime(max(1, next - now))
    }

    private func nextEvent() -> Int64? {
        var next = broker.nextDeadline ?? .max
        for client in clients where !client.isClosed && !client.life.isDead {
            next = min(next, max(client.nextDeadline, client.life.clientsStalledUntil))
        }
        for process in processes {
            if let restart = process.restartAt { next = min(next, restart) }
            guard let life = process.life else { continue }
            if life.stalledUntil > now { next = min(next, life.stalledUntil) }
            for loop in process.loops where !loop.isOnStack && !loop.hasEnded {
                next = min(next, max(loop.wakesAt, life.stalledUntil))
            }
        }
        if let top = deadlines.last(where: { !$0.life.isDead && $0.at < .max }) {
            next = min(next, max(top.at, top.life.stalledUntil))
        }
        for channel in wires.deliverable { next = min(next, channel.requestsHeldUntil) }
        for channel in wires.answerable {
            next = min(next, max(channel.answersHeldUntil, channel.life.clientsStalledUntil))
        }
        return next == .max ? nil : next
    }

    // MARK: Processes

    private func boot() {
        for process in processes {
            guard let time = process.restartAt, time <= now else { continue }
            start(process)
        }
    }

    private func start(_ process: SimulatedProcess) {
        counts[.restarts] += 1
        let life = Life(process)
        let stop = StopFlag()
        process.disk.refusal = { [weak self, weak life] operation, path in
            guard let self, let life else { return nil }
            return self.touchDisk(life, operation, path)
        }
        do {
            let loops = try scenario.stages.indices.map { stage in
                SimulatedLoop(
                    life: life, stage: stage,
                    task: try scenario.makeLoop(stage: stage, process: process, life: life, stop: stop, world: self))
            }
            process.begin(life, loops, stop)
        } catch {
            fail(Violation(.noFailure, "a loop cannot be made: \(error)"))
        }
    }

    private func touchDisk(_ life: Life, _ operation: MemoryDisk.Operation, _ path: String) -> StateStoreError? {
        switch operation {
        case .delete: if !scenario.expectsContradictions { fail(Violation(.noStoreWiped, "\(path) was wiped")) }
        case .write:
            if !life.diskDelays.isEmpty { sleep(life, life.diskDelays.removeFirst()) }
            _ = spring(life, .atDisk, nil)
            // It may have died meanwhile, and what it holds of the disk is not its own any more.
            if life.isDead { return .failed(operation: "write", message: "the process died") }
        case .open, .flush: break
        }
        return nil
    }

    func kill(_ process: SimulatedProcess, disk: DiskAfterCrash, how: String) {
        guard let life = process.life else { return }
        counts.crashes[how, default: 0] += 1
        trace.add(UInt64(process.index) << 8 | UInt64(disk.rawValue))
        life.end()
        for channel in channels where channel.life === life {
            channel.abandon(keepingRequests: chance.oneIn(2))
        }
        switch disk {
        case .keepsBuffers, .wiped: process.disk.crash(keepingMemtable: true)
        case .losesBuffers: process.disk.crash(keepingMemtable: false)
        case .losesSome: process.disk.crash { _, batches in self.chance.below(batches + 1) }
        }
        if disk == .wiped { process.replaceDisk() }
        process.ended()
        if !process.isRetired { process.restartAt = now + restartDelay() }
    }

    private func restartDelay() -> Int64 { Int64(chance.oneIn(3) ? chance.below(20_000) : chance.below(300)) }

    private func runTurn() {
        guard !runnable.isEmpty else { return }
        let loop = runnable[chance.below(runnable.count)]
        counts[.turns] += 1
        if depth > 0 { counts[.nestedTurns] += 1 }
        trace.add(UInt64(loop.life.process.index) << 8 | UInt64(loop.stage))
        depth += 1
        loop.isOnStack = true
        run(loop)
        loop.isOnStack = false
        depth -= 1
    }

    private func run(_ loop: SimulatedLoop) {
        let process = loop.life.process
        do {
            if process.isDraining {
                if loop.isStarted { try loop.task.drain() }
                end(loop)
            } else if loop.isStarted {
                try loop.task.turn()
            } else {
                try loop.task.start()
                loop.isStarted = true
            }
        } catch {
            failed(loop, error)
        }
    }

    private func failed(_ loop: SimulatedLoop, _ failure: any Error) {
        guard !loop.life.isDead, violation == nil else { return }
        loop.isStarted = false
        // It finds out that another has its place; fighting for it would be the supervisor's mistake.
        if loop.life.process.isReplaced { return kill(loop.life.process, disk: .keepsBuffers, how: "replaced") }
        do {
            try loop.task.recover(from: failure)
            counts[.incarnations] += 1
        } catch {
            giveUp(loop, error)
        }
    }

    private func giveUp(_ loop: SimulatedLoop, _ failure: any Error) {
        guard !loop.life.isDead, violation == nil else { return }
        counts[.exits] += 1
        if let violation = audit.judge(failure, self) { return fail(violation) }
        let process = loop.life.process
        kill(process, disk: .keepsBuffers, how: "gave up")
    }

    private func end(_ loop: SimulatedLoop) {
        guard !loop.life.isDead else { return }
        loop.task.closeStores()
        loop.hasEnded = true
        let process = loop.life.process
        guard process.loops.allSatisfy(\.hasEnded) else { return }
        for channel in channels where channel.life === loop.life { channel.abandon(keepingRequests: true) }
        process.ended()
        if !process.isRetired { process.restartAt = now + (isHealing ? 0 : restartDelay()) }
    }
}
