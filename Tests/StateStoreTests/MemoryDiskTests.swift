import StateStore
import Testing

/// A store on a disk in memory: what a crash keeps, what it loses, and that the dead change nothing.
struct MemoryDiskTests {
    private let disk = MemoryDisk()

    private func open(_ settings: StateStoreSettings = StateStoreSettings()) throws -> StateStore {
        try StateStore(directory: "store", on: disk, settings: settings)
    }

    private func write(_ number: UInt64, to store: StateStore) throws {
        store.put(.named("last"), [UInt8(truncatingIfNeeded: number)], timer: Int64(number))
        store.put(.named("\(number % 5)"), [1], timer: nil)
        if number % 3 == 0 { store.delete(.named("\((number + 2) % 5)")) }
        try store.commit(.number(number), incarnation: number == 1 ? [7] : nil)
    }

    @Test(
        "a crash keeps the oldest batches of the write buffer, each whole or not at all",
        arguments: 0..<200)
    func crashes(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var states: [[StateKey: StateEntry]] = [[:]]
        // The last that no crash may lose.
        var durable = 0
        var store = try open()
        for _ in 0..<40 {
            switch Int.random(in: 0..<10, using: &random) {
            case ..<6:
                try write(UInt64(states.count), to: store)
                states.append(try store.committed())
            case ..<7:
                try store.flush()
                durable = states.count - 1
            case ..<8:
                store.close()
                store = try open()
                durable = states.count - 1
            default:
                store.put(.named("open"), [1], timer: nil)
                let keep = Int.random(in: 0...2, using: &random)
                disk.crash { _, batches in [0, Int.random(in: 0...batches, using: &random), batches][keep] }
                store = try open()
                let found = Int(store.progress?.transactionNumber ?? 0)
                #expect(found >= durable)
                #expect(keep != 2 || found == states.count - 1)
                #expect(try store.committed() == states[found])
                #expect(try store.drainedTimers().map(\.due) == (found == 0 ? [] : [Int64(found)]))
                states.removeSubrange((found + 1)...)
                durable = found
            }
        }
    }

    @Test func aCrashWithoutTheBufferFindsTheLastFlush() throws {
        for keeps in [true, false] {
            let store = try open()
            try write(1, to: store)
            try store.flush()
            try write(2, to: store)
            disk.crash(keepingMemtable: keeps)
            #expect(try open().progress?.transactionNumber == (keeps ? 2 : 1))
            try StateStore.destroy(directory: "store", on: disk)
            #expect(disk.directories.isEmpty)
        }
    }

    @Test func aFullBufferGoesToTheDiskByItself() throws {
        var settings = StateStoreSettings()
        settings.writeBufferBytes = 200
        let store = try open(settings)
        for number in UInt64(1)...20 { try write(number, to: store) }
        disk.crash(keepingMemtable: false)
        #expect(try open().progress?.transactionNumber ?? 0 > 15)
    }

    @Test func aStoreThatWasOpenInACrashIsDead() throws {
        let dead = try open()
        try write(1, to: dead)
        try dead.flush()
        disk.crash(keepingMemtable: true)
        let store = try open()
        dead.put(.named("late"), [1], timer: nil)
        #expect(throws: StateStoreError.self) { try dead.commit(.number(9)) }
        #expect(throws: StateStoreError.self) { try dead.flush() }
        #expect(throws: StateStoreError.self) { try dead.get(.named("never read")) }
        #expect(throws: StateStoreError.self) { try dead.wipe() }
        try write(2, to: store)
        dead.close()
        #expect(throws: StateStoreError.self) { _ = try open() }
        disk.crash(keepingMemtable: false)
        #expect(try open().progress?.transactionNumber == 1, "the end of a dead store flushes nothing")
    }

    @Test func oneStoreHoldsADirectoryAtATime() throws {
        var settings = StateStoreSettings()
        settings.owner = "the first"
        let store = try open(settings)
        #expect(throws: StateStoreError.locked(by: "the first")) { _ = try open() }
        #expect(throws: StateStoreError.locked(by: "the first")) {
            try StateStore.destroy(directory: "store", on: disk)
        }
        store.close()
        _ = try open()
        _ = try open()
    }

    @Test func whatTheDiskRefusesIsNotDone() throws {
        let store = try open()
        try write(1, to: store)
        let full = StateStoreError.failed(operation: "write", message: "full")
        disk.refusal = { operation, path in operation == .write && path == "store" ? full : nil }
        store.put(.named("last"), [9], timer: nil)
        #expect(throws: full) { try store.commit(.number(2)) }
        #expect(store.progress?.transactionNumber == 1)
        disk.refusal = nil
        try store.commit(.number(2))
        store.close()
        #expect(try open().get(.named("last"))?.value == [9])
    }
}
