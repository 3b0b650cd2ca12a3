import BrokerCore
import Foundation
import Glibc
import KafkaProtocol
import Testing

@testable import EmbeddedBroker

@Suite("the journal")
struct JournalTests {
    private static func settings(segmentBytes: Int = 64 << 20, snapshotMinBytes: Int = .max) -> EmbeddedBrokerSettings {
        var settings = EmbeddedBrokerSettings()
        settings.segmentBytes = segmentBytes
        settings.snapshotMinBytes = snapshotMinBytes
        return settings
    }

    /// Opens the folder, gives what it holds and the journal.
    private static func open(
        _ path: String, _ settings: EmbeddedBrokerSettings = settings()
    ) throws(JournalError) -> (Journal, [Change]) {
        var changes: [Change] = []
        let journal = try Journal.open(path, settings) { changes.append($0) }
        return (journal, changes)
    }

    private static func change(_ number: Int) -> Change {
        .appended(topic: "t", partition: Int32(number), batch: [UInt8](repeating: UInt8(number & 0xff), count: number))
    }

    /// Writes rounds of changes, one frame each, and closes.
    private static func write(_ rounds: [[Change]], _ path: String, _ settings: EmbeddedBrokerSettings = settings())
        throws
    {
        let (journal, _) = try open(path, settings)
        for round in rounds {
            journal.append(round)
            try journal.commit()
        }
        journal.close()
    }

    @Test("what was committed comes back, in order, over many files and starts")
    func replay() throws {
        let folder = try TemporaryFolder()
        let settings = Self.settings(segmentBytes: 300)
        var expected: [Change] = []
        for start in 0..<5 {
            let (journal, found) = try Self.open(folder.path, settings)
            #expect(found == expected)
            for number in 0..<20 {
                let round = [Self.change(start * 20 + number), .topicDeleted(name: "\(number)")]
                journal.append(round)
                try journal.commit()
                expected += round
            }
            // Without `close`, as after a kill.
        }
        #expect(try folder.names.count > 10)
        #expect(try Self.open(folder.path, settings).1 == expected)
    }

    @Test("all kinds of changes in one frame")
    func kinds() throws {
        let folder = try TemporaryFolder()
        try Self.write([SampleChanges.all], folder.path)
        #expect(try Self.open(folder.path).1 == SampleChanges.all)
    }

    @Test("a round without changes writes nothing")
    func idle() throws {
        let folder = try TemporaryFolder()
        try Self.write([[], []], folder.path)
        #expect(try folder.bytes("journal-1-1").count == JournalSegment.headerBytes)
    }

    @Test("a file torn at any byte keeps every whole frame before, and goes on")
    func torn() throws {
        let folder = try TemporaryFolder()
        let rounds = (1...4).map { [Self.change($0), Self.change($0 + 10)] }
        try Self.write(rounds, folder.path)
        let whole = try folder.bytes("journal-1-1")
        let ends = try Self.frameEnds(whole)
        for length in 0...whole.count {
            try folder.write(Array(whole[..<length]), "journal-1-1")
            let kept = ends.filter { $0 <= length }.count
            let expected = rounds[..<kept].flatMap(\.self)
            do {
                let (journal, found) = try Self.open(folder.path)
                #expect(found == expected, "cut at \(length)")
                journal.append([.groupForgotten(id: "after")])
                try journal.commit()
                journal.close()
            }
            #expect(try Self.open(folder.path).1 == expected + [.groupForgotten(id: "after")], "cut at \(length)")
        }
    }

    @Test("a last frame with any one byte changed is cut off, not read")
    func tornContent() throws {
        let folder = try TemporaryFolder()
        let rounds = (1...3).map { [Self.change($0)] }
        try Self.write(rounds, folder.path)
        let whole = try folder.bytes("journal-1-1")
        let ends = try Self.frameEnds(whole)
        for place in ends[1]..<whole.count {
            var bytes = whole
            bytes[place] ^= 0x10
            try folder.write(bytes, "journal-1-1")
            #expect(try Self.open(folder.path).1 == rounds[..<2].flatMap(\.self), "byte \(place)")
        }
    }

    @Test("an end of zeros, as a loss of power leaves it, is cut off")
    func zeros() throws {
        let folder = try TemporaryFolder()
        try Self.write([[Self.change(1)]], folder.path)
        try folder.write(folder.bytes("journal-1-1") + [UInt8](repeating: 0, count: 5_000), "journal-1-1")
        #expect(try Self.open(folder.path).1 == [Self.change(1)])
    }

