import Foundation
import Testing

@testable import StateStore

/// What a kill, a torn file and a wrong file leave behind.
struct DurabilityTests {
    private let directory: TemporaryDirectory
    private var settings = StateStoreSettings()

    init() throws {
        directory = try TemporaryDirectory()
        settings.writeBufferBytes = 64 << 10
    }

    private func open(_ name: String = "store") throws -> StateStore {
        try StateStore(directory: directory.path(name), settings: settings)
    }

    /// A copy of the files as they are: what a killed process leaves, since the kernel keeps what was written.
    ///
    /// RocksDB's threads may be at work; a copy counts if the files were the same before and after.
    private func copy(_ name: String, to other: String) throws {
        for _ in 0..<1_000 {
            let before = try sizes("\(name)/rocksdb")
            try? FileManager.default.removeItem(atPath: directory.path(other))
            let isWhole =
                (try? FileManager.default.copyItem(atPath: directory.path(name), toPath: directory.path(other))) != nil
            if isWhole, try sizes("\(name)/rocksdb") == before { return }
        }
        Issue.record("the files never stand still")
    }

    private func sizes(_ name: String) throws -> [String: Int] {
        var sizes: [String: Int] = [:]
        for file in try directory.files(name) {
            let attributes = try? FileManager.default.attributesOfItem(atPath: directory.path("\(name)/\(file)"))
            sizes[file] = attributes?[.size] as? Int ?? -1
        }
        return sizes
    }

    @Test func filesTakenAtAnyTimeOpenAtTheLastCommit() throws {
        let store = try open()
        for round in 1...UInt64(5) {
            try Ledger.fill(store, transactions: round * 100...round * 100 + 60)
            store.put(.named("1"), [1], timer: nil)
            try copy("store", to: "killed-\(round)")
            store.discard()
            let killed = try open("killed-\(round)")
            #expect(try Ledger.transaction(of: killed) == round * 100 + 60)
        }
    }

    @Test func withoutLogAKillLeavesAnOlderCommit() throws {
        var settings = settings
        settings.writeAheadLog = false
        let store = try StateStore(directory: directory.path("store"), settings: settings)
        try Ledger.fill(store, transactions: 1...30)
        try store.flush()
        try Ledger.fill(store, transactions: 31...40)
        try copy("store", to: "killed")
        let killed = try open("killed")
        #expect(try Ledger.transaction(of: killed) == 30)
        store.close()
        #expect(try Ledger.transaction(of: open()) == 40)
    }

    /// A log torn at any byte opens at a committed transaction, never between two and never not at all.
    @Test func aTornLogOpensAtACommit() throws {
        let store = try open()
        try Ledger.fill(store, transactions: 1...12)
        try copy("store", to: "whole")
        let log = try #require(directory.files("whole/rocksdb").last { $0.hasSuffix(".log") })
        let whole = try Data(contentsOf: URL(fileURLWithPath: directory.path("whole/rocksdb/\(log)")))
        var found: Set<UInt64> = []
        for count in stride(from: 0, through: whole.count, by: Swift.max(1, whole.count / 150)) {
            try copy("whole", to: "torn-\(count)")
            try whole.prefix(count).write(to: URL(fileURLWithPath: directory.path("torn-\(count)/rocksdb/\(log)")))
            let torn = try open("torn-\(count)")
            found.insert(try Ledger.transaction(of: torn))
            // It goes on from there as if nothing had been.
            try Ledger.fill(torn, transactions: 500...500)
            torn.close()
            #expect(try Ledger.transaction(of: open("torn-\(count)")) == 500)
            try FileManager.default.removeItem(atPath: directory.path("torn-\(count)"))
        }
        #expect(found.count >= 12)
        #expect(found.isSubset(of: Set(0...12)))
    }

