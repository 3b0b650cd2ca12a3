import CommandLineTools
import Kafka
import Operations
import ProtobufCodec
import Schemas
import ShopGenerator
import Tagging

/// `growthctl calibrate`: exact score borders from the orders so far, as a new version of the compacted record (T01, T08).
enum CalibrateCommand {
    private static let cutOff = Option<TimeArgument>(
        "until", placeholder: "time", help: "Orders up to this event time count.")
    private static let validFrom = Option<TimeArgument?>(
        "valid-from", placeholder: "time", help: "From when the borders are used; the cut-off without it.")
    private static let window = Option<Int>(
        "window", placeholder: "days", default: 90, allowed: .matching("30 or 90") { $0 == 30 || $0 == 90 },
        help: "Days of the frequency window.")
    private static let author = Option<String>(
        "author", default: "growthctl", help: "Who calibrates; kept in the version.")

    static let command = Command(
        "calibrate",
        abstract: "Computes exact RFM score borders from customer.events.v1 and publishes them as a new version.",
        examples: [
            .init("growthctl calibrate --until 1997-04-01T00:00:00Z", "Show the borders."),
            .init("growthctl calibrate --until 1997-04-01T00:00:00Z --execute", "Publish them as the next version."),
        ],
        parameters: [cutOff, validFrom, window, author, Common.execute]
    ) { parsed in
        let now = parsed.console.now()
        let limit = parsed[cutOff].resolved(now: now).millisecondsSince1970
        let from = parsed[validFrom]?.resolved(now: now).millisecondsSince1970 ?? limit
        _ = try Common.topics(parsed)
        let fold = TopicFold(try Common.client(parsed), partitions: Common.partitionCount(parsed))
        var population = RFMPopulation(cutOff: limit)
        var current = Calibration.with { $0.name = CalibrationCheck.rfm }
        try Common.reachable(parsed) {
            try fold.forEachRecord(Topics.customerEvents.declaration) { record in
                guard let bytes = record.value, let event = try? CustomerEvent(serializedBytes: bytes) else { return }
                population.add(event)
            }
            try fold.forEach(Topics.calibrations) { _, calibration in
                if calibration.name == current.name { current = calibration }
            }
        }
        let version = try next(after: current, population, parsed, validFrom: from)
        current.versions.append(version)
        do throws(Rejection) {
            try CalibrationCheck.check(current)
        } catch {
            throw CommandFailure(.conflict, "the new version does not fit: \(error.message)")
        }
        if parsed[Common.execute] {
            let publisher = try RecordPublisher(
                Common.client(parsed), source: "/growthctl/calibrate", partitions: Common.partitionCount(parsed))
            try publisher.publish(
                current, to: Topics.calibrations, id: "rfm/\(version.version)", at: now.millisecondsSince1970)
            try publisher.flush()
        }
        show(parsed, version)
        return .success
    }

    private static func next(
        after current: Calibration, _ population: RFMPopulation, _ parsed: ParsedCommand, validFrom: Int64
    ) throws -> CalibrationVersion {
        do {
            var version = try population.calibration(frequencyWindowDays: UInt32(parsed[window]))
            version.version = (current.versions.last?.version ?? 0) + 1
            version.validFromMs = validFrom
            version.author = parsed[author]
            return version
        } catch {
            throw CommandFailure(.notFound, "no borders: \(error)", hint: "Are there paid orders before --until?")
        }
    }

    private static func show(_ parsed: ParsedCommand, _ version: CalibrationVersion) {
        if Common.isJSON(parsed) {
            let text = (try? version.jsonString()) ?? "{}"
            Common.printJSON(parsed, kind: "Calibration", [RecordText.json(text)])
            return
        }
        func line(_ edges: [Int64]) -> String {
            edges.map { NumberText.fixed(Double($0) / 5, places: 1) }.joined(separator: "  ")
        }
        parsed.console.print(
            "version \(version.version), \(version.customerCount) customers, tie rule \(version.tieRule)")
        parsed.console.print("recency, days     \(line(version.recencyEdgesFifths))")
        parsed.console.print("frequency         \(line(version.frequencyEdgesFifths))")
        parsed.console.print("monetary, minor   \(line(version.monetaryEdgesFifths))")
        if !parsed[Common.execute] { parsed.console.say("nothing was published; add --execute") }
    }
}
