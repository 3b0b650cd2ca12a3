import StateStore
import Testing

/// Restoring from a changelog: the same store as the one that wrote it.
struct RestoreTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func open(_ name: String = "store") throws -> StateStore {
        try StateStore(directory: directory.path(name), settings: StateStoreSettings())
    }

    private func entry(_ name: String, _ value: UInt8, timer: Int64? = nil) -> RestoredRecord {
        ChangelogRecord.encode(.entry(.named(name), StateEntry(value: [value], timer: timer)))
    }

    private func tombstone(_ name: String) -> RestoredRecord { ChangelogRecord.encode(.tombstone(.named(name))) }

    @Test func theLastRecordOfAKeyCounts() throws {
        let store = try open()
        try store.applyRestored(
            [
                entry("a", 1, timer: 5), entry("b", 1), entry("c", 1), entry("d", 1, timer: 50), tombstone("b"),
                entry("a", 2, timer: 9), tombstone("c"), entry("c", 3), entry("d", 2, timer: 40), tombstone("never"),
            ], resumeOffset: 10)
        try store.applyRestored([entry("d", 3, timer: 60)], resumeOffset: 11)
        let expected = [
            StateKey.named("a"): StateEntry(value: [2], timer: 9), .named("c"): StateEntry(value: [3]),
            .named("d"): StateEntry(value: [3], timer: 60),
        ]
        #expect(try store.committed() == expected)
        #expect(try store.drainedTimers().map(\.due) == [9, 60])
        #expect(store.resumeOffset == 11)
        #expect(store.progress == nil)
    }

    @Test func reservedRecordsAreTheStoresOwn() throws {
        let store = try open()
        let records: [ChangelogRecord] = [
            .incarnation([1, 2]), .progress(.number(1)), .entry(.named("a"), StateEntry(value: [])),
            .progress(.number(2)),
        ]
        try store.applyRestored(records.map(ChangelogRecord.encode), resumeOffset: 77)
        #expect(store.incarnation == [1, 2])
        #expect(store.progress == .number(2, resumeOffset: 77))
        #expect(try store.committed().count == 1)
        store.close()
        let again = try open()
        #expect(again.incarnation == [1, 2])
        #expect(again.progress == .number(2, resumeOffset: 77))
        try again.commit(.number(3, resumeOffset: 80), incarnation: [3])
        #expect(again.incarnation == [3])
        #expect(again.resumeOffset == 80)
    }

    @Test func aTailGoesOverWhatIsThere() throws {
        let writer = try open("writer")
        let reader = try open("reader")
        var records: [RestoredRecord] = []
        for number in UInt64(1)...20 {
            for index in 0..<50 where (UInt64(index) + number) % 3 == 0 {
                if (UInt64(index) * number) % 5 == 0 {
                    writer.delete(.named("\(index)"))
                } else {
                    writer.put(.named("\(index)"), [UInt8(number)], timer: Int64((UInt64(index) * number) % 40))
                }
            }
            records += writer.changelogRecords()
            records.append(ChangelogRecord.encode(.progress(.number(number))))
            try writer.commit(.number(number, resumeOffset: Int64(records.count)))
            guard number % 4 == 0 else { continue }
            let start = Int(reader.resumeOffset ?? 0)
            try reader.applyRestored(Array(records[start...]), resumeOffset: Int64(records.count))
            #expect(reader.progress == writer.progress)
            #expect(try reader.contentDigest() == writer.contentDigest())
            #expect(try reader.drainedTimers() == writer.drainedTimers())
        }
        // The standby takes over.
        reader.put(.named("new"), [1], timer: 1)
        try reader.commit(.number(21))
        #expect(try reader.contentDigest() != writer.contentDigest())
    }

    @Test func aRestoreCutShortGoesOnFromItsOffset() throws {
        let store = try open()
        let many = (0..<StateStore.restoredPerBatch * 2 + 10).map { entry("\($0)", 1, timer: Int64($0)) }
        var spoilt = many
        spoilt[StateStore.restoredPerBatch + 5].value?[9] ^= 1
        let bad = spoilt[StateStore.restoredPerBatch + 5].key
        try store.applyRestored([], resumeOffset: 3)
        #expect(throws: StateStoreError.corrupt(key: bad, .checksum)) {
            try store.applyRestored(spoilt, resumeOffset: 99_999)
        }
        // The batch before is there, the spoilt one is not, and the offset has not moved.
        #expect(try store.committed().count == StateStore.restoredPerBatch)
        #expect(store.resumeOffset == 3)
        store.close()
        let again = try open()
        try again.applyRestored(many, resumeOffset: 20_000)
        #expect(try again.committed().count == many.count)
        #expect(again.resumeOffset == 20_000)
        #expect(try again.drainedTimers().count == many.count)
    }

    @Test func everyRecordIsCheckedEvenWhenReplaced() throws {
        let store = try open()
        var spoilt = entry("a", 1)
        spoilt.value?[0] = 0
        #expect(throws: StateStoreError.corrupt(key: spoilt.key, .magic)) {
            try store.applyRestored([spoilt, entry("a", 2)], resumeOffset: 2)
        }
        for key in [[], [0], [0xF0, 1], [0xFF]] as [[UInt8]] {
            #expect(throws: StateStoreError.corrupt(key: key, .unknownReservedKey)) {
                try store.applyRestored([RestoredRecord(key: key, value: nil)], resumeOffset: 2)
            }
        }
        #expect(try store.committed().isEmpty)
        #expect(store.resumeOffset == nil)
    }

    @Test func whatWasReadBeforeIsReadAnew() throws {
        let store = try open()
        #expect(try store.get(.named("a")) == nil)
        try store.applyRestored([entry("a", 1, timer: 3)], resumeOffset: 1)
        #expect(try store.get(.named("a"))?.value == [1])
        #expect(try store.nextTimer(notAfter: 3)?.due == 3)
        try store.applyRestored([entry("a", 2, timer: 1)], resumeOffset: 2)
        #expect(try store.get(.named("a"))?.value == [2])
        #expect(try store.nextTimer(notAfter: 3)?.due == 1)
    }
}
