import Testing

@testable import StateStore

/// Timers: in order over overlay and RocksDB, in force exactly while their entry says so.
struct TimerTests {
    private let directory: TemporaryDirectory
    private let store: StateStore

    init() throws {
        directory = try TemporaryDirectory()
        store = try StateStore(directory: directory.path("store"), settings: StateStoreSettings())
    }

    private func put(_ name: String, _ timer: Int64?) { store.put(.named(name), [], timer: timer) }

    private func next(_ now: Int64) throws -> DueTimer? {
        try store.nextTimer(notAfter: now).map { DueTimer(due: $0.due, key: $0.key) }
    }

    private func timer(_ due: Int64, _ name: String) -> DueTimer { DueTimer(due: due, key: .named(name)) }

    private var everything: [DueTimer] {
        get throws { try store.drainedTimers() }
    }

    @Test func bothSourcesAreMergedByDueTimeAndThenByKey() throws {
        put("b", 10)
        put("d", 10)
        put("f", 20)
        try store.commit(.number(1))
        put("a", 10)
        put("c", 10)
        put("e", 15)
        put("g", 5)
        let expected = [
            timer(5, "g"), timer(10, "a"), timer(10, "b"), timer(10, "c"), timer(10, "d"), timer(15, "e"),
            timer(20, "f"),
        ]
        #expect(try next(4) == nil)
        #expect(try next(5) == expected[0])
        try store.commit(.number(2))
        #expect(try everything == expected)
    }

    @Test func dueTimesSortAsSignedNumbers() throws {
        let dues: [Int64] = [.min, -1_000, -1, 0, 1, 255, 256, 1_000, .max]
        for due in dues.shuffled() { put("\(due)", due) }
        #expect(try everything.isEmpty == false)
        for due in dues.shuffled() { put("\(due)", due) }
        try store.commit(.number(1))
        #expect(try everything == dues.map { timer($0, "\($0)") })
        #expect(try next(.min) == timer(.min, "-9223372036854775808"))
    }

    enum Move: CaseIterable { case none, earlier, later, same, withdrawn, deleted }

    /// Each way to change a timer, over each other one, in the overlay and in RocksDB, kept and dropped.
    @Test(arguments: Move.allCases, Move.allCases)
    func theLastWriteCounts(_ first: Move, _ second: Move) throws {
        for commitsBetween in [false, true] {
            for meetsBetween in [false, true] {
                put("k", 100)
                put("other", 300)
                try store.commit(.number(1))
                var expected: Int64? = 100
                for (step, move) in [first, second].enumerated() {
                    expected = apply(move, to: expected)
                    if meetsBetween { _ = try next(200) }
                    if commitsBetween, step == 0 { try store.commit(.number(2)) }
                }
                let timers = [expected.map { timer($0, "k") }, timer(300, "other")].compactMap { $0 }.sorted()
                #expect(try next(.max) == timers.first)
                try store.commit(.number(3))
                #expect(try everything == timers, "commits \(commitsBetween), meets \(meetsBetween)")
                store.delete(.named("k"))
                store.delete(.named("other"))
                try store.commit(.number(4))
                #expect(try everything == [])
            }
        }
    }

    private func apply(_ move: Move, to timer: Int64?) -> Int64? {
        switch move {
        case .none: return timer
        case .earlier: put("k", (timer ?? 100) - 40)
        case .later: put("k", (timer ?? 100) + 90)
        case .same: put("k", timer)
        case .withdrawn: put("k", nil)
        case .deleted: store.delete(.named("k"))
        }
        switch move {
        case .none, .same: return timer
        case .earlier: return (timer ?? 100) - 40
        case .later: return (timer ?? 100) + 90
        case .withdrawn, .deleted: return nil
        }
    }

    @Test func discardBringsCommittedTimersBack() throws {
        for name in ["a", "b", "c"] { put(name, 10) }
        try store.commit(.number(1))
        store.delete(.named("a"))
        put("b", 30)
        put("c", 1)
        put("d", 2)
        #expect(try next(5) == timer(1, "c"))
        store.discard()
        #expect(try next(5) == nil)
        #expect(try everything == [timer(10, "a"), timer(10, "b"), timer(10, "c")])
    }

