import Foundation
import Observability
import Synchronization
import Testing

#if canImport(Glibc)
    import Glibc
#endif

/// Collects log lines.
final class Lines: Sendable {
    private let bytes = Mutex<[[UInt8]]>([])

    var all: [String] { bytes.withLock { $0.map { String(decoding: $0, as: UTF8.self) } } }
    var last: String { all.last ?? "" }

    /// An output whose clock stands at 2026-03-01T12:00:00.007Z.
    func output(_ format: LogOutput.Format = .json, level: Logger.Level = .info) -> LogOutput {
        LogOutput(
            format: format, level: level, now: { 1_772_366_400_007 },
            sink: { line in self.bytes.withLock { $0.append(line) } })
    }
}

@Suite struct LoggerTests {
    private let lines = Lines()

    private func object(_ line: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }

    @Test func aLineIsAnObjectWithMetadataBesideTheMessage() {
        var logger = Logger(
            label: "worker", output: lines.output(), metadata: ["group": "fraud.claims", "n": "logger"])
        logger[metadataKey: "instance"] = "w-1"
        logger.info(
            "joined",
            metadata: [
                "partitions": ["0", "1"], "n": 5, "ok": true, "owner": ["id": "x", "at": .stringConvertible(7)],
            ])
        #expect(
            lines.last == #"{"time":"2026-03-01T12:00:00.007Z","level":"info","logger":"worker","message":"joined","#
                + #""group":"fraud.claims","instance":"w-1","n":5,"ok":true,"owner":{"at":"7","id":"x"},"partitions":["0","1"]}"#
                + "\n")
    }

    @Test func metadataMayBeNested() {
        let logger = Logger(label: "w", output: lines.output(.nestedJSON))
        logger.warning("a", metadata: ["level": "x"])
        logger.error("b")
        #expect(
            lines.all == [
                #"{"time":"2026-03-01T12:00:00.007Z","level":"warning","logger":"w","message":"a","metadata":{"level":"x"}}"#
                    + "\n",
                #"{"time":"2026-03-01T12:00:00.007Z","level":"error","logger":"w","message":"b"}"# + "\n",
            ])
    }

    @Test func aKeyCannotHideAMember() throws {
        Logger(label: "w", output: lines.output()).info(
            "m", metadata: ["message": "x", "time": "y", "level": "z", "logger": "q"])
        let members = try object(lines.last)
        #expect(members["message"] as? String == "m")
        #expect(members["message_"] as? String == "x")
        #expect(members["level_"] as? String == "z")
        #expect(members.count == 8)
    }

    @Test func theTextFormIsForPeople() {
        let logger = Logger(label: "worker", output: lines.output(.text))
        logger.notice(
            "two\nlines \u{1b}[2J",
            metadata: ["a": "x", "b": "two words", "c": "", "d": 5, "e": ["f": "g"], "h": "k=v", "i": "é"])
        #expect(
            lines.last
                == #"2026-03-01T12:00:00.007Z NOTICE worker: two\nlines \u001b[2J a=x b="two words" c="" d=5 e={"f":"g"} "#
                + #"h="k=v" i="é""# + "\n")
    }

    @Test(arguments: LogOutput.Format.allCases)
    func everyControlCharacterIsEscapedInEveryPlace(format: LogOutput.Format) throws {
        let codes =
            Array(0...0x1F) + Array(0x7F...0x9F) + [0x22, 0x5C, 0x2028, 0x2029, 0x202A, 0x202E, 0x2066, 0x2069]
            as [UInt32]
        for code in codes {
            let scalar = try #require(Unicode.Scalar(code))
            let text = "a\(scalar)b"
            Logger(label: text, output: lines.output(format)).info(
                "\(text)", metadata: ["k\(scalar)": "\(text)", "d": ["x\(scalar)": ["\(text)"]]])
            let line = lines.last
            // One line whatever is in it, and nothing that a terminal obeys.
            #expect(line.utf8.count { $0 == 0x0A } == 1)
            #expect(line.hasSuffix("\n"))
            #expect(
                !line.unicodeScalars.dropLast().contains {
                    $0.value < 0x20 || (0x7F...0x9F).contains($0.value) || (0x2028...0x202E).contains($0.value)
                })
            guard format != .text else { continue }
            let members = try object(line)
            #expect(members["message"] as? String == text)
            #expect(members["logger"] as? String == text)
            let metadata = format == .nestedJSON ? members["metadata"] as? [String: Any] : members
            #expect(metadata?["k\(scalar)"] as? String == text)
            #expect((metadata?["d"] as? [String: [String]])?["x\(scalar)"] == [text])
        }
    }

    @Test func lengthIsBoundedAtCharacters() throws {
        let logger = Logger(label: "w", output: lines.output())
        // "é" is two bytes, so that an even limit falls between characters and an odd one within.
        logger.info("\(String(repeating: "é", count: 4096))")
        #expect(try object(lines.last)["message"] as? String == String(repeating: "é", count: 4096))
        logger.info("x\(String(repeating: "é", count: 5000))")
        #expect(
            try object(lines.last)["message"] as? String == "x" + String(repeating: "é", count: 4095)
                + "…[1810 bytes more]")
        logger.info("m", metadata: ["k": "\(String(repeating: "y", count: 10_000))"])
        #expect(try object(lines.last)["k"] as? String == String(repeating: "y", count: 2048) + "…[7952 bytes more]")
    }

    @Test(arguments: LogOutput.Format.allCases)
    func aLineIsBoundedWhateverIsLogged(format: LogOutput.Format) throws {
        let long = String(repeating: "\u{1}", count: 100_000)
        var metadata: Logger.Metadata = [:]
        for number in 0..<1000 {
            var value = Logger.MetadataValue.string(long)
            for _ in 0..<10 { value = ["k": value, "l": [value, value]] }
            metadata["\(number)\(long)"] = number % 2 == 0 ? .string(long) : value
        }
        Logger(label: long, output: lines.output(format)).info("\(long)", metadata: metadata)
        #expect(lines.last.utf8.count < 250_000)
        if format != .text { #expect(try object(lines.last)["truncated"] is NSNumber) }
        #expect(lines.last.utf8.count { $0 == 0x0A } == 1)
    }

    @Test func linesBelowTheLevelAreNotEvenBuilt() {
        let built = Mutex(0)
        func message() -> Logger.Message {
            built.withLock { $0 += 1 }
            return "m"
        }
        var logger = Logger(label: "w", output: lines.output(level: .warning))
        logger.trace(message())
        logger.debug(message())
        logger.info(message(), metadata: ["k": "\(message())"])
        logger.notice(message())
        #expect(built.withLock { $0 } == 0)
        logger.warning(message())
        logger.error(message())
        logger.critical(message())
        logger.logLevel = .trace
        logger.trace(message())
        #expect(built.withLock { $0 } == 4)
        #expect(lines.all.count == 4)
    }

    @Test func levelsAreOrderedAsDeclared() {
        let levels = Logger.Level.allCases
        #expect(levels.sorted() == levels)
        for (index, level) in levels.enumerated() {
            for (other, otherLevel) in levels.enumerated() { #expect((level < otherLevel) == (index < other)) }
        }
    }

    @Test func theOutputsLevelIsForLoggersMadeLater() {
        let output = lines.output()
        let early = Logger(label: "w", output: output)
        output.defaultLevel = .error
        #expect(early.logLevel == .info)
        #expect(Logger(label: "w", output: output).logLevel == .error)
    }

    @Test func aCopyIsItsOwn() {
        let original = Logger(label: "w", output: lines.output())
        var copy = original
        copy[metadataKey: "k"] = "v"
        #expect(original[metadataKey: "k"] == nil)
        #expect(copy[metadataKey: "k"] == "v")
    }

    @Test func linesOfManyThreadsStayWhole() async throws {
        let output = lines.output()
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<8 {
                group.addTask {
                    let logger = Logger(label: "w\(task)", output: output)
                    for number in 0..<200 { logger.info("line", metadata: ["n": .integer(Int64(number))]) }
                }
            }
        }
        let all = lines.all
        #expect(all.count == 1600)
        for line in all { _ = try object(line) }
        for task in 0..<8 {
            let numbers = try all.map(object).filter { $0["logger"] as? String == "w\(task)" }.map { $0["n"] as? Int }
            #expect(numbers == Array(0..<200))
        }
    }

    @Test func theSinkIsCalledByOneThreadAtATime() {
        let inside = Mutex(0)
        let overlaps = Mutex(0)
        let output = LogOutput(sink: { _ in
            let others = inside.withLock { inside in
                inside += 1
                return inside - 1
            }
            if others > 0 { overlaps.withLock { $0 += 1 } }
            for _ in 0..<20 { sched_yield() }
            inside.withLock { $0 -= 1 }
        })
        onThreads(4) { _ in
            for _ in 0..<100 { Logger(label: "w", output: output).info("x") }
        }
        #expect(overlaps.withLock { $0 } == 0)
    }

    @Test func aLineIsOneWriteToStandardError() async throws {
        let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
            Logger(label: "w").info("hello")
            LogOutput.shared.format = .text
            Logger(label: "w").info("again")
        }
        let text = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
        let written = text.split(separator: "\n")
        #expect(written.contains { $0.contains(#""level":"info","logger":"w","message":"hello"}"#) })
        #expect(written.contains { $0.hasSuffix("Z INFO w: again") })
    }

    @Test func timeIsTheWallClocksInMilliseconds() {
        let now = Int64(Date().timeIntervalSince1970 * 1000)
        #expect(abs(LogOutput.wallClock() - now) < 60_000)
    }
}
