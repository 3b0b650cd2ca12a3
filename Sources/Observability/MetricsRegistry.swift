import Synchronization

/// All the metrics of a process, and their text for Prometheus.
///
/// Metrics are declared at start and kept; a declaration that is malformed, or that contradicts an earlier one of the
/// same name, is a programmer's error and traps. Declaring the same metric again gives the same metric.
public final class MetricsRegistry: Sendable {
    /// The most series of one metric unless stated otherwise.
    public static let defaultSeriesLimit = 2000

    private struct State {
        var sources: [String: any MetricSource] = [:]
        var updates: [@Sendable () -> Void] = []
    }

    private let state = Mutex(State())
    private let seriesLimit: Int
    private let refused: Counter

    /// The limit bounds what labels from topics and partitions can cost a Prometheus server.
    public init(seriesLimit: Int = MetricsRegistry.defaultSeriesLimit) {
        self.seriesLimit = seriesLimit
        let refused = Counter()
        self.refused = refused
        _ = counters(
            MetricDescriptor(
                name: "growth_metrics_series_refused_total",
                help: "Series that were not shown because their metric had reached its limit.", kind: .counter,
                labels: [])
        ) { refused }.series([])
    }

    // MARK: Declaring

    /// A counter; its name ends in `_total`.
    public func counter(_ name: String, help: String) -> Counter {
        counter(name, help: help, labels: []).series([])
    }

    /// A counter with labels.
    public func counter(_ name: String, help: String, labels: [String]) -> MetricFamily<Counter> {
        counters(MetricDescriptor(name: name, help: help, kind: .counter, labels: labels)) { Counter() }
    }

    /// A value that rises and falls.
    public func gauge(_ name: String, help: String) -> Gauge {
        gauge(name, help: help, labels: []).series([])
    }

    /// A value that rises and falls, for each set of label values.
    public func gauge(_ name: String, help: String, labels: [String]) -> MetricFamily<Gauge> {
        family(MetricDescriptor(name: name, help: help, kind: .gauge, labels: labels), { Gauge() }) {
            (gauge, values, descriptor, text) in
            text.sample(descriptor.name, descriptor.labels, values, gauge.value)
        }
    }

    /// A histogram; the bounds are ascending and `+Inf` is added by itself.
    public func histogram(
        _ name: String, help: String, buckets: [Double] = Histogram.messagingSeconds
    ) -> Histogram {
        histogram(name, help: help, buckets: buckets, labels: []).series([])
    }

    /// A histogram with labels, each series with the same bounds.
    public func histogram(
        _ name: String, help: String, buckets: [Double] = Histogram.messagingSeconds, labels: [String]
    ) -> MetricFamily<Histogram> {
        family(
            MetricDescriptor(name: name, help: help, kind: .histogram, labels: labels), { Histogram(bounds: buckets) }
        ) {
            (histogram, values, descriptor, text) in
            text.histogram(histogram.reading, bounds: histogram.bounds, values, descriptor)
        }
    }

    /// A gauge or counter whose samples are asked for at each scrape: label values and value of each series.
    ///
    /// Called again for the same metric, the readers add up: each stage of a worker gives its own series.
    public func samples(
        _ kind: MetricDescriptor.Kind, _ name: String, help: String, labels: [String] = [],
        read: @escaping SampledMetric.Reader
    ) {
        precondition(kind != .histogram, "'\(name)': a histogram is not sampled")
        let descriptor = MetricDescriptor(name: name, help: help, kind: kind, labels: labels)
        let source = register(descriptor) { SampledMetric(descriptor, limit: seriesLimit, refused: refused) }
        guard let metric = source as? SampledMetric else {
            preconditionFailure("'\(name)' is declared twice, in different ways")
        }
        metric.add(read)
    }

    /// Runs before each scrape, for gauges that are set from a snapshot.
    public func beforeEachScrape(_ update: @escaping @Sendable () -> Void) {
        state.withLock { $0.updates.append(update) }
    }

    // MARK: Series

    /// Ends every series, of whatever metric, that has all of these labels with these values: for a revoked partition.
    public func removeSeries(matching labels: [String: String]) {
        for source in state.withLock({ Array($0.sources.values) }) {
            (source as? any SeriesRemoving)?.removeSeries(matching: labels)
        }
    }

    // MARK: Text

    /// Everything in the text exposition format 0.0.4, sorted by name and label values.
    public func exposition() -> String {
        let (updates, sources) = state.withLock { state in
            (state.updates, state.sources.sorted { $0.key < $1.key }.map(\.value))
        }
        for update in updates { update() }
        var text = ExpositionText()
        for source in sources {
            text.header(source.descriptor)
            source.write(to: &text)
        }
        return text.text
    }

    // MARK: Registering

    private func counters(
        _ descriptor: MetricDescriptor, _ make: @escaping @Sendable () -> Counter
    ) -> MetricFamily<Counter> {
        family(descriptor, make) { counter, values, descriptor, text in
            text.sample(descriptor.name, descriptor.labels, values, text: String(counter.value))
        }
    }

    private func family<Metric: Sendable>(
        _ descriptor: MetricDescriptor, _ make: @escaping @Sendable () -> Metric,
        render: @escaping @Sendable (Metric, [String], MetricDescriptor, inout ExpositionText) -> Void
    ) -> MetricFamily<Metric> {
        let source = register(descriptor) {
            MetricFamily(descriptor, limit: seriesLimit, refused: refused, make: make, render: render)
        }
        guard let family = source as? MetricFamily<Metric> else {
            preconditionFailure("'\(descriptor.name)' is declared twice, in different ways")
        }
        return family
    }

    private func register(_ descriptor: MetricDescriptor, _ make: () -> any MetricSource) -> any MetricSource {
        if let problem = descriptor.problem { preconditionFailure(problem) }
        return state.withLock { state in
            if let source = state.sources[descriptor.name] {
                precondition(source.descriptor == descriptor, "'\(descriptor.name)' is declared twice, differently")
                return source
            }
            let source = make()
            state.sources[descriptor.name] = source
            return source
        }
    }
}

/// A metric whose series can end.
protocol SeriesRemoving {
    func removeSeries(matching labels: [String: String])
}

extension MetricFamily: SeriesRemoving {}
