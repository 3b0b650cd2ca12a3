/// Prometheus' text exposition format, version 0.0.4.
struct ExpositionText {
    /// The Content-Type of the text.
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    private(set) var text = ""

    mutating func header(_ descriptor: MetricDescriptor) {
        text += "# HELP \(descriptor.name) \(Self.escaped(descriptor.help, quotes: false))\n"
        text += "# TYPE \(descriptor.name) \(descriptor.kind.rawValue)\n"
    }

    /// One sample; a NaN is left out.
    mutating func sample(
        _ name: String, _ labels: [String], _ values: [String], extra: (name: String, value: String)? = nil,
        _ value: Double
    ) {
        guard !value.isNaN else { return }
        sample(name, labels, values, extra: extra, text: Self.number(value))
    }

    mutating func sample(
        _ name: String, _ labels: [String], _ values: [String], extra: (name: String, value: String)? = nil,
        text value: String
    ) {
        var pairs = zip(labels, values).map { "\($0)=\"\(Self.escaped($1, quotes: true))\"" }
        if let extra { pairs.append("\(extra.name)=\"\(extra.value)\"") }
        text += name + (pairs.isEmpty ? "" : "{" + pairs.joined(separator: ",") + "}") + " " + value + "\n"
    }

    mutating func histogram(
        _ reading: Histogram.Reading, bounds: [Double], _ values: [String], _ descriptor: MetricDescriptor
    ) {
        var cumulative: UInt64 = 0
        for (index, count) in reading.counts.enumerated() {
            cumulative &+= count
            let bound = index < bounds.count ? Self.number(bounds[index]) : "+Inf"
            sample(
                descriptor.name + "_bucket", descriptor.labels, values, extra: ("le", bound), text: String(cumulative))
        }
        sample(descriptor.name + "_sum", descriptor.labels, values, reading.sum)
        sample(descriptor.name + "_count", descriptor.labels, values, text: String(cumulative))
    }

    static func number(_ value: Double) -> String {
        if value == .infinity { return "+Inf" }
        if value == -.infinity { return "-Inf" }
        if value == value.rounded(), abs(value) < 0x1p53 { return String(Int64(value)) }
        return String(value)
    }

    static func escaped(_ text: String, quotes: Bool) -> String {
        let needsEscapes = text.utf8.contains { byte in
            byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\"")
        }
        guard needsEscapes else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

/// Something that writes the samples of one metric.
protocol MetricSource: Sendable {
    var descriptor: MetricDescriptor { get }
    func write(to text: inout ExpositionText)
}
