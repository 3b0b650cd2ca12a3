import Foundation
import Testing

@testable import Observability

@Suite struct MetricsTests {
    private let registry = MetricsRegistry()
    private static let ownMetric = """
        # HELP growth_metrics_series_refused_total Series that were not shown because their metric had reached its limit.
        # TYPE growth_metrics_series_refused_total counter
        growth_metrics_series_refused_total 0

        """

    @Test func theExpositionIsExact() {
        let retries = registry.counter("growth_retries_total", help: "Retries, by tier.", labels: ["tier", "reason"])
        retries.series("short", "timeout").increment()
        retries.series("long", "a\\b\"c\nd").increment(by: UInt64.max - 1)
        registry.counter("growth_rebalances_total", help: "Rebalances: \\ and \"\n.").increment(by: 3)
        let gauge = registry.gauge("growth_inflight_records", help: "In flight.")
        gauge.set(2.5)
        gauge.add(-4)
        let paused = registry.gauge("growth_partition_paused", help: "Paused.", labels: ["cause"])
        paused.series("b").set(true)
        paused.series("a").set(false)
        paused.series("inf").set(.infinity)
        paused.series("ninf").set(-.infinity)
        paused.series("nan").set(.nan)
        paused.series("é").set(1e21)
        let seconds = registry.histogram(
            "growth_rebalance_seconds", help: "Time.", buckets: [0.1, 1, 2.5], labels: ["group"])
        for value in [0.05, 0.1, 0.100001, 1, 3, .nan] { seconds.series("g").record(value) }
        _ = seconds.series("empty")
        registry.samples(.gauge, "growth_consumer_lag_records", help: "Lag.", labels: ["partition"]) {
            [(["1"], 5), (["0"], 7), (["0"], 8), (["2"], .nan), (["wrong", "count"], 1)]
        }
        #expect(
            registry.exposition() == #"""
                # HELP growth_consumer_lag_records Lag.
                # TYPE growth_consumer_lag_records gauge
                growth_consumer_lag_records{partition="0"} 7
                growth_consumer_lag_records{partition="1"} 5
                # HELP growth_inflight_records In flight.
                # TYPE growth_inflight_records gauge
                growth_inflight_records -1.5

                """# + Self.ownMetric + #"""
                    # HELP growth_partition_paused Paused.
                    # TYPE growth_partition_paused gauge
                    growth_partition_paused{cause="a"} 0
                    growth_partition_paused{cause="b"} 1
                    growth_partition_paused{cause="inf"} +Inf
                    growth_partition_paused{cause="ninf"} -Inf
                    growth_partition_paused{cause="é"} 1e+21
                    # HELP growth_rebalance_seconds Time.
                    # TYPE growth_rebalance_seconds histogram
                    growth_rebalance_seconds_bucket{group="empty",le="0.1"} 0
                    growth_rebalance_seconds_bucket{group="empty",le="1"} 0
                    growth_rebalance_seconds_bucket{group="empty",le="2.5"} 0
                    growth_rebalance_seconds_bucket{group="empty",le="+Inf"} 0
                    growth_rebalance_seconds_sum{group="empty"} 0
                    growth_rebalance_seconds_count{group="empty"} 0
                    growth_rebalance_seconds_bucket{group="g",le="0.1"} 2
                    growth_rebalance_seconds_bucket{group="g",le="1"} 4
                    growth_rebalance_seconds_bucket{group="g",le="2.5"} 4
                    growth_rebalance_seconds_bucket{group="g",le="+Inf"} 5
                    growth_rebalance_seconds_sum{group="g"} 4.250001
                    growth_rebalance_seconds_count{group="g"} 5
                    # HELP growth_rebalances_total Rebalances: \\ and "\n.
                    # TYPE growth_rebalances_total counter
                    growth_rebalances_total 3
                    # HELP growth_retries_total Retries, by tier.
                    # TYPE growth_retries_total counter
                    growth_retries_total{tier="long",reason="a\\b\"c\nd"} 18446744073709551614
                    growth_retries_total{tier="short",reason="timeout"} 1

                    """#)
    }

    @Test func theSameDeclarationIsTheSameMetric() {
        registry.counter("a_total", help: "h").increment()
        registry.counter("a_total", help: "h").increment()
        #expect(registry.counter("a_total", help: "h").value == 2)
        let family = registry.gauge("g", help: "h", labels: ["l"])
        family.series("x").set(1)
        #expect(registry.gauge("g", help: "h", labels: ["l"]).series(["x"]).value == 1)
    }

    @Test func readersOfOneMetricAddUp() {
        for group in ["a", "b"] {
            registry.samples(.counter, "c_total", help: "h", labels: ["group"]) { [([group], 1)] }
        }
        #expect(
            registry.exposition().hasPrefix(
                "# HELP c_total h\n# TYPE c_total counter\nc_total{group=\"a\"} 1\nc_total{group=\"b\"} 1\n"))
    }

    @Test func seriesEnd() {
        let lag = registry.gauge("lag", help: "h", labels: ["group", "topic", "partition"])
        let done = registry.counter("done_total", help: "h", labels: ["topic", "partition"])
        let other = registry.counter("other_total", help: "h", labels: ["reason"])
        for partition in ["0", "1"] {
            lag.series("g", "t", partition).set(1)
            lag.series("h", "t", partition).set(1)
            done.series("t", partition).increment(by: 5)
        }
        other.series("t").increment()
        registry.removeSeries(matching: ["topic": "t", "partition": "1"])
        #expect(lag.count == 2)
        #expect(done.count == 1)
        #expect(other.count == 1)
        #expect(!registry.exposition().contains("partition=\"1\""))
        lag.removeSeries("g", "t", "0")
        #expect(lag.count == 1)
        lag.removeSeries(matching: ["group": "h"])
        #expect(lag.count == 0)
        // What a metric has no label for, it cannot have a value for.
        other.removeSeries(matching: ["reason": "t", "unknown": "x"])
        #expect(other.count == 1)
        // A series that comes back begins anew, and who still holds the old one does no harm.
        let old = done.series("t", "0")
        done.removeSeries("t", "0")
        old.increment()
        #expect(done.series("t", "0").value == 0)
    }

    @Test func seriesAreBounded() {
        let registry = MetricsRegistry(seriesLimit: 3)
        let family = registry.counter("c_total", help: "h", labels: ["l"])
        for number in 0..<5 { family.series("\(number)").increment() }
        family.series("0").increment()
        registry.samples(.gauge, "g", help: "h", labels: ["l"]) { (0..<4).map { (["\($0)"], 1) } }
        #expect(family.count == 3)
        #expect(family.series("0").value == 2)
        let text = registry.exposition()
        #expect(text.contains("c_total{l=\"2\"} 1\n"))
        #expect(!text.contains("c_total{l=\"3\"}"))
        #expect(!text.contains("g{l=\"3\"}"))
        // The two of the counter at once, that of the gauge at the next scrape.
        #expect(text.contains("growth_metrics_series_refused_total 3\n"))
    }

    @Test func beforeAScrapeSnapshotsAreTaken() {
        let gauge = registry.gauge("g", help: "h")
        registry.beforeEachScrape { gauge.increment() }
        #expect(registry.exposition().contains("g 1\n"))
        #expect(registry.exposition().contains("g 2\n"))
        gauge.decrement()
        #expect(gauge.value == 1)
    }

    @Test(arguments: [
        ("a", true), ("a_b:c9", true), ("_a", true), (":a", true), ("", false), ("9a", false), ("a-b", false),
        ("a b", false), ("é", false), ("a\n", false),
    ])
    func metricNames(name: String, isValid: Bool) {
        #expect(MetricDescriptor.isMetricName(name) == isValid)
    }

    @Test(arguments: [
        ("a", true), ("a_9", true), ("_a", true), ("__a", false), ("", false), ("9a", false), ("a:b", false),
        ("le", false), ("a-b", false), ("é", false),
    ])
    func labelNames(name: String, isValid: Bool) {
        #expect(MetricDescriptor.isLabelName(name) == isValid)
    }

    @Test(
        arguments: [
            ("a_total", .counter, ["x"], nil), ("a", .gauge, [], nil), ("a_seconds", .histogram, ["x", "y"], nil),
            ("a-b", .gauge, [], "'a-b' is no metric name"),
            ("a", .counter, [], "'a': counters, and only they, end in _total"),
            ("a_total", .gauge, [], "'a_total': counters, and only they, end in _total"),
            ("a_count", .gauge, [], "'a_count' ends as a histogram's part"),
            ("a", .gauge, ["x", "x"], "'a' has a label twice"), ("a", .gauge, ["le"], "'le' is no label name"),
        ] as [(String, MetricDescriptor.Kind, [String], String?)])
    func declarationsAreChecked(name: String, kind: MetricDescriptor.Kind, labels: [String], problem: String?) {
        #expect(MetricDescriptor(name: name, help: "", kind: kind, labels: labels).problem == problem)
    }

    @Test func aWrongDeclarationTraps() async {
        await #expect(processExitsWith: .failure) { _ = MetricsRegistry().counter("bad name_total", help: "") }
        await #expect(processExitsWith: .failure) {
            let registry = MetricsRegistry()
            _ = registry.gauge("g", help: "")
            _ = registry.gauge("g", help: "other")
        }
        await #expect(processExitsWith: .failure) {
            _ = MetricsRegistry().gauge("g", help: "", labels: ["a"]).series("x", "y")
        }
        await #expect(processExitsWith: .failure) { _ = MetricsRegistry().histogram("h", help: "", buckets: [2, 1]) }
    }

    @Test func bucketBoundsAreChecked() {
        #expect(Histogram.areBounds(Histogram.messagingSeconds))
        #expect(Histogram.areBounds([]))
        #expect(Histogram.areBounds((0..<31).map(Double.init)))
        #expect(!Histogram.areBounds((0..<32).map(Double.init)))
        #expect(!Histogram.areBounds([1, 1]))
        #expect(!Histogram.areBounds([.infinity]))
        #expect(!Histogram.areBounds([.nan]))
    }

    @Test func updatesOfManyThreadsAreAllCounted() async {
        let counter = registry.counter("c_total", help: "h")
        let gauge = registry.gauge("g", help: "h")
        let histogram = registry.histogram("h", help: "h", buckets: (1..<32).map(Double.init))
        let family = registry.counter("f_total", help: "h", labels: ["l"])
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<8 {
                group.addTask { [registry] in
                    for number in 0..<5000 {
                        counter.increment()
                        counter.increment(by: 2)
                        gauge.add(number % 2 == 0 ? 3 : -1)
                        histogram.record(Double(number % 40))
                        family.series("\(number % 3)").increment()
                        if number % 500 == task { _ = registry.exposition() }
                    }
                }
            }
        }
        #expect(counter.value == 8 * 5000 * 3)
        #expect(gauge.value == 8 * 5000)
        #expect(histogram.count == 8 * 5000)
        #expect(histogram.reading.counts == [16000 / 8] + [UInt64](repeating: 1000, count: 30) + [8000])
        #expect(histogram.reading.sum == 8 * 125 * Double((0..<40).reduce(0, +)))
        #expect((0..<3).reduce(0) { $0 + family.series("\($1)").value } == 8 * 5000)
    }

    /// Nothing but updates, on threads of their own, so that one is interrupted within an update now and then.
    @Test func noUpdateOverwritesAnother() {
        let counter = registry.counter("c_total", help: "h")
        let gauge = registry.gauge("g", help: "h")
        let histogram = registry.histogram("h", help: "h", buckets: [1])
        let rounds = 300_000
        onThreads(4) { _ in
            // One after the other: an update just made keeps the next from being interrupted by another core.
            for _ in 0..<rounds { counter.increment() }
            for _ in 0..<rounds { counter.increment(by: 2) }
            for _ in 0..<rounds { gauge.add(1) }
            for _ in 0..<rounds { histogram.record(1) }
        }
        #expect(counter.value == 12 * UInt64(rounds))
        #expect(gauge.value == 4 * Double(rounds))
        #expect(histogram.reading.counts == [4 * UInt64(rounds), 0])
        #expect(histogram.reading.sum == 4 * Double(rounds))
    }

    @Test func aHistogramsPartsNeverContradictEachOtherWhileItIsWritten() async {
        let histogram = registry.histogram("h", help: "h", buckets: [1, 2])
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                for number in 0..<200_000 { histogram.record(Double(number % 3) + 0.5) }
            }
            group.addTask { [registry] in
                for _ in 0..<500 {
                    let text = registry.exposition()
                    func value(_ prefix: String) -> String? {
                        text.split(separator: "\n").first { $0.hasPrefix(prefix) }?.split(separator: " ").last.map(
                            String.init)
                    }
                    #expect(value("h_count") == value("h_bucket{le=\"+Inf\"}"))
                }
            }
        }
    }

    @Test func aDurationIsRecordedInSeconds() {
        let histogram = registry.histogram("h", help: "h")
        histogram.record(.milliseconds(1500))
        #expect(histogram.reading.sum == 1.5)
    }
}