    @Test func oneHolderAtATime() throws {
        let store = try StateStore(
            directory: directory.path("deep/er/store"),
            settings: {
                var s = settings; s.owner = "worker-7"; return s
            }())
        for _ in 0..<2 {
            let error = #expect(throws: StateStoreError.self) { _ = try open("deep/er/store") }
            guard case .locked(let owner) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(owner.contains("pid \(ProcessInfo.processInfo.processIdentifier) "))
            #expect(owner.hasSuffix("as worker-7"))
            #expect(error?.isCuredByRestore == false)
        }
        #expect(throws: StateStoreError.self) { try StateStore.destroy(directory: directory.path("deep/er/store")) }
        try store.wipe()
        #expect(throws: StateStoreError.self) { _ = try open("deep/er/store") }
        store.close()
        store.close()
        try open("deep/er/store").close()
        try StateStore.destroy(directory: directory.path("deep/er/store"))
        try StateStore.destroy(directory: directory.path("deep/er/store"))
        #expect(!FileManager.default.fileExists(atPath: directory.path("deep/er/store")))
    }

    /// Another process is kept out, and the lock of a dead one is not in the way.
    @Test func theLockIsTheKernels() throws {
        let store = try open()
        let lock = directory.path("store/owner.lock")
        func lockFromOutside() throws -> Int32 {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/flock")
            process.arguments = ["--nonblock", "--conflict-exit-code", "9", lock, "true"]
            try process.run()
            process.waitUntilExit()
            return process.terminationStatus
        }
        #expect(try lockFromOutside() == 9)
        store.close()
        #expect(try lockFromOutside() == 0)
    }

    @Test func aStoreLeftOpenIsClosedWithItsObject() throws {
        do {
            let store = try open()
            try Ledger.fill(store, transactions: 1...3)
        }
        #expect(try Ledger.transaction(of: open()) == 3)
    }

    @Test func wipeLeavesNothing() throws {
        let store = try open()
        try Ledger.fill(store, transactions: 1...3)
        store.put(.named("1"), [], timer: 1)
        _ = try store.get(.named("2"))
        try store.commit(.number(4), incarnation: [7])
        store.put(.named("x"), [], timer: 1)
        try store.wipe()
        #expect(!store.isDirty)
        #expect(store.progress == nil)
        #expect(store.incarnation == nil)
        #expect(store.resumeOffset == nil)
        #expect(try store.get(.named("2")) == nil)
        #expect(try store.nextTimer(notAfter: .max) == nil)
        #expect(try store.committed().isEmpty)
        try Ledger.fill(store, transactions: 9...9)
        store.close()
        #expect(try directory.files("store") == ["owner.lock", "rocksdb"])
        #expect(try Ledger.transaction(of: open()) == 9)
    }

    /// A kill in the middle of a wipe leaves the discarded files; the next open deletes them.
    @Test func leftoversOfAWipeAreDeleted() throws {
        let store = try open()
        try Ledger.fill(store, transactions: 1...3)
        store.close()
        try FileManager.default.moveItem(
            atPath: directory.path("store/rocksdb"), toPath: directory.path("store/rocksdb.discarded"))
        #expect(try Ledger.transaction(of: open()) == 0)
        #expect(try directory.files("store") == ["owner.lock", "rocksdb"])
    }

