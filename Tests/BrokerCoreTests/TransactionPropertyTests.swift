import KafkaProtocol
import Testing

@testable import BrokerCore

/// Random interleavings of producers that share and lose transactional ids, against the plain model.
@Suite struct TransactionPropertyTests {
    /// One client: it believes to be a producer of an id, rightly or not.
    struct Client {
        var id: String
        var producer: ProducerIdentity?
        var sequences: [Int32: Int32] = [:]
    }

    /// One schedule: a world, its model and the clients.
    struct Run {
        let seed: UInt64
        let world: TransactionWorld
        var model: TransactionModel
        var random: SplitMix
        var clients = [Client(id: "a"), Client(id: "a"), Client(id: "b")]
        var values = 0
        /// Milliseconds that markers are delayed; nil not at all.
        let delay: Int64?
        static let scanMs: Int64 = 100

        init(seed: UInt64) {
            self.seed = seed
            random = SplitMix(state: seed)
            let delay: Int64? = [nil, 40, 100_000][Int(seed % 3)]
            self.delay = delay
            world = TransactionWorld {
                $0.markerDelayMs = delay
                $0.transactionTimeoutScanMs = Self.scanMs
            }
            model = TransactionModel(isDelayed: delay != nil, now: world.now)
        }

        mutating func step() {
            let index = Int.random(in: 0..<clients.count, using: &random)
            guard let producer = clients[index].producer, !random.oneIn(12) else { return initialize(index) }
            let id = clients[index].id
            let version = { (api: ApiKey, random: inout SplitMix) in
                Int16.random(in: api.validVersions, using: &random)
            }
            switch Int.random(in: 0..<20, using: &random) {
            case 0..<3:
                let partitions = Set((0..<3).filter { _ in Bool.random(using: &random) }.map { Int32($0) })
                let version = version(.addPartitionsToTxn, &random)
                let answer = world.add(partitions.sorted(), to: id, producer, version: version)
                let expected = older(model.add(partitions, groups: [], to: id, producer), version, 2)
                #expect(answer == partitions.map { _ in expected }, "\(seed)")
            case 3..<5:
                let group = random.pick(["g", "h"])
                let version = version(.addOffsetsToTxn, &random)
                let answer = world.addOffsets(of: group, to: id, producer, version: version)
                #expect(answer == older(model.add([], groups: [group], to: id, producer), version, 2), "\(seed)")
            case 5..<11: produce(index, producer)
            case 11..<14:
                let group = random.pick(["g", "h"])
                let partition = Int32.random(in: 0..<2, using: &random)
                values += 1
                let answer = world.commitOffset(
                    Int64(values), partition, group: group, id, producer,
                    version: Int16.random(in: 0...3, using: &random))
                #expect(answer == model.commitOffset(Int64(values), partition, group: group, id, producer), "\(seed)")
            case 14..<17:
                let committed = Bool.random(using: &random)
                let version = version(.endTxn, &random)
                let answer = world.end(id, producer, committed: committed, version: version)
                #expect(answer == older(model.end(id, producer, committed: committed), version, 2), "\(seed)")
            case 17: writeMarker()
            case 18: pass(Int64.random(in: 0..<60, using: &random))
            default:
                if random.oneIn(3) { pass(Int64.random(in: 0..<2_500, using: &random)) } else { restart() }
            }
        }

        private func older(_ error: ErrorCode, _ version: Int16, _ first: Int16) -> ErrorCode {
            error == .producerFenced && version < first ? .invalidProducerEpoch : error
        }

