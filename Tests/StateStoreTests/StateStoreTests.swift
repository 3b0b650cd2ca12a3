import Testing

@testable import StateStore

/// The store's plain duties.
struct StateStoreTests {
    private let directory: TemporaryDirectory
    private let store: StateStore

    init() throws {
        directory = try TemporaryDirectory()
        store = try StateStore(directory: directory.path("store"), settings: StateStoreSettings())
    }

    @Test func writesAreSeenAtOnceAndKeptByTheCommitAlone() throws {
        let key = StateKey.named("a")
        #expect(try store.get(key) == nil)
        store.put(key, [1], timer: 5, eventTime: 4)
        #expect(try store.get(key) == StateEntry(value: [1], timer: 5, eventTime: 4))
        #expect(try store.committed().isEmpty)
        store.discard()
        #expect(try store.get(key) == nil)
        store.put(key, [2], timer: nil)
        try store.commit(.number(1))
        store.delete(key)
        #expect(try store.get(key) == nil)
        #expect(try store.committed()[key]?.value == [2])
        store.discard()
        #expect(try store.get(key)?.value == [2])
    }

    /// 5 MB is more than a write buffer, and more than the block cache has for it.
    @Test func keysAndValuesOfEverySize() throws {
        let keys = [0, 1, 300, 70_000].map { StateKey(table: 239, key: [UInt8](repeating: 0xAB, count: $0)) }
        let values = [0, 1, 4_096, 5_000_000].map { [UInt8](repeating: 0xCD, count: $0) }
        for (key, value) in zip(keys, values) { store.put(key, value, timer: Int64(value.count)) }
        for _ in 0..<2 {
            for (key, value) in zip(keys, values) {
                #expect(try store.get(key) == StateEntry(value: value, timer: Int64(value.count)))
            }
            #expect(try store.scanned(table: 239).map(\.key) == keys)
            try store.commit(.number(1))
        }
        #expect(try store.drainedTimers().map(\.key) == keys)
        store.close()
        let again = try StateStore(directory: directory.path("store"), settings: StateStoreSettings())
        #expect(try again.get(keys[3])?.value == values[3])
    }

    @Test func changesAreTheLastWritesInKeyOrder() throws {
        store.put(.named("b"), [1], timer: nil)
        store.put(.named("a", table: 2), [1], timer: nil)
        store.put(.named("b"), [2], timer: 7)
        store.delete(.named("c"))
        #expect(store.changes().map(\.key) == [.named("b"), .named("c"), .named("a", table: 2)])
        store.put(.named("a"), [1], timer: nil)
        store.put(.named("c"), [3], timer: nil)
        store.delete(.named("b"))
        let changes = store.changes()
        #expect(changes.map(\.key) == [.named("a"), .named("b"), .named("c"), .named("a", table: 2)])
        #expect(changes.map { $0.entry?.value } == [[1], nil, [3], [1]])
        for change in changes { #expect(change.value == change.entry.map(StateEnvelope.encode)) }
    }

    @Test func changesOfManyKeysAreSortedHoweverTheyCome() {
        var random = SeededGenerator(seed: 5)
        var keys: Set<StateKey> = []
        for _ in 0..<60 {
            // Large and small lots between two questions, with long common beginnings.
            for _ in 0..<[1, 2, 40].randomElement(using: &random)! {
                let tail = (0..<Int.random(in: 0...3, using: &random)).map { _ in
                    UInt8.random(in: 0...2, using: &random)
                }
                let key = StateKey(
                    table: 1, key: [UInt8](repeating: 7, count: Int.random(in: 6...17, using: &random)) + tail)
                store.put(key, [], timer: nil)
                keys.insert(key)
            }
            let expected = keys.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
            #expect(store.changes().map(\.key) == expected)
        }
    }

    @Test func theOverlayIsCounted() throws {
        #expect(store.overlayBytes == 0)
        #expect(!store.isDirty)
        store.put(.named("a"), [UInt8](repeating: 1, count: 1_000), timer: nil)
        let one = store.overlayBytes
        #expect(one > 1_000)
        store.put(.named("a"), [UInt8](repeating: 1, count: 3_000), timer: nil)
        #expect(store.overlayBytes == one + 2_000)
        store.delete(.named("a"))
        #expect(store.overlayBytes == one - 1_000)
        #expect(store.overlayCount == 1)
        #expect(store.isDirty)
        store.delete(.named("b"))
        #expect(store.overlayCount == 2)
        try store.commit(.number(1))
        #expect(store.overlayBytes == 0)
        #expect(store.overlayCount == 0)
        #expect(!store.isDirty)
    }

    @Test func aCommitWithoutWritesMovesTheProgress() throws {
        try store.commit(.number(1))
        try store.commit(.number(2))
        #expect(store.progress == .number(2))
        store.close()
        let again = try StateStore(directory: directory.path("store"), settings: StateStoreSettings())
        #expect(again.progress == .number(2))
        #expect(again.incarnation == nil)
    }

    @Test func equalContentsHaveEqualDigests() throws {
        let other = try StateStore(directory: directory.path("other"), settings: StateStoreSettings())
        #expect(try store.contentDigest() == other.contentDigest())
        store.put(.named("a"), [1], timer: 1)
        try store.commit(.number(1))
        #expect(try store.contentDigest() != other.contentDigest())
        other.put(.named("a"), [1], timer: nil)
        other.put(.named("b"), [1], timer: nil)
        try other.commit(.number(8))
        #expect(try store.contentDigest() != other.contentDigest())
        other.put(.named("a"), [1], timer: 1)
        other.delete(.named("b"))
        try other.commit(.number(9))
        #expect(try store.contentDigest() == other.contentDigest())
    }

    @Test func storesShareACache() throws {
        var settings = StateStoreSettings()
        let cache = SharedBlockCache(capacityBytes: 4 << 20)
        settings.blockCache = cache
        settings.entryCacheBytes = 0
        for name in ["one", "two"] {
            let shared = try StateStore(directory: directory.path(name), settings: settings)
            for index in 0..<2_000 { shared.put(.named("\(index)"), [UInt8](repeating: 1, count: 200), timer: nil) }
            try shared.commit(.number(1))
            try shared.flush()
            let before = cache.usedBytes
            for index in 0..<2_000 { _ = try shared.get(.named("\(index)")) }
            #expect(cache.usedBytes > before)
            #expect(shared.statistics.tableFileBytes > 0)
            shared.close()
        }
    }

    @Test func errorsReadWell() {
        let rows: [(StateStoreError, String)] = [
            (.locked(by: "pid 7 on host"), "state directory is in use: pid 7 on host"),
            (.corrupt(key: [1, 0xAB], .checksum), "corrupt state under key 01ab: checksum"),
            (.damaged(operation: "read", message: "Corruption: x"), "RocksDB files are damaged (read): Corruption: x"),
            (.unsupportedFormat(found: 2, supported: 1), "state directory has format 2, this program reads 1"),
            (.failed(operation: "write", message: "full"), "state store could not write: full"),
        ]
        for (error, text) in rows { #expect("\(error)" == text) }
        let long = "\(StateStoreError.corrupt(key: [UInt8](repeating: 0, count: 100), .magic))"
        #expect(long.hasSuffix("… (100 bytes): magic"))
    }
}