    /// A timer pushed back again and again is met once at its first time, and fires at its last.
    @Test func timerMovedToLaterFiresInItsOrder() throws {
        put("moved", 10)
        put("x", 15)
        put("y", 40)
        try store.commit(.number(1))
        put("moved", 20)
        try store.commit(.number(2))
        put("moved", 30)
        try store.commit(.number(3))
        #expect(try next(14) == nil)
        #expect(try next(35) == timer(15, "x"))
        store.delete(.named("x"))
        #expect(try next(29) == nil)
        #expect(try next(35) == timer(30, "moved"))
        store.discard()
        #expect(try everything == [timer(15, "x"), timer(30, "moved"), timer(40, "y")])
        // The same when the time that was passed has been committed away.
        #expect(try next(12) == nil)
        put("z", 50)
        try store.commit(.number(4))
        #expect(try everything == [timer(15, "x"), timer(30, "moved"), timer(40, "y"), timer(50, "z")])
    }

    @Test func aMovedTimerIsForgottenWithItsTransaction() throws {
        put("k", 10)
        try store.commit(.number(1))
        put("k", 20)
        try store.commit(.number(2))
        // Met at 10, and now waiting in memory for its turn at 20.
        #expect(try next(25) == timer(20, "k"))
        try store.applyRestored(
            [ChangelogRecord.encode(.tombstone(.named("k")))], resumeOffset: 9)
        #expect(try next(25) == nil)
    }

    @Test func aRestoredTimerBeforeAllOthersIsFound() throws {
        put("k", 50)
        try store.commit(.number(1))
        #expect(try next(60) == timer(50, "k"))
        try store.commit(.number(2))
        let restored = ChangelogRecord.entry(.named("early"), StateEntry(value: [], timer: 10))
        try store.applyRestored([ChangelogRecord.encode(restored)], resumeOffset: 3)
        #expect(try everything == [timer(10, "early"), timer(50, "k")])
    }

    @Test func moreTimersThanAWindowFireInOrder() throws {
        var random = SeededGenerator(seed: 3)
        var expected: [DueTimer] = []
        for index in 0..<1_000 {
            let due = Int64.random(in: 0...50, using: &random)
            put("\(index)", due)
            expected.append(timer(due, "\(index)"))
            if index % 300 == 299 { try store.commit(.number(1)) }
        }
        #expect(try everything == expected.sorted())
        #expect(try everything == expected.prefix(900).sorted())
        try store.applyRestored([], resumeOffset: 1)
        #expect(try everything == expected.prefix(900).sorted())
    }

    /// A handler that moves one timer without end does not fill memory.
    @Test func heapIsBoundedByTheWrites() {
        var overlay = StateOverlay()
        let index = overlay.append(.named("k"), slot: 0, nil)
        for step in 0..<100_000 {
            overlay.replace(index, with: StateEntry(value: [], timer: Int64(step % 7)))
        }
        #expect(overlay.timerCount < 200)
    }

    @Test func heapSortsAsAnArrayDoes() {
        var random = SeededGenerator(seed: 9)
        for count in 0..<60 {
            let timers = (0..<count).map { _ in
                TimerHeap.Timer(
                    due: Int64.random(in: -3...3, using: &random),
                    key: .named("\(Int.random(in: 0...9, using: &random))"), write: nil)
            }
            var heap = TimerHeap()
            for timer in timers { heap.insert(timer) }
            var sorted: [TimerHeap.Timer] = []
            while let first = heap.first {
                sorted.append(first)
                heap.removeFirst()
            }
            #expect(sorted == timers.sorted())
        }
    }

    @Test func indexKeysSortAsTimersDo() throws {
        var random = SeededGenerator(seed: 4)
        let positions = (0..<300).map { _ in
            TimerPosition(
                due: [.min, -256, -1, 0, 1, 256, .max].randomElement(using: &random) ?? 0,
                keyBytes: (0...Int.random(in: 0...2, using: &random)).map { _ in UInt8.random(in: 1...3, using: &random)
                })
        }
        let byIndexKey = positions.sorted { $0.indexKey.lexicographicallyPrecedes($1.indexKey) }
        #expect(byIndexKey == positions.sorted())
        for position in positions { #expect(TimerPosition(indexKey: position.indexKey) == position) }
        #expect(TimerPosition(due: -2, keyBytes: [1, 0xAA]).indexKey == bytes("f2 7ffffffffffffffe 01aa"))
        for short in [[], [0xF2], bytes("f2 7ffffffffffffffe"), bytes("f1 7ffffffffffffffe 01")] {
            #expect(TimerPosition(indexKey: short) == nil)
        }
    }
}