        private mutating func initialize(_ index: Int) {
            let expecting = random.oneIn(3) ? clients[index].producer : nil
            let timeout = Int64.random(in: 200...2_000, using: &random)
            let version = Int16.random(in: (expecting == nil ? 0 : 3)...5, using: &random)
            let answer = world.initialize(
                clients[index].id, expecting: expecting, timeoutMs: Int32(timeout), version: version)
            var expected = model.initialize(clients[index].id, expecting: expecting, timeoutMs: timeout)
            expected.error = older(expected.error, version, 4)
            #expect(answer == expected, "\(seed)")
            // Some answers are lost: the client goes on as whom it was, and may ask again.
            guard answer.error == .none, answer.producer != clients[index].producer, !random.oneIn(5) else { return }
            clients[index].producer = answer.producer
            clients[index].sequences = [:]
        }

        private mutating func produce(_ index: Int, _ producer: ProducerIdentity) {
            let partition = Int32.random(in: 0..<3, using: &random)
            values += 1
            let sequence = clients[index].sequences[partition, default: 0]
            let text = "v\(values)"
            let answer = world.produce(text, partition, clients[index].id, producer, sequence: sequence)
            #expect(answer == model.produce(text, partition, clients[index].id, producer), "\(seed)")
            if answer == .none { clients[index].sequences[partition] = sequence + 1 }
        }

        private mutating func writeMarker() {
            guard let marker = world.broker.pendingMarkers.randomElement(using: &random) else { return }
            world.write(marker)
            model.writeMarker(marker.transactionalID, marker.target)
        }

        /// Time moves in steps so small that a scan for time-outs and a marker's delay fall into one each.
        private mutating func pass(_ milliseconds: Int64) {
            let end = world.now + milliseconds
            repeat {
                let due = min(end, max(world.now, world.broker.transactionDeadline ?? end))
                let scans = !world.broker.transactions.open.isEmpty && world.broker.transactions.nextScan <= due
                let ids = world.broker.transactions.markersDue(at: due)
                world.wait(due - world.now)
                model.now = world.now
                for id in ids { model.complete(id) }
                if scans { model.abortTimedOut() }
            } while world.now < end
        }

        private mutating func restart() {
            let other = world.replayed()
            #expect(other.snapshot() == world.broker.snapshot(), "\(seed)")
            let third = Broker(world.broker.configuration)
            for change in other.snapshot() { third.apply(change) }
            #expect(third.snapshot() == other.snapshot(), "\(seed)")
            world.restart(fromSnapshot: Bool.random(using: &random))
        }

        func compare() {
            for partition in 0..<3 as Range<Int32> {
                let committed = world.read(partition, committed: true)
                #expect(committed.values == model.values(partition, committed: true), "\(seed)")
                #expect(committed.lastStable == Int64(model.lastStable(partition)), "\(seed)")
                let all = world.read(partition, committed: false)
                #expect(all.values == model.values(partition, committed: false), "\(seed)")
                #expect(all.end == Int64(model.logs[Int(partition)].count), "\(seed)")
            }
            for group in ["g", "h"] {
                for partition in 0..<2 as Range<Int32> {
                    for stable in [false, true] {
                        let seen = world.offset(partition, group: group, stable: stable)
                        #expect(seen == model.offset(partition, group: group, stable: stable), "\(seed)")
                    }
                }
            }
            for (id, known) in model.ids { #expect(world.state(id) == known.state, "\(seed)") }
        }

        /// Ends all there is, after which every value is seen by every reader or by none.
        mutating func finish() {
            for (id, known) in model.ids.sorted(by: { $0.key < $1.key }) where known.state == .ongoing {
                #expect(world.end(id, known.producer, committed: true) == .none, "\(seed)")
                _ = model.end(id, known.producer, committed: true)
            }
            while !world.broker.pendingMarkers.isEmpty { writeMarker() }
            compare()
            var seen: Set<Int> = []
            var hidden: Set<Int> = []
            for partition in 0..<3 as Range<Int32> {
                let read = world.read(partition, committed: true)
                #expect(read.lastStable == read.end, "\(seed)")
                let committed = Set(read.values)
                #expect(committed.count == read.values.count, "\(seed): a value twice")
                for case .record(let text, let transaction) in model.logs[Int(partition)] {
                    if committed.contains(text) { seen.insert(transaction) } else { hidden.insert(transaction) }
                }
            }
            #expect(seen.isDisjoint(with: hidden), "\(seed): a transaction is both committed and aborted")
        }
    }

