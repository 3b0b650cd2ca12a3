import StateStore
import Testing

/// Scans: overlay and RocksDB as one ordered table.
struct ScanTests {
    private let directory: TemporaryDirectory
    private let store: StateStore

    init() throws {
        directory = try TemporaryDirectory()
        store = try StateStore(directory: directory.path("store"), settings: StateStoreSettings())
    }

    private func put(_ names: String...) {
        for name in names { store.put(.named(name), [UInt8](name.utf8), timer: nil) }
    }

    private func names(
        prefix: String = "", from: String? = nil, limit: Int = .max, table: UInt8 = 1
    ) throws -> [String] {
        try store.scanned(
            table: table, prefix: [UInt8](prefix.utf8), from: from.map { [UInt8]($0.utf8) }, limit: limit
        ).map { String(decoding: $0.key.key, as: UTF8.self) }
    }

    @Test func overlayIsMergedAndHidesWhatItReplaces() throws {
        put("a", "b", "c", "e")
        try store.commit(.number(1))
        store.put(.named("b"), [9], timer: nil)
        store.delete(.named("c"))
        store.delete(.named("never"))
        put("d", "f")
        #expect(try names() == ["a", "b", "d", "e", "f"])
        #expect(try store.scanned()[1].entry?.value == [9])
        store.discard()
        #expect(try names() == ["a", "b", "c", "e"])
    }

    @Test func rangesAreExact() throws {
        put("", "a", "aa", "ab", "ab1", "b")
        store.put(.named("other", table: 2), [], timer: nil)
        store.put(StateKey(table: 3, key: [0xFF]), [], timer: nil)
        store.put(StateKey(table: 3, key: [0xFF, 0xFF, 1]), [], timer: nil)
        store.put(StateKey(table: 4, key: []), [], timer: nil)
        for _ in 0..<2 {
            #expect(try names() == ["", "a", "aa", "ab", "ab1", "b"])
            #expect(try names(prefix: "a") == ["a", "aa", "ab", "ab1"])
            #expect(try names(prefix: "ab") == ["ab", "ab1"])
            #expect(try names(prefix: "c") == [])
            #expect(try names(prefix: "a", from: "ab") == ["ab", "ab1"])
            #expect(try names(prefix: "ab", from: "a") == ["ab", "ab1"])
            #expect(try names(prefix: "a", from: "b") == [])
            #expect(try names(limit: 2) == ["", "a"])
            #expect(try names(limit: 0) == [])
            #expect(try names(table: 2) == ["other"])
            #expect(try store.scanned(table: 3, prefix: [0xFF]).count == 2)
            #expect(try store.scanned(table: 3, prefix: [0xFF, 0xFF]).count == 1)
            #expect(try store.scanned(table: 239).isEmpty)
            try store.commit(.number(1))
        }
    }

    @Test func aScanShowsTheStateAsItBegan() throws {
        put("a", "b", "c")
        try store.commit(.number(1))
        put("d")
        var seen: [String] = []
        try store.scan(table: 1, prefix: [], limit: 10) { key, _ in
            seen.append(String(decoding: key.key, as: UTF8.self))
            store.delete(key)
            put("b2", "d2")
            #expect(try store.get(key) == nil)
            if seen.count == 2 { try store.commit(.number(2)) }
            return true
        }
        #expect(seen == ["a", "b", "c", "d"])
        #expect(try names() == ["b2", "d2"])
    }

    @Test func theBodyEndsTheScan() throws {
        put("a", "b")
        try store.commit(.number(1))
        put("c")
        var seen = 0
        try store.scan(table: 1, prefix: [], limit: 10) { _, _ in
            seen += 1
            return seen < 2
        }
        #expect(seen == 2)
        struct Stop: Error {}
        #expect(throws: Stop.self) { try store.scan(table: 1, prefix: [], limit: 10) { _, _ in throw Stop() } }
        #expect(throws: Stop.self) { try store.forEachCommitted { _, _ in throw Stop() } }
        // No iterator is left behind: the store can be wiped and closed.
        try store.wipe()
        #expect(try names() == [])
        store.close()
    }
}
