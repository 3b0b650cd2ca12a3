import CommandLineTools
import Foundation
import Testing

@Suite struct ConfiguredProgramTests {
    private let program = ConfiguredProgram(
        "tagging-worker", abstract: "Tags customers.", version: "1.2.3", settings: SampleSettings.all)

    private func start(_ line: String, _ environment: [String: String] = [:]) -> (ConfiguredProgram.Start, Recorder) {
        let recorder = Recorder()
        let start = program.start(
            line.split(separator: " ").map(String.init), environment: environment, console: recorder.console(),
            readFile: ConfigurationTests.read)
        return (start, recorder)
    }

    @Test func flagsAreTheSettings() throws {
        let line = "--config good.json --commit-interval-ms=5 --topics p --topics q,r -X linger.ms=1 -X acks=all"
        guard case .run(let configuration) = start(line).0 else {
            Issue.record("not started")
            return
        }
        #expect(configuration[SampleSettings.interval] == 5)
        #expect(configuration[SampleSettings.topics] == ["p", "q", "r"])
        #expect(configuration[SampleSettings.clock] == .event)
        #expect(configuration.kafkaProperties["linger.ms"] == "1")
        #expect(configuration.kafkaProperties["acks"] == "all")
    }

    @Test(arguments: [
        ("--comit-interval-ms 5", "unknown option '--comit-interval-ms'; did you mean '--commit-interval-ms'?"),
        (
            "--commit-interval-ms 5",
            "state.dir: required; set --state-dir, GROWTH_STATE_DIR or \"state.dir\" in the file"
        ),
        ("--console-token hush", "unknown option '--console-token'; did you mean '--console-token-file'?"),
        ("extra", "unexpected argument 'extra'"),
    ])
    func whatIsWrongEndsWithCodeTwo(line: String, message: String) {
        let (start, recorder) = start(line)
        guard case .exit(let code) = start else {
            Issue.record("started")
            return
        }
        #expect(code == .usage)
        #expect(recorder.error.hasPrefix("Error: \(message)\n"))
        #expect(recorder.output.isEmpty)
    }

    @Test(arguments: [
        ("--version", "tagging-worker 1.2.3\n"),
        ("--help", "--commit-interval-ms <value>"),
        ("--help-json", "\"commit-interval-ms\""),
        ("--print-settings --state-dir /s", "commit.interval.ms       100             default\n"),
        ("--print-settings-table", "| commit.interval.ms | --commit-interval-ms |"),
    ])
    func whatIsAskedForIsPrinted(line: String, part: String) {
        let (start, recorder) = start(line)
        guard case .exit(let code) = start else {
            Issue.record("started")
            return
        }
        #expect(code == .success)
        #expect(recorder.output.contains(part))
        #expect(recorder.error.isEmpty)
    }

    @Test func filesAreReadWholeAndBounded() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("growth-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        func write(_ name: String, _ bytes: Data) throws -> String {
            let url = folder.appendingPathComponent(name)
            try bytes.write(to: url)
            return url.path
        }
        #expect(try ConfigurationFile.read(write("a", Data("hé\n".utf8))) == "hé\n")
        #expect(try ConfigurationFile.read(write("b", Data())) == "")
        let limit = ConfigurationFile.byteLimit
        #expect(try ConfigurationFile.read(write("c", Data(count: limit))).utf8.count == limit)
        for (path, reason) in [
            (try write("d", Data(count: limit + 1)), "longer than 1048576 bytes"),
            (try write("e", Data([0xC3, 0x28])), "not UTF-8"), (folder.path + "/gone", "no such file"),
            (folder.path, "a directory"),
        ] {
            #expect { try ConfigurationFile.read(path) } throws: { "\($0)" == reason }
        }
    }
}