    struct SplitMix: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }

        mutating func oneIn(_ count: Int) -> Bool { Int.random(in: 0..<count, using: &self) == 0 }
        mutating func pick<Element>(_ choices: [Element]) -> Element {
            choices[Int.random(in: 0..<choices.count, using: &self)]
        }
    }

    @Test("three producers on two ids, three partitions, two groups", arguments: 0..<12 as Range<UInt64>)
    func interleavings(block: UInt64) {
        var fates: Set<TransactionModel.Fate> = []
        for seed in block * 10..<(block + 1) * 10 {
            var run = Run(seed: seed)
            for _ in 0..<120 {
                run.step()
                run.compare()
            }
            run.finish()
            fates.formUnion(run.model.fates)
        }
        #expect(fates == [.committed, .aborted], "schedules that end nothing test nothing")
    }

    @Test("the recorded changes move each id along its legal transitions only")
    func transitions() {
        for seed in 1_000..<1_030 as Range<UInt64> {
            var run = Run(seed: seed)
            for _ in 0..<150 { run.step() }
            var states: [String: TransactionRecord.State] = [:]
            for case .transaction(let record) in run.world.changes {
                if let before = states[record.id] {
                    #expect(before.successors.contains(record.state), "\(seed): \(before) to \(record.state)")
                } else {
                    #expect(record.state == .empty)
                }
                states[record.id] = record.state
            }
        }
    }

    @Test("requests full of extremes are answered, and the broker lives on")
    func hostile() {
        var random = SplitMix(state: 77)
        for round in 0..<30 {
            let world = TransactionWorld {
                $0.transactionalIDLimit = 3
                $0.markerDelayMs = [nil, 0, .max][round % 3]
                $0.transactionTimeoutScanMs = [0, 1, .max][round % 3]
                $0.transactionalIDExpirationMs = [0, .max, 5][round % 3]
            }
            for _ in 0..<150 {
                let id = random.pick(["", "a", "b", "c", "d", String(repeating: "x", count: 30_000)])
                let number = random.pick([0, 1, 2, -1, .min, .max] as [Int64])
                let epoch = random.pick([0, 1, 2, -1, .min, .max] as [Int16])
                let producer = ProducerIdentity(id: number, epoch: epoch)
                let partition = random.pick([0, 1, 2, -1, .max, .min] as [Int32])
                switch Int.random(in: 0..<9, using: &random) {
                case 0...1: _ = world.initialize(id, timeoutMs: random.pick([1, 900_000, .min, .max]))
                case 2: _ = world.initialize(id, expecting: producer)
                case 3: _ = world.add([partition, 0], to: id, producer, version: random.pick([0, 3, 4, 5]))
                case 4: _ = world.addOffsets(of: id, to: id, producer)
                case 5: _ = world.commitOffset(number, partition, group: id, id, producer, generation: partition)
                case 6: _ = world.end(id, producer, committed: random.oneIn(2))
                case 7: _ = world.produce("v", partition, id, producer, sequence: partition)
                default:
                    var record = TransactionRecord(
                        id: "d", producerID: number, epoch: epoch, timeoutMs: partition,
                        state: random.pick(TransactionRecord.State.allCases), changedAt: number)
                    record.startedAt = random.pick([.min, .max, 0])
                    world.broker.apply(.transaction(record))
                    world.broker.apply(.producerIDsUsed(next: random.pick([number, 0])))
                    world.restart()
                }
                world.wait(random.pick([0, 1, 1_000_000]))
                _ = world.broker.transactionDeadline
                for marker in world.broker.pendingMarkers where random.oneIn(2) { world.write(marker) }
            }
            #expect(world.broker.transactions.count <= 4)
            #expect(world.read(0, committed: true).lastStable >= 0)
        }
    }
}
