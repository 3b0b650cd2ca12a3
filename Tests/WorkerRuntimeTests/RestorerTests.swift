import Kafka
import StateStore
import Testing

@testable import WorkerRuntime

@Suite("Restores of several partitions, one of which begins again while another goes on")
struct RestorerTests {
    private let broker = StandInBroker()
    private let reader: StandInReader
    private let restorer: Restorer<StandInReader>
    private let disk = MemoryDisk()

    init() {
        reader = StandInReader(broker)
        restorer = Restorer(changelog: "changelog", reader: reader, plantedFaults: [])
    }

    private func name(_ partition: Int32) -> TopicPartition {
        TopicPartition(topic: "changelog", partition: partition)
    }

    private func add(_ key: String, to partition: Int32) {
        let change = ChangelogRecord.encode(
            .entry(StateKey(table: 1, key: Array(key.utf8)), StateEntry(value: Array(key.utf8))))
        _ = broker.add(
            OwnedRecord(
                topicPartition: name(partition), offset: 0, timestampMilliseconds: 0, key: change.key,
                value: change.value))
        broker.end(.committed)
    }

    private func store(_ directory: String) throws -> StateStore {
        try StateStore(directory: directory, on: disk, settings: StateStoreSettings())
    }

    private func keys(_ store: StateStore) throws -> [String] {
        var keys: [String] = []
        try store.forEachCommitted { key, _ in keys.append(String(decoding: key.key, as: UTF8.self)) }
        return keys
    }

    /// Advances until the partition is done; the other stays behind.
    private func advance(to partition: Int32) throws {
        for _ in 0..<20 {
            if try restorer.advance(timeoutMilliseconds: 0).contains(partition) { return }
        }
        Issue.record("partition \(partition) is not restored")
    }

    @Test("a store that was wiped is restored from the beginning, whatever was read already")
    func wiped() throws {
        for key in ["a", "b", "c"] { add(key, to: 0) }
        add("z", to: 1)
        let first = try store("0")
        reader.held = [name(1)]
        try restorer.begin([0: first, 1: try store("1")])
        try advance(to: 0)
        try first.wipe()
        try restorer.begin([0: first])
        try advance(to: 0)
        #expect(try keys(first) == ["a", "b", "c"])
    }

    @Test("a store that comes back goes on where it stands, not where the reader has come to")
    func cameBack() throws {
        add("a", to: 0)
        add("z", to: 1)
        let first = try store("0")
        reader.held = [name(1)]
        try restorer.begin([0: first, 1: try store("1")])
        try advance(to: 0)
        // Another owner adds to it, and the reader, which still has it, reads on for nobody.
        add("b", to: 0)
        for _ in 0..<3 { _ = try restorer.advance(timeoutMilliseconds: 0) }
        try restorer.begin([0: first])
        try advance(to: 0)
        #expect(try keys(first) == ["a", "b"])
    }

    @Test("what is being restored meanwhile goes on, and reads nothing twice")
    func goesOn() throws {
        for key in ["a", "b", "c", "d", "e", "f", "g", "h"] { add(key, to: 0) }
        add("z", to: 1)
        let first = try store("0")
        try restorer.begin([0: first])
        #expect(try restorer.advance(timeoutMilliseconds: 0) == [])
        let position = try #require(reader.position(name(0)))
        #expect(position > 0)
        try restorer.begin([1: try store("1")])
        #expect(reader.position(name(0)) == position)
        try advance(to: 0)
        #expect(try keys(first) == ["a", "b", "c", "d", "e", "f", "g", "h"])
    }
}