    @Test func damagedFilesAreReported() throws {
        let store = try open()
        try Ledger.fill(store, transactions: 1...3)
        store.close()
        let table = try #require(directory.files("store/rocksdb").first { $0.hasSuffix(".sst") })
        let path = directory.path("store/rocksdb/\(table)")
        var contents = try Data(contentsOf: URL(fileURLWithPath: path))
        for index in 0..<64 { contents[index] ^= 0xFF }
        try contents.write(to: URL(fileURLWithPath: path))
        let error = #expect(throws: StateStoreError.self) {
            let damaged = try open()
            _ = try damaged.get(.named("1"))
            _ = try damaged.contentDigest()
        }
        guard case .damaged(_, let message) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(message.hasPrefix("Corruption"))
        #expect(error?.isCuredByRestore == true)
        try StateStore.destroy(directory: directory.path("store"))
        #expect(try Ledger.transaction(of: open()) == 0)
    }

    /// A walk that comes upon a damaged block says so; it does not end as if there were no more.
    @Test func damageInTheMiddleDoesNotLookLikeTheEnd() throws {
        var random = SeededGenerator(seed: 8)
        var settings = StateStoreSettings()
        settings.entryCacheBytes = 0
        let store = try StateStore(directory: directory.path("store"), settings: settings)
        for index in 0..<2_000 {
            let value = (0..<100).map { _ in UInt8.random(in: 0...255, using: &random) }
            store.put(.named("\(index)"), value, timer: nil)
        }
        try store.commit(.number(1))
        store.close()
        let table = try #require(directory.files("store/rocksdb").first { $0.hasSuffix(".sst") })
        let url = URL(fileURLWithPath: directory.path("store/rocksdb/\(table)"))
        var contents = try Data(contentsOf: url)
        for index in contents.count / 2..<contents.count / 2 + 64 { contents[index] ^= 0xFF }
        try contents.write(to: url)
        let damaged = try StateStore(directory: directory.path("store"), settings: settings)
        let walks: [(StateStore) throws -> Void] = [
            { _ = try $0.contentDigest() }, { _ = try $0.committed() }, { _ = try $0.scanned() },
        ]
        for walk in walks {
            let error = #expect(throws: StateStoreError.self) { try walk(damaged) }
            #expect(error?.isCuredByRestore == true)
        }
    }

    @Test func aMissingFileIsReportedAndCured() throws {
        let store = try open()
        try Ledger.fill(store, transactions: 1...3)
        store.close()
        let table = try #require(directory.files("store/rocksdb").first { $0.hasSuffix(".sst") })
        try FileManager.default.removeItem(atPath: directory.path("store/rocksdb/\(table)"))
        let error = #expect(throws: StateStoreError.self) { _ = try open() }
        #expect(error?.isCuredByRestore == true, "\(String(describing: error))")
        try StateStore.destroy(directory: directory.path("store"))
        #expect(try Ledger.transaction(of: open()) == 0)
    }

    @Test func aDirectoryThatCannotBeMadeIsReported() throws {
        try Data().write(to: URL(fileURLWithPath: directory.path("file")))
        let error = #expect(throws: StateStoreError.self) { _ = try open("file/store") }
        guard case .failed = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(error?.isCuredByRestore == false)
    }

    /// What lies in RocksDB is distrusted like what lies in a topic.
    @Test func wrongBytesInRocksDBAreReported() throws {
        let good = StateEnvelope.encode(StateEntry(value: [1], timer: 5))
        var bad = good
        bad[9] ^= 1
        typealias Row = (
            name: String, key: [UInt8], value: [UInt8], expected: StateStoreError, read: (StateStore) throws -> Void
        )
        let rows: [Row] = [
            (
                "get", [1, 2], bad, .corrupt(key: [1, 2], .checksum),
                { _ = try $0.get(StateKey(table: 1, key: [2])) }
            ),
            ("scan", [1, 2], bad, .corrupt(key: [1, 2], .checksum), { _ = try $0.scanned() }),
            ("each", [1, 2], bad, .corrupt(key: [1, 2], .checksum), { _ = try $0.committed() }),
            (
                "commit", [1, 2], bad, .corrupt(key: [1, 2], .checksum),
                {
                    $0.delete(StateKey(table: 1, key: [2]))
                    try $0.commit(.number(1))
                }
            ),
            (
                "index", bytes("f2 8000000000000000"), [],
                .corrupt(key: bytes("f2 8000000000000000"), .notCanonical),
                { _ = try $0.nextTimer(notAfter: 9) }
            ),
            (
                "index of no table", bytes("f2 8000000000000000 f0"), [],
                .corrupt(key: bytes("f2 8000000000000000 f0"), .notCanonical),
                { _ = try $0.nextTimer(notAfter: 9) }
            ),
            ("progress", [0xF0], bad, .corrupt(key: [0xF0], .magic), { _ in }),
            ("incarnation", [0xF1], [], .corrupt(key: [0xF1], .truncated), { _ in }),
            ("resume offset", [0xF3, 2], [0], .corrupt(key: [0xF3, 2], .truncated), { _ in }),
            ("format", [0xF3, 1], [9, 0, 0, 0], .unsupportedFormat(found: 9, supported: 1), { _ in }),
            ("format bytes", [0xF3, 1], [9, 0, 0, 0, 0], .corrupt(key: [0xF3, 1], .trailingBytes), { _ in }),
        ]
        for row in rows {
            try open(row.name).close()
            try write([(row.key, row.value)], into: row.name)
            #expect(throws: row.expected, "\(row.name)") { try row.read(open(row.name)) }
            try StateStore.destroy(directory: directory.path(row.name))
            try open(row.name).close()
        }
    }

    @Test func aDatabaseOfSomebodyElseIsRefused() throws {
        _ = try StateDirectory(path: directory.path("store"), owner: "")
        try write([([1, 2], [3])], into: "store")
        #expect(throws: StateStoreError.unsupportedFormat(found: 0, supported: 1)) { _ = try open() }
    }

    /// An index key without its entry, and one at a wrong time, are passed over and then gone.
    @Test func theEntryIsTheTruthNotTheIndex() throws {
        try open().close()
        let strays = [TimerPosition(due: 3, keyBytes: [1, 1]), TimerPosition(due: 4, keyBytes: [1, 2])]
        try write(
            strays.map { ($0.indexKey, []) } + [([1, 2], StateEnvelope.encode(StateEntry(value: [], timer: 8)))],
            into: "store")
        let store = try open()
        #expect(try store.drainedTimers() == [DueTimer(due: 8, key: StateKey(table: 1, key: [2]))])
        _ = try store.nextTimer(notAfter: 5)
        try store.commit(.number(1))
        #expect(try store.drainedTimers() == [DueTimer(due: 8, key: StateKey(table: 1, key: [2]))])
        store.close()
        #expect(try indexKeys("store") == [TimerPosition(due: 8, keyBytes: [1, 2])])
    }

    /// What is moved, withdrawn, deleted or fired does not stay behind in the index.
    @Test func theIndexHoldsNoMoreThanTheTimers() throws {
        let store = try open()
        let names = ["earlier", "later", "withdrawn", "deleted", "fired", "kept", "moved and fired"]
        for name in names { store.put(.named(name), [], timer: 100) }
        try store.commit(.number(1))
        store.put(.named("earlier"), [], timer: 90)
        store.put(.named("later"), [], timer: 110)
        store.put(.named("withdrawn"), [], timer: nil)
        store.delete(.named("deleted"))
        store.put(.named("fired"), [], timer: 10)
        store.put(.named("moved and fired"), [], timer: 120)
        try store.commit(.number(2))
        #expect(try store.nextTimer(notAfter: 10)?.due == 10)
        store.delete(.named("fired"))
        try store.commit(.number(3))
        // The time of what was moved to later stays until it comes; then it is where the timer is.
        #expect(try indexOf(store) == [90: ["earlier"], 100: ["kept", "later", "moved and fired"]])
        while let (due, key) = try store.nextTimer(notAfter: 120) {
            if due == 120 || key == .named("earlier") { store.delete(key) } else { store.put(key, [], timer: 200) }
        }
        try store.commit(.number(4))
        #expect(try indexOf(store) == [200: ["kept", "later"]])
    }

    /// The index as RocksDB holds it, read from a copy.
    private func indexOf(_ store: StateStore) throws -> [Int64: [String]] {
        try copy("store", to: "copy")
        let positions = try indexKeys("copy")
        return Dictionary(grouping: positions, by: \.due).mapValues { positions in
            positions.map { String(decoding: $0.keyBytes.dropFirst(), as: UTF8.self) }
        }
    }

    /// Writes past the store.
    private func write(_ pairs: [([UInt8], [UInt8])], into name: String) throws {
        let database = try RocksDatabase(path: directory.path("\(name)/rocksdb"), options: RocksOptions(settings))
        let batch = RocksBatch()
        for (key, value) in pairs { batch.put(key, value) }
        try database.write(batch)
    }

    private func indexKeys(_ name: String) throws -> [TimerPosition] {
        let database = try RocksDatabase(path: directory.path("\(name)/rocksdb"), options: RocksOptions(settings))
        return try Database.rocks(database).withIterator(from: [0xF2], to: [0xF3], caching: false) { iterator in
            var found: [TimerPosition] = []
            while try iterator.isOnPair() {
                found.append(try #require(TimerPosition(indexKey: iterator.key)))
                iterator.advance()
            }
            return found
        }
    }
}