    @Test("bad data with good data behind refuses the start, at any byte; salvage drops it")
    func corrupt() throws {
        let folder = try TemporaryFolder()
        let rounds = (1...3).map { [Self.change($0)] }
        try Self.write(rounds, folder.path)
        let whole = try folder.bytes("journal-1-1")
        let ends = try Self.frameEnds(whole)
        for place in ends[0]..<ends[1] {
            var bytes = whole
            bytes[place] ^= 0x01
            try folder.write(bytes, "journal-1-1")
            let error = #expect(throws: JournalError.self, "byte \(place)") { try Self.open(folder.path) }
            guard case .corrupt(let file, let offset, _)? = error else {
                Issue.record("byte \(place): \(String(describing: error))")
                continue
            }
            #expect(file.hasSuffix("journal-1-1") && offset == ends[0])
        }
        var salvaging = Self.settings()
        salvaging.salvagesJournal = true
        #expect(try Self.open(folder.path, salvaging).1 == rounds[0])
        #expect(try Self.open(folder.path).1 == rounds[0])
    }

    @Test("a bad end of any file but the last refuses the start")
    func corruptEarlier() throws {
        let folder = try TemporaryFolder()
        let settings = Self.settings(segmentBytes: 100)
        try Self.write((1...30).map { [Self.change($0)] }, folder.path, settings)
        let first = try folder.bytes("journal-1-1")
        try folder.write(Array(first.dropLast(3)), "journal-1-1")
        #expect(throws: JournalError.self) { try Self.open(folder.path, settings) }
        var salvaging = settings
        salvaging.salvagesJournal = true
        #expect(try !Self.open(folder.path, salvaging).1.isEmpty)
        #expect(try folder.names.filter { $0.hasPrefix("journal") } == ["journal-1-1"])
    }

    @Test("a missing file refuses the start", arguments: ["journal-1-1", "journal-1-2"])
    func missing(name: String) throws {
        let folder = try TemporaryFolder()
        let settings = Self.settings(segmentBytes: 100)
        try Self.write((1...30).map { [Self.change($0)] }, folder.path, settings)
        try FileManager.default.removeItem(atPath: folder.file(name))
        let error = #expect(throws: JournalError.self) { try Self.open(folder.path, settings) }
        #expect(Self.kind(error) == "incomplete")
    }

    @Test("a record that looks like a frame is no frame")
    func forged() throws {
        let folder = try TemporaryFolder()
        let other = try TemporaryFolder()
        try Self.write([[Self.change(3)], [Self.change(4)]], other.path)
        // What another journal holds, as a record here; then the end is torn.
        let forged = try Array(other.bytes("journal-1-1").dropFirst(JournalSegment.headerBytes))
        try Self.write([[Self.change(1)], [.appended(topic: "t", partition: 0, batch: forged)]], folder.path)
        try folder.write(Array(folder.bytes("journal-1-1").dropLast(1)), "journal-1-1")
        #expect(try Self.open(folder.path).1 == [Self.change(1)])
    }

    // MARK: Snapshots

    @Test("a snapshot takes the place of what it stands for")
    func snapshot() throws {
        let folder = try TemporaryFolder()
        let settings = Self.settings(segmentBytes: 2_000, snapshotMinBytes: 10_000)
        let (journal, _) = try Self.open(folder.path, settings)
        var rounds = 0
        while !journal.wantsSnapshot {
            journal.append([Self.change(200)])
            try journal.commit()
            rounds += 1
        }
        #expect(rounds > 10)
        let snapshot = [Self.change(1), Self.change(2)]
        journal.rewrite(snapshot)
        #expect(!journal.wantsSnapshot)
        journal.append([Self.change(3)])
        try journal.commit()
        let names = try folder.names
        #expect(names == ["journal-2-1", "lock", "manifest"])
        journal.close()
        #expect(throws: JournalError.self) { try Self.open(folder.path, settings) }
        withExtendedLifetime(journal) {}
    }

    @Test("after a snapshot the same state comes back; a crash between its steps changes nothing")
    func snapshotSteps() throws {
        let folder = try TemporaryFolder()
        let settings = Self.settings(segmentBytes: 1_000, snapshotMinBytes: 4_000)
        let snapshot = (1...60).map(Self.change)
        do {
            let (journal, _) = try Self.open(folder.path, settings)
            for _ in 0..<200 {
                journal.append([Self.change(150)])
                try journal.commit()
            }
            journal.rewrite(snapshot)
            journal.append([Self.change(7)])
            try journal.commit()
        }
        #expect(try Self.open(folder.path, settings).1 == snapshot + [Self.change(7)])
        // The next generation was begun and never came into force; an old one was not yet deleted.
        try folder.write([1, 2, 3], "journal-3-1")
        try folder.write([1, 2, 3], "journal-1-5")
        try folder.write([1], "manifest.new")
        #expect(try Self.open(folder.path, settings).1 == snapshot + [Self.change(7)])
        #expect(try !folder.names.contains("journal-3-1") && !folder.names.contains("journal-1-5"))
    }

