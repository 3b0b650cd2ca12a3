import CommandLineTools
import Dispatch
import Foundation
import Kafka
import Operations
import ProtobufCodec
import Schemas
import ShopGenerator
import Tagging

/// One run of the demonstration, from empty topics to the summary.
struct DemoRun {
    private let parsed: ParsedCommand
    private let console: Console
    private let client: ClientConfiguration
    private let partitions: Int32
    /// Event time goes on this long after the last record: holds of 7 days, reviews of 14, grace and deferrals run out.
    private static let tail: Int64 = 21 * Milliseconds.day
    /// The fleet must catch up with a step within this time.
    private static let stepLimitSeconds = 180.0
    private static let quarterDays: Int64 = 91

    init(_ parsed: ParsedCommand) throws {
        self.parsed = parsed
        console = parsed.console
        client = try Common.client(parsed)
        partitions = Common.partitionCount(parsed)
    }

    func run() throws -> ExitCode {
        let begun = DispatchTime.now()
        let step = try DemoCommand.stepMilliseconds(parsed)
        let history = try GenerateCommand.history(parsed)
        guard let first = history.records.first?.time else {
            throw CommandFailure(.failure, "the data has no purchases")
        }
        try prepareTopics()
        let publisher = try RecordPublisher(client, source: "/growthctl/demo", partitions: partitions)
        try publishDefinitions(publisher, history, first: first)
        try FileManager.default.createDirectory(
            atPath: DemoCommand.folder(parsed), withIntermediateDirectories: true)
        let fleet = WorkerFleet(try DemoCommand.plan(parsed))
        try fleet.start()
        var failed: [String] = []
        let progress = try FleetProgress(client, partitions: partitions, usesClock: true)
        do {
            try feed(history, step, publisher, progress, fleet)
        } catch {
            _ = fleet.stop()
            throw error
        }
        let fedSeconds = seconds(since: begun)
        if !DemoCommand.keepsRunning(parsed) { failed = fleet.stop() }
        console.say("reading what came of it …")
        let summary = try DemoSummary(TopicFold(client, partitions: partitions), planted: history.planted)
        let facts = DemoFacts(
            purchases: history.purchases, fedRecords: history.records.count, consumed: progress.totalConsumed,
            published: progress.published.values.reduce(0, +), timers: progress.timers,
            transactions: progress.transactions, kills: fleet.kills, processes: DemoCommand.processCount(parsed),
            seconds: fedSeconds, failedStops: failed)
        if Common.isJSON(parsed) {
            Common.printJSON(parsed, kind: "DemoSummary", [DemoReport(summary, facts).json])
        } else {
            console.write(DemoReport(summary, facts).text(width: console.terminal.width))
        }
        return summary.violations.isEmpty && failed.isEmpty ? .success : .failure
    }

    // MARK: Before

    private func prepareTopics() throws {
        let admin = try Common.admin(parsed)
        let plan = TopicPlan(partitions: partitions, on: try admin.topics())
        if let conflict = plan.conflicts.first {
            throw CommandFailure(
                .conflict, "\(conflict.topic.name) \(conflict.note), \(conflict.partitions) are declared",
                hint: "Use the --partitions that the topics were made with, or an empty broker.")
        }
        let created = try plan.apply(admin, replication: nil)
        guard !created.isEmpty else {
            throw CommandFailure(
                .conflict, "the topics are there already: the demonstration needs an empty broker",
                hint: "Deploy/demo starts one of its own where KAFKA_HOME is set.")
        }
        console.say("created \(created.count) topics with \(partitions) partitions")
    }

    /// Everything versioned is published before the workers start, so that each run sees it at the same point.
    private func publishDefinitions(_ publisher: RecordPublisher, _ history: ShopHistory, first: Int64) throws {
        let start = first - 40 * Milliseconds.day
        for campaign in DemoDefinitions.campaigns(from: start) {
            try publisher.publish(campaign, to: Topics.campaigns, id: campaign.campaignID, at: start)
        }
        try publisher.publish(DemoDefinitions.fraudRules(from: start), to: Topics.fraudRules, id: "rules/1", at: start)
        for template in DemoDefinitions.templates(from: start) {
            try publisher.publish(template, to: Topics.templates, id: template.templateID, at: start)
        }
        let calibration = try calibration(history, first: first)
        try publisher.publish(calibration, to: Topics.calibrations, id: "calibration/1", at: start)
        try publisher.flush()
        console.say("published 2 campaigns, fraud rules, 3 templates, \(calibration.versions.count) calibrations")
    }

    /// Borders for each quarter, from the orders before it alone.
    private func calibration(_ history: ShopHistory, first: Int64) throws -> Calibration {
        var calibration = Calibration.with { $0.name = CalibrationCheck.rfm }
        let last = history.records.last?.time ?? first
        var cutOff = first + Self.quarterDays * Milliseconds.day
        while cutOff < last {
            var population = RFMPopulation(cutOff: cutOff)
            for record in history.records where record.time <= cutOff {
                if case .customer(let event) = record.content { population.add(event) }
            }
            if var version = try? population.calibration(frequencyWindowDays: 90) {
                version.version = UInt32(calibration.versions.count + 1)
                version.validFromMs = cutOff
                version.author = "growthctl demo"
                calibration.versions.append(version)
            }
            cutOff += Self.quarterDays * Milliseconds.day
        }
        return calibration
    }

    // MARK: During

    private func feed(
        _ history: ShopHistory, _ step: Int64, _ publisher: RecordPublisher, _ progress: FleetProgress,
        _ fleet: WorkerFleet
    ) throws {
        let feeder = ShopFeeder(history, step: step, tail: Self.tail, publisher: publisher, progress: progress)
        feeder.tickCount = Int(partitions)
        var bar = ProgressBar("feed", unit: "steps", total: Int64(feeder.stepCount), console: console)
        var killer = Killer(every: DemoCommand.killInterval(parsed), seed: UInt64(parsed[GenerateCommand.seed]))
        var done: Int64 = 0
        while !feeder.isFinished {
            try feeder.advance()
            let begun = DispatchTime.now()
            while progress.outstanding > 0 {
                try progress.poll(timeoutMilliseconds: 20)
                try fleet.check()
                if let victim = try killer.strike(fleet) { console.say("killed \(victim)") }
                if seconds(since: begun) > Self.stepLimitSeconds {
                    throw CommandFailure(
                        .failure,
                        "the fleet did not catch up within \(Int(Self.stepLimitSeconds)) s: \(progress.outstanding) records are outstanding",
                        hint: "See the logs in \(DemoCommand.folder(parsed)).")
                }
            }
            done += 1
            bar.update(done)
        }
        bar.finish(done)
    }

    private func seconds(since time: DispatchTime) -> Double {
        Double(DispatchTime.now().uptimeNanoseconds - time.uptimeNanoseconds) / 1e9
    }
}

/// Kills a process now and then; which one is drawn from the seed.
struct Killer {
    private let interval: Double?
    private var random: UInt64
    private var last = DispatchTime.now()

    init(every seconds: Int?, seed: UInt64) {
        interval = seconds.map(Double.init)
        random = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    }

    mutating func strike(_ fleet: WorkerFleet) throws -> String? {
        guard let interval else { return nil }
        guard Double(DispatchTime.now().uptimeNanoseconds - last.uptimeNanoseconds) / 1e9 >= interval else {
            return nil
        }
        last = DispatchTime.now()
        // xorshift64, Marsaglia 2003.
        random ^= random << 13
        random ^= random >> 7
        random ^= random << 17
        return try fleet.killOne(random >> 11)
    }
}
