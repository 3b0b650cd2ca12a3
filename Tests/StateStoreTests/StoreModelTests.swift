import StateStore
import Testing

/// The store against the model, in random runs of everything a runtime does with it, on RocksDB and in memory.
struct StoreModelTests {
    /// Where a run's store keeps what was committed.
    enum Medium: CaseIterable {
        case files, memory
    }

    /// Small caches and buffers, so that entries are evicted and tables written within a run.
    static let runs: [(seed: UInt64, entryCacheBytes: Int, writeAheadLog: Bool)] =
        (1...24).map { seed in (seed, [0, 2_000, 8 << 20][Int(seed % 3)], seed % 4 != 0) }

    @Test(arguments: runs, Medium.allCases)
    func storeDoesAsTheModel(
        _ run: (seed: UInt64, entryCacheBytes: Int, writeAheadLog: Bool), on medium: Medium
    ) throws {
        var settings = StateStoreSettings()
        settings.entryCacheBytes = run.entryCacheBytes
        settings.writeAheadLog = run.writeAheadLog
        settings.writeBufferBytes = 64 << 10
        settings.schemaVersion = UInt32(run.seed)
        var player = try Player(seed: run.seed, settings: settings, medium: medium)
        for _ in 0..<1_500 { try player.step() }
        try player.finish()
    }

    /// Plays the same moves on both sides and compares after each.
    private struct Player {
        let directory: TemporaryDirectory
        let disk: MemoryDisk?
        let settings: StateStoreSettings
        var random: SeededGenerator
        var store: StateStore
        var model = StoreModel()
        var now: Int64 = -40
        var progress: Progress?
        var changelog: [RestoredRecord] = []
        var digest = ChangeDigest.initial
        var restores = 0

        init(seed: UInt64, settings: StateStoreSettings, medium: Medium) throws {
            self.settings = settings
            directory = try TemporaryDirectory()
            random = SeededGenerator(seed: seed)
            disk =
                switch medium {
                case .files: nil
                case .memory: MemoryDisk()
                }
            store = try StateStore(directory: directory.path("store"), on: disk, settings: settings)
        }

        private func open(_ name: String) throws -> StateStore {
            try StateStore(directory: directory.path(name), on: disk, settings: settings)
        }

        mutating func step() throws {
            switch Int.random(in: 0..<1_000, using: &random) {
            case ..<350: put(randomKey())
            case ..<450: delete(randomKey())
            case ..<700: try fire()
            case ..<770: try commit()
            case ..<800: discard()
            case ..<806: try reopen()
            case ..<808: try store.flush()
            case ..<811: try restore()
            default: try compareReads()
            }
            try compareTimer()
            #expect(store.isDirty == !model.written.isEmpty)
            #expect(store.overlayCount == model.written.count)
        }

        mutating func finish() throws {
            try commit()
            try reopen()
            try restore()
            #expect(try store.drainedTimers() == model.timers(of: model.committed))
            store.close()
        }

        mutating func put(_ key: StateKey) {
            let value = (0..<Int.random(in: 0...80, using: &random)).map { _ in UInt8.random(in: 0...9, using: &random)
            }
            let timer = random.chance(60) ? now + Int64.random(in: -20...60, using: &random) : nil
            let eventTime = random.chance(30) ? now : nil
            store.put(key, value, timer: timer, eventTime: eventTime)
            let entry = StateEntry(
                value: value, timer: timer, eventTime: eventTime, schemaVersion: settings.schemaVersion)
            model.put(key, entry)
        }

        mutating func delete(_ key: StateKey) {
            store.delete(key)
            model.delete(key)
        }

        /// Time goes on, and what is due is handled: put again with or without a timer, deleted, or left for later.
        mutating func fire() throws {
            now += Int64.random(in: 0...12, using: &random)
            for _ in 0..<Int.random(in: 0...6, using: &random) {
                try compareTimer()
                guard let timer = model.nextTimer(notAfter: now) else { return }
                if random.chance(50) { put(timer.key) } else { delete(timer.key) }
            }
        }

        mutating func commit() throws {
            let changes = store.changes()
            #expect(changes == model.changes)
            #expect(store.changes() == changes)
            digest = ChangeDigest.next(after: digest, changes: changes, streamTime: now)
            changelog += store.changelogRecords()
            var next = Progress.number((progress?.transactionNumber ?? 0) + 1)
            next.digest = digest
            next.streamTime = now
            changelog.append(ChangelogRecord.encode(.progress(next)))
            next.resumeOffset = Int64(changelog.count)
            try store.commit(next)
            progress = next
            model.commit()
            #expect(store.progress == next)
            #expect(store.overlayBytes == 0)
        }

        mutating func discard() {
            store.discard()
            model.discard()
        }

        mutating func reopen() throws {
            model.discard()
            store.close()
            store = try open("store")
            #expect(store.progress == progress)
            #expect(try store.committed() == model.committed)
        }

        /// A store made of the changelog alone takes the place of the one that wrote it.
        mutating func restore() throws {
            guard let progress else { return }
            restores += 1
            discard()
            let restored = try open("restored-\(restores)")
            var offset = 0
            while offset < changelog.count {
                let end = Swift.min(offset + Int.random(in: 1...400, using: &random), changelog.count)
                try restored.applyRestored(Array(changelog[offset..<end]), resumeOffset: Int64(end))
                offset = end
            }
            #expect(restored.progress == progress)
            #expect(try restored.committed() == model.committed)
            #expect(try restored.contentDigest() == store.contentDigest())
            #expect(try restored.drainedTimers() == model.timers(of: model.committed))
            guard random.chance(50) else { return restored.close() }
            store.close()
            try StateStore.destroy(directory: directory.path("store"), on: disk)
            restored.close()
            restores += 1
            store = try open("store")
            try store.applyRestored(changelog, resumeOffset: Int64(changelog.count))
        }

        func compareTimer() throws {
            let found = try store.nextTimer(notAfter: now).map { DueTimer(due: $0.due, key: $0.key) }
            #expect(found == model.nextTimer(notAfter: now))
        }

        mutating func compareReads() throws {
            let key = randomKey()
            #expect(try store.get(key) == model.open[key])
            let table = randomTable()
            let prefix = randomBytes(upTo: 2)
            let from = random.chance(30) ? prefix + randomBytes(upTo: 2) : nil
            let limit = random.chance(50) ? Int.max : Int.random(in: 0...5, using: &random)
            let found = try store.scanned(table: table, prefix: prefix, from: from, limit: limit)
            #expect(found == model.scan(table: table, prefix: prefix, from: from, limit: limit))
        }

        mutating func randomTable() -> UInt8 { [1, 2, 239].randomElement(using: &random)! }

        mutating func randomBytes(upTo count: Int) -> [UInt8] {
            (0..<Int.random(in: 0...count, using: &random)).map { _ in
                [0, 1, 0x7F, 0xFF].randomElement(using: &random)!
            }
        }

        mutating func randomKey() -> StateKey { StateKey(table: randomTable(), key: randomBytes(upTo: 3)) }
    }
}