    @Test("a snapshot that has lost frames is not passed off as a whole one")
    func lostSnapshot() throws {
        let folder = try TemporaryFolder()
        let settings = Self.settings(snapshotMinBytes: 100)
        do {
            let (journal, _) = try Self.open(folder.path, settings)
            journal.append([Self.change(5_000)])
            try journal.commit()
            journal.rewrite([Self.change(1)])
        }
        let whole = try folder.bytes("journal-2-1")
        try folder.write(Array(whole.dropLast(1)), "journal-2-1")
        let error = #expect(throws: JournalError.self) { try Self.open(folder.path, settings) }
        #expect(Self.kind(error) == "incomplete")
    }

    @Test("what is nearly all alive is not written anew")
    func alive() throws {
        let folder = try TemporaryFolder()
        let settings = Self.settings(snapshotMinBytes: 1_000)
        let (journal, _) = try Self.open(folder.path, settings)
        let changes = (1...100).map(Self.change)
        journal.append(changes)
        try journal.commit()
        #expect(journal.wantsSnapshot)
        journal.rewrite(changes)
        #expect(try folder.names.contains("journal-1-1"))
        #expect(!journal.wantsSnapshot)
    }

    // MARK: The folder

    @Test("one broker at a time has a folder")
    func lock() throws {
        let folder = try TemporaryFolder()
        let (journal, _) = try Self.open(folder.path)
        #expect(throws: JournalError.locked(folder: folder.path)) { try Self.open(folder.path) }
        withExtendedLifetime(journal) {}
    }

    @Test("the lock goes with its holder")
    func unlock() throws {
        let folder = try TemporaryFolder()
        for _ in 0..<3 { _ = try Self.open(folder.path) }
    }

    @Test("a folder of something else is left as it is")
    func foreign() throws {
        let folder = try TemporaryFolder()
        try folder.write([1], "thesis.txt")
        #expect(throws: JournalError.foreign(folder: folder.path, found: "\"thesis.txt\"")) {
            try Self.open(folder.path)
        }
        #expect(try folder.names == ["thesis.txt"])
    }

    @Test(
        "manifests that cannot be followed",
        arguments: [
            ("growth-broker journal 2\ngeneration 1\nsnapshot-frames 0\n", "newer"),
            ("something else\n", "no folder of growth-broker"),
            ("growth-broker journal 1\n", "not complete"),
            ("", "no folder of growth-broker"),
        ])
    func manifests(text: String, word: String) throws {
        let folder = try TemporaryFolder()
        try Self.write([[Self.change(1)]], folder.path)
        try folder.write(Array(text.utf8), "manifest")
        let error = #expect(throws: JournalError.self) { try Self.open(folder.path) }
        #expect(error?.description.contains(word) == true, "\(String(describing: error))")
    }

    @Test("changes of a later encoding are refused")
    func laterEncoding() throws {
        let folder = try TemporaryFolder()
        try Self.write([[Self.change(1)]], folder.path)
        let bytes = try folder.bytes("journal-1-1")
        let segment = try #require(JournalSegment(bytes))
        var writer = ProtocolWriter()
        writer.uint32(JournalFrame.magic)
        writer.int64(0)
        writer.int64(1)
        writer.int8(Int8(ChangeCodec.version) + 1)
        try folder.write(bytes + JournalFrame.end(writer, salt: segment.salt), "journal-1-1")
        let error = #expect(throws: JournalError.self) { try Self.open(folder.path) }
        #expect(Self.kind(error) == "newer")
    }

    @Test("a path that cannot be a folder is an error with its reason")
    func noFolder() throws {
        let error = #expect(throws: JournalError.self) { try Self.open("/dev/null/broker") }
        #expect(Self.kind(error) == "system")
    }

    @Test("a disk that is full is an error at each commit from then on")
    func full() throws {
        let full = Descriptor(unsafe Glibc.open("/dev/full", O_WRONLY))
        #expect(throws: JournalError.system(action: "write x", reason: "No space left on device")) {
            try DataFolder.write([1, 2, 3], to: full, "x")
        }
    }

    private static func kind(_ error: JournalError?) -> String? {
        switch error {
        case nil: nil
        case .locked: "locked"
        case .foreign: "foreign"
        case .newer: "newer"
        case .corrupt: "corrupt"
        case .incomplete: "incomplete"
        case .system: "system"
        }
    }

    private static func frameEnds(_ bytes: [UInt8]) throws -> [Int] {
        let segment = try #require(JournalSegment(bytes))
        var ends: [Int] = []
        var place = JournalSegment.headerBytes
        while let frame = JournalFrame.find(in: bytes, at: place, salt: segment.salt) {
            ends.append(frame.end)
            place = frame.end
        }
        #expect(place == bytes.count)
        return ends
    }
}
