import Foundation
import Testing

@testable import Observability

@Suite struct ProcessMetricsTests {
    @Test func statIsReadFromTheLastParenthesis() {
        var reading = ProcessReading()
        reading.take(
            stat: "42 (a ) b (c) S 1 2 3 4 5 6 7 8 9 10 250 50 13 14 15 16 12 18 3000 1048576 256 0 0\n",
            systemStat: "cpu 1 2\nbtime 1700000000\nprocesses 5\n", pageBytes: 4096, ticksPerSecond: 100)
        reading.take(
            limits: "Limit  Soft  Hard\nMax open files            1024                 4096                 files\n")
        #expect(
            reading
                == ProcessReading(
                    residentBytes: 1_048_576, virtualBytes: 1_048_576, cpuSeconds: 3, openDescriptors: nil,
                    descriptorLimit: 1024,
                    threads: 12, startSeconds: 1_700_000_030))
    }

    @Test(arguments: ["", "42", "42 (x)", "42 (x) S", "42 (x) S a b c"])
    func whatCannotBeReadIsLeftOut(stat: String) {
        var reading = ProcessReading()
        reading.take(stat: stat, systemStat: "", pageBytes: 4096, ticksPerSecond: 100)
        reading.take(limits: "Max open files unlimited")
        #expect(reading == ProcessReading())
    }

    @Test func thisProcessHasPlausibleValues() throws {
        let reading = ProcessReading.current()
        #expect(try #require(reading.residentBytes) > 1_000_000)
        #expect(try #require(reading.residentBytes) < 64e9)
        #expect(try #require(reading.virtualBytes) >= reading.residentBytes ?? .infinity)
        #expect(try #require(reading.cpuSeconds) < 100_000)
        #expect(try #require(reading.openDescriptors) >= 3)
        #expect(try #require(reading.openDescriptors) < reading.descriptorLimit ?? .infinity)
        #expect(try #require(reading.threads) >= 1)
        #expect(abs(Date().timeIntervalSince1970 - (try #require(reading.startSeconds))) < 86_400)
    }

    @Test func allAreInTheExposition() {
        let registry = MetricsRegistry()
        ProcessMetrics.register(in: registry, program: "tagging-worker", version: "1.2.3", revision: "abc")
        let text = registry.exposition()
        #expect(text.contains("growth_build_info{program=\"tagging-worker\",version=\"1.2.3\",revision=\"abc\"} 1\n"))
        for name in [
            "process_resident_memory_bytes", "process_virtual_memory_bytes", "process_cpu_seconds_total",
            "process_open_fds", "process_max_fds",
            "process_threads", "process_start_time_seconds",
        ] { #expect(text.contains("\n\(name) "), "\(name)") }
    }

    /// Prometheus' own checker, where it is installed.
    @Test(.enabled(if: promtool != nil, "promtool is not installed"))
    func promtoolFindsNothingToSay() throws {
        let registry = MetricsRegistry()
        ProcessMetrics.register(in: registry, program: "w", version: "1", revision: "r")
        registry.counter("growth_retries_total", help: "Retries.", labels: ["reason"]).series("a\\\"\n").increment()
        registry.histogram("growth_rebalance_seconds", help: "Time of rebalances.").record(0.5)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Self.promtool ?? "")
        process.arguments = ["check", "metrics"]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        process.standardError = output
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: Data(registry.exposition().utf8))
        try input.fileHandleForWriting.close()
        let said = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(said)")
        #expect(said.isEmpty, "\(said)")
    }

    private static let promtool = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        .map { "\($0)/promtool" }.first { FileManager.default.isExecutableFile(atPath: $0) }
}
