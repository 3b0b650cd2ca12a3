import Synchronization

/// A metric whose samples are asked for when it is scraped.
public final class SampledMetric: Sendable {
    /// Gives the label values and the value of each series; called on the scraping thread.
    public typealias Reader = @Sendable () -> [(labelValues: [String], value: Double)]

    let descriptor: MetricDescriptor
    private let limit: Int
    private let refused: Counter
    private let readers = Mutex<[Reader]>([])

    init(_ descriptor: MetricDescriptor, limit: Int, refused: Counter) {
        self.descriptor = descriptor
        self.limit = limit
        self.refused = refused
    }

    func add(_ reader: @escaping Reader) {
        readers.withLock { $0.append(reader) }
    }
}

extension SampledMetric: MetricSource {
    func write(to text: inout ExpositionText) {
        let readers = readers.withLock { $0 }
        let samples = readers.flatMap { $0() }.filter { $0.labelValues.count == descriptor.labels.count }
        var series: [[String]: Double] = [:]
        // Of equal series the first is shown: Prometheus refuses a whole scrape that has one twice.
        for sample in samples where series[sample.labelValues] == nil { series[sample.labelValues] = sample.value }
        let sorted = series.sorted { $0.key.lexicographicallyPrecedes($1.key) }
        for (values, value) in sorted.prefix(limit) {
            text.sample(descriptor.name, descriptor.labels, values, value)
        }
        if sorted.count > limit { refused.increment(by: UInt64(sorted.count - limit)) }
    }
}
