import Synchronization

/// All series of one metric: one for each set of label values.
public final class MetricFamily<Metric: Sendable>: Sendable {
    let descriptor: MetricDescriptor
    private let make: @Sendable () -> Metric
    private let render: @Sendable (Metric, [String], MetricDescriptor, inout ExpositionText) -> Void
    private let series: Mutex<[[String]: Metric]>
    private let limit: Int
    private let refused: Counter

    init(
        _ descriptor: MetricDescriptor, limit: Int, refused: Counter, make: @escaping @Sendable () -> Metric,
        render: @escaping @Sendable (Metric, [String], MetricDescriptor, inout ExpositionText) -> Void
    ) {
        self.descriptor = descriptor
        self.limit = limit
        self.refused = refused
        self.make = make
        self.render = render
        series = Mutex([:])
    }

    /// The series of these label values, in the order of the declared labels; made at the first call.
    ///
    /// Look-up takes a lock and allocates: keep the result rather than look it up per record. Beyond the registry's
    /// series limit the result counts but is not shown, and `growth_metrics_series_refused_total` tells.
    public func series(_ labelValues: String...) -> Metric { series(labelValues) }

    /// The same with the values in an array.
    public func series(_ labelValues: [String]) -> Metric {
        precondition(labelValues.count == descriptor.labels.count, "\(descriptor.name) has other labels")
        return series.withLock { series in
            if let metric = series[labelValues] { return metric }
            let metric = make()
            guard series.count < limit else {
                refused.increment()
                return metric
            }
            series[labelValues] = metric
            return metric
        }
    }

    /// Ends the series: it is shown no more, and a later look-up begins a new one.
    public func removeSeries(_ labelValues: String...) {
        series.withLock { _ = $0.removeValue(forKey: labelValues) }
    }

    /// Ends every series that has all of these labels with these values.
    public func removeSeries(matching labels: [String: String]) {
        let places = labels.compactMap { name, value in
            descriptor.labels.firstIndex(of: name).map { (index: $0, value: value) }
        }
        guard places.count == labels.count else { return }
        series.withLock { series in
            series = series.filter { values, _ in !places.allSatisfy { values[$0.index] == $0.value } }
        }
    }

    /// How many series there are.
    public var count: Int { series.withLock { $0.count } }
}

extension MetricFamily: MetricSource {
    func write(to text: inout ExpositionText) {
        // Rendered outside of the lock: a slow scrape does not hold up a look-up.
        let all = series.withLock { Array($0) }.sorted { $0.key.lexicographicallyPrecedes($1.key) }
        for (values, metric) in all { render(metric, values, descriptor, &text) }
    }
}
