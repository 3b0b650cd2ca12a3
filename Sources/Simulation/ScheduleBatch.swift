/// Many schedules, one seed after another, on as many threads as are asked for.
package struct ScheduleBatch: Sendable {
    /// What came of them.
    package struct Report: Sendable {
        package var counts = SimulationCounts()
        /// The failing ones, by seed; the first few are shortened.
        package var failures: [ScheduleRunner.Outcome] = []
    }

    package var runner: ScheduleRunner
    package var seeds: Range<UInt64>
    package var threads: Int

    /// Shortening costs as many runs as the list is long, squared: more than this many are not.
    private static let shortenedFailures = 5
    /// Failures beyond this many are counted by their seeds alone.
    private static let keptFailures = 1_000
    private static let schedulesPerPart = 64

    package init(runner: ScheduleRunner, seeds: Range<UInt64>, threads: Int) {
        self.runner = runner
        self.seeds = seeds
        self.threads = threads
    }

    /// Runs all of them; `progress` is told how many are done, now and then.
    package func run(progress: (Int) -> Void) async -> Report {
        var report = Report()
        var next = seeds.lowerBound
        await withTaskGroup(of: Report.self) { group in
            func addPart() {
                guard next < seeds.upperBound else { return }
                let end = min(seeds.upperBound, next + UInt64(Self.schedulesPerPart))
                group.addTask { [next, runner] in Self.run(runner, next..<end) }
                next = end
            }
            for _ in 0..<max(1, threads) { addPart() }
            for await part in group {
                report.counts.add(part.counts)
                report.failures += part.failures
                progress(report.counts[.schedules])
                addPart()
            }
        }
        report.failures.sort { $0.seed < $1.seed }
        for index in report.failures.indices.prefix(Self.shortenedFailures) {
            report.failures[index] = runner.shorten(report.failures[index])
        }
        return report
    }

    private static func run(_ runner: ScheduleRunner, _ seeds: Range<UInt64>) -> Report {
        var report = Report()
        for seed in seeds {
            let outcome = runner.run(seed: seed)
            report.counts.add(outcome.counts)
            if outcome.violation != nil, report.failures.count < keptFailures { report.failures.append(outcome) }
        }
        return report
    }
}
