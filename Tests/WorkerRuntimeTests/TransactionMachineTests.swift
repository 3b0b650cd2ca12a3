import Testing

@testable import WorkerRuntime

@Suite("The transaction machine")
struct TransactionMachineTests {
    private func open(_ machine: inout TransactionMachine, at now: Int64 = 0) {
        #expect(machine.willDecide(at: now) == .begin)
    }

    @Test(
        "ends on the first of: drained, interval, records, bytes",
        arguments: [
            (1, 0, true, Int64(1), TransactionMachine.Action.commit),
            (1, 0, false, 99, .proceed),
            (1, 0, false, 100, .commit),
            (19_999, 0, false, 1, .proceed),
            (20_000, 0, false, 1, .commit),
            (1, (32 << 20) - 1, false, 1, .proceed),
            (1, 32 << 20, false, 1, .commit),
        ])
    func ends(records: Int, bytes: Int, drained: Bool, at: Int64, expected: TransactionMachine.Action) {
        var machine = TransactionMachine()
        open(&machine)
        #expect(machine.decided(records: records, overlayBytes: bytes, drained: drained, at: at) == expected)
    }

    @Test("begins lazily: once, at the first work")
    func begins() {
        var machine = TransactionMachine()
        open(&machine)
        #expect(machine.willDecide(at: 5) == .proceed)
        #expect(machine.draining() == .commit)
        machine.committed()
        #expect(machine.draining() == .proceed, "an idle worker has nothing to end")
    }

    @Test("a revoke commits what is whole, and aborts what is lost")
    func revokes() {
        var machine = TransactionMachine()
        #expect(machine.revoking(lost: false) == .proceed)
        open(&machine)
        #expect(machine.revoking(lost: false) == .commit)
        machine.committed()
        open(&machine)
        #expect(machine.revoking(lost: true) == .abort(backoffMilliseconds: 0))
        machine.aborted()
        #expect(machine.state == .idle)
    }

    @Test("aborts without progress halve the step until one record stands alone, then it is poison")
    func isolates() {
        var machine = TransactionMachine()
        var limits: [Int] = []
        var aborts = 0
        while !machine.isolatesPoison {
            open(&machine, at: Int64(aborts))
            guard case .abort = machine.failed(.abortRequired) else {
                Issue.record("no abort")
                return
            }
            machine.aborted()
            limits.append(machine.stepLimit)
            aborts += 1
            #expect(aborts < 30)
        }
        #expect(limits.first == 2_000, "once may be chance")
        #expect(limits.last == 1)
        #expect(zip(limits, limits.dropFirst()).allSatisfy { $0 >= $1 })
        open(&machine)
        #expect(machine.decided(records: 1, overlayBytes: 0, drained: false, at: 0) == .commit, "one by one now")
        machine.committed()
        #expect(machine.stepLimit == 2_000)
        #expect(!machine.isolatesPoison)
    }

    @Test("aborts for a lost place in the group make no record poison, and halve nothing")
    func placeLost() {
        var machine = TransactionMachine()
        for _ in 0..<100 {
            open(&machine)
            #expect(machine.failed(.placeLost) == .abort(backoffMilliseconds: 50))
            machine.aborted()
            #expect(machine.stepLimit == 2_000)
            #expect(!machine.isolatesPoison)
        }
        open(&machine)
        _ = machine.failed(.placeLost)
        #expect(machine.failed(.placeLost) == .restart(backoffMilliseconds: 50), "an abort that fails is fatal")
    }

    @Test("fatal failures restart with growing waits, then the process ends; a commit forgives")
    func restarts() {
        var machine = TransactionMachine()
        var waits: [Int64] = []
        for _ in 0..<5 {
            guard case .restart(let wait) = machine.failed(.fatal) else {
                Issue.record("no restart")
                return
            }
            waits.append(wait)
            machine.restarted()
        }
        #expect(waits == [50, 100, 200, 400, 800])
        #expect(machine.failed(.fatal) == .exit)
        machine.restarted()
        open(&machine)
        _ = machine.draining()
        machine.committed()
        #expect(machine.failed(.fatal) == .restart(backoffMilliseconds: 50))
    }

    @Test("an abort that fails is fatal")
    func failedAbort() {
        var machine = TransactionMachine()
        open(&machine)
        _ = machine.failed(.abortRequired)
        #expect(machine.failed(.abortRequired) == .restart(backoffMilliseconds: 50))
    }

    @Test("any sequence of events keeps to the legal states", arguments: 0..<50)
    func random(seed: UInt64) {
        var random = TestRandom(seed: seed)
        var machine = TransactionMachine()
        for now in 0..<2_000 {
            switch machine.state {
            case .idle:
                switch random.next() % 4 {
                case 0: #expect(machine.revoking(lost: random.next() % 2 == 0) == .proceed)
                default: #expect(machine.willDecide(at: Int64(now)) == .begin)
                }
            case .open:
                switch random.next() % 5 {
                case 0: _ = machine.revoking(lost: random.next() % 2 == 0)
                case 1: _ = machine.failed(.abortRequired)
                case 2: _ = machine.draining()
                default:
                    _ = machine.decided(
                        records: Int(random.next() % 4_000), overlayBytes: 0, drained: random.next() % 3 == 0,
                        at: Int64(now))
                }
            case .committing:
                if random.next() % 4 == 0 { _ = machine.failed(.abortRequired) } else { machine.committed() }
            case .aborting: if random.next() % 9 == 0 { _ = machine.failed(.fatal) } else { machine.aborted() }
            case .broken: machine.restarted()
            }
            #expect(machine.stepLimit >= 1 && machine.stepLimit <= 2_000)
        }
    }
}
