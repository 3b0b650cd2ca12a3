import Foundation
import NotificationDispatch
import NotificationProviders
import ProtobufCodec
import Schemas
import Testing

/// The file and the console, and the bytes between a stage and a provider.
@Suite struct SinkTests {
    @Test func theFileHasALineForEachSend() throws {
        let folder = try TemporaryFolder()
        let sends = [send("r1/1"), send("r2/1", text: "two\nlines\u{2028}and\ttabs"), send("r3/1")]
        do {
            let provider = try FileProvider(path: folder.path("sink"))
            #expect(provider.send(Array(sends[..<2])) == Array(repeating: .sent(status: "written"), count: 2))
            #expect(provider.send([]).isEmpty)
        }
        // Another process, or the same after a restart, goes on at the end.
        #expect(try FileProvider(path: folder.path("sink")).send([sends[2]]).map(\.kind) == ["sent"])
        let lines = try folder.lines("sink")
        #expect(lines.last == "")
        #expect(try lines.dropLast().map { try NotificationSend(jsonString: $0) } == sends)
        let mode = try FileManager.default.attributesOfItem(atPath: folder.path("sink"))[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    @Test func aTornLineDoesNotSpoilTheNext() throws {
        let folder = try TemporaryFolder()
        try folder.write(Data("{\"sendId\":\"half".utf8), to: "sink")
        #expect(try FileProvider(path: folder.path("sink")).send([send()]).map(\.kind) == ["sent"])
        let lines = try folder.lines("sink")
        #expect(lines.count == 3)
        #expect(try NotificationSend(jsonString: lines[1]) == send())
    }

    @Test func severalWritersShareAFile() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("sink")
        DispatchQueue.concurrentPerform(iterations: 4) { writer in
            guard let provider = try? FileProvider(path: path) else { return }
            for number in 0..<25 { _ = provider.send([send("w\(writer)-\(number)/1")]) }
        }
        let ids = try folder.lines("sink").dropLast().map { try NotificationSend(jsonString: $0).sendID }
        #expect(Set(ids).count == 100)
        #expect(ids.count == 100)
    }

    @Test func aFileThatCannotBeIsRefusedAtOnce() throws {
        let folder = try TemporaryFolder()
        #expect(throws: ProviderError.self) { try FileProvider(path: folder.path("none/sink")) }
        #expect(throws: ProviderError.self) { try FileProvider(path: folder.url.path(percentEncoded: false)) }
    }

    /// A full disk is no reason to lose a message.
    @Test(.enabled(if: FileManager.default.isWritableFile(atPath: "/dev/full"))) func aFullDiskIsTransient() throws {
        let provider = try FileProvider(path: "/dev/full")
        #expect(provider.send([send(), send()]).map(\.kind) == ["transient", "transient"])
    }

    @Test func theConsoleGetsALineForEachSend() throws {
        let pipe = Pipe()
        let provider = ConsoleProvider(output: pipe.fileHandleForWriting)
        #expect(provider.send([send("r1/1"), send("r2/1", text: "\u{1B}[31mred")]).map(\.kind) == ["sent", "sent"])
        try pipe.fileHandleForWriting.close()
        let text = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        #expect(!text.contains("\u{1B}"))
        let ids = try text.split(separator: "\n").map { try NotificationSend(jsonString: String($0)).sendID }
        #expect(ids == ["r1/1", "r2/1"])
    }

    @Test func aClosedConsoleIsTransient() throws {
        let folder = try TemporaryFolder()
        try folder.write(Data(), to: "read-only")
        let handle = try FileHandle(forReadingFrom: folder.url.appending(path: "read-only"))
        #expect(ConsoleProvider(output: handle).send([send()]).map(\.kind) == ["transient"])
    }

    // MARK: Effects

    struct Echo: NotificationProvider {
        func send(_ batch: [NotificationSend]) -> [ProviderAnswer] { batch.map { .sent(status: $0.sendID) } }
    }

    struct Mute: NotificationProvider {
        func send(_ batch: [NotificationSend]) -> [ProviderAnswer] { [] }
    }

    @Test func payloadsAndResultsKeepTheirOrder() throws {
        let payloads = [try send("a").serializedBytes(), [0xFF], try send("b").serializedBytes()]
        #expect(
            ProviderEffects.results(of: payloads, from: Echo()).map(ProviderAnswer.init(encoded:)) == [
                .sent(status: "a"), .permanent(status: "payload unreadable"), .sent(status: "b"),
            ])
        #expect(
            ProviderEffects.results(of: [payloads[0]], from: Mute()).map(ProviderAnswer.init(encoded:)) == [
                .transient(status: "provider gave no answer")
            ])
    }
}
