import CommandLineTools
import ProtobufCodec
import Schemas
import Tagging
import WorkerRuntime

/// Keeps each customer's profile, and tells its tags, scores and stages as they change.
struct ProfilesStage: Stage {
    static let declaration = Stages.profiles
    static var settings: [any AnySetting] { TaggingSettings.all }

    private let rules: TaggingRules

    init(configuration: Configuration) throws {
        rules = try TaggingSettings.rules(configuration)
    }

    static func validateGlobal(_ topic: String, _ value: [UInt8]) throws {
        guard topic == Topics.calibrations.name else { return }
        try CalibrationCheck.check(Calibration(serializedBytes: value))
    }

    func decide(_ record: borrowing InputRecord, _ context: DecisionContext) throws {
        let event = try record.decode(Topics.customerEvents)
        var profile = try context.get(Tables.profiles, event.customerID)
        // An event without a possible time is refused below, whatever it would be judged at.
        let decision = try Tagging.decide(
            event, at: context.judgedAt(event.occurredAt.milliseconds ?? 0), profile: &profile,
            calibration: try calibration(context), rules: rules)
        if decision.isUnchanged { context.count("tagging_duplicate_events") }
        try keep(decision, profile, event.customerID, context)
    }

    func punctuate(table: UInt8, key: String, due: Int64, _ context: DecisionContext) throws {
        var profile = try context.get(Tables.profiles, key)
        // Up to this timer only: the runtime fires the next one in its turn among all customers.
        let decision = Tagging.advance(
            due: due, to: due, profile: &profile, calibration: try calibration(context), rules: rules)
        try keep(decision, profile, key, context)
    }

    private func calibration(_ context: DecisionContext) throws -> Calibration? {
        try context.global(Topics.calibrations, CalibrationCheck.rfm)
    }

    private func keep(
        _ decision: TaggingDecision, _ profile: CustomerProfile?, _ key: String, _ context: DecisionContext
    ) throws {
        guard !decision.isUnchanged else { return }
        if let profile {
            try context.put(Tables.profiles, key, profile, timer: decision.nextDue)
        } else {
            try context.delete(Tables.profiles, key)
        }
        try publish(decision, context)
    }

    /// Each output's Kafka timestamp is the time it carries.
    private func publish(_ decision: TaggingDecision, _ context: DecisionContext) throws {
        for entry in decision.audits {
            try context.publish(entry, to: Topics.audit, at: entry.at.milliseconds ?? context.at)
        }
        for tag in decision.tags {
            try context.publish(tag, to: Topics.tags, at: tag.changedAt.milliseconds ?? context.at)
        }
        for request in decision.requests {
            try context.publish(
                request, to: Topics.notificationRequests, at: request.requestedAt.milliseconds ?? context.at)
        }
    }
}

/// The thresholds an operator may set.
enum TaggingSettings {
    static let silentAfter = length("tagging.silent.after", \.silentAfter, "T07: without activity for this, silent.")
    static let lostAfter = length("tagging.lost.after", \.lostAfter, "T07: without activity for this, lost.")
    static let newFor = length("tagging.new.for", \.newFor, "T07: new for this after registration.")
    static let liveFanFor = length("tagging.live.fan.for", \.liveFanFor, "T22: how long joining a stream counts.")
    static let liveFanCount = Setting<Int>(
        "tagging.live.fan.count", default: defaults.liveFanCount, allowed: .range(1...TaggingRules.liveFanCountLimit),
        help: "T22: joins that make a live fan.")
    static let priceCheckAfter = length(
        "tagging.price.check.after", \.priceCheckAfter, "T23: time from registration to first order.")
    static let abandonedAfter = length(
        "tagging.abandoned.after", \.abandonedAfter, "T24: an open checkout is abandoned after this.")
    static let abandonedFor = length("tagging.abandoned.for", \.abandonedFor, "T24: how long the tag stays.")
    static let abandonedRequestFor = length(
        "tagging.abandoned.request.for", \.abandonedRequestFor, "T24: how long its message is worth sending.")
    static let silverSpend = spend("tagging.tier.silver", \.silverSpend)
    static let goldSpend = spend("tagging.tier.gold", \.goldSpend)
    static let platinumSpend = spend("tagging.tier.platinum", \.platinumSpend)
    static let tierGrace = length("tagging.tier.grace", \.tierGrace, "T38: how long a tier outlives its period.")

    static let all: [any AnySetting] = [
        silentAfter, lostAfter, newFor, liveFanFor, liveFanCount, priceCheckAfter, abandonedAfter, abandonedFor,
        abandonedRequestFor, silverSpend, goldSpend, platinumSpend, tierGrace,
    ]

    /// The configured rules; refuses borders that do not rise.
    static func rules(_ configuration: Configuration) throws(ConfigurationError) -> TaggingRules {
        var rules = TaggingRules()
        rules.silentAfter = milliseconds(configuration[silentAfter])
        rules.lostAfter = milliseconds(configuration[lostAfter])
        rules.newFor = milliseconds(configuration[newFor])
        rules.liveFanFor = milliseconds(configuration[liveFanFor])
        rules.liveFanCount = configuration[liveFanCount]
        rules.priceCheckAfter = milliseconds(configuration[priceCheckAfter])
        rules.abandonedAfter = milliseconds(configuration[abandonedAfter])
        rules.abandonedFor = milliseconds(configuration[abandonedFor])
        rules.abandonedRequestFor = milliseconds(configuration[abandonedRequestFor])
        rules.silverSpend = configuration[silverSpend]
        rules.goldSpend = configuration[goldSpend]
        rules.platinumSpend = configuration[platinumSpend]
        rules.tierGrace = milliseconds(configuration[tierGrace])
        try check(rules)
        return rules
    }

    private static func check(_ rules: TaggingRules) throws(ConfigurationError) {
        var problems: [String] = []
        if rules.silentAfter >= rules.lostAfter {
            problems.append("tagging.lost.after: must be more than tagging.silent.after")
        }
        if rules.silverSpend >= rules.goldSpend || rules.goldSpend >= rules.platinumSpend {
            problems.append("tagging.tier.gold: must lie between tagging.tier.silver and tagging.tier.platinum")
        }
        guard problems.isEmpty else { throw ConfigurationError(problems) }
    }

    private static let defaults = TaggingRules()
    /// Bound of every length of time: the century that event times lie in.
    private static let longest = Duration.seconds(100 * 365 * 86_400)

    private static func length(
        _ key: String, _ value: KeyPath<TaggingRules, Int64>, _ help: String
    ) -> Setting<Duration> {
        Setting<Duration>(
            key, default: .milliseconds(defaults[keyPath: value]), allowed: .range(.milliseconds(1)...longest),
            help: help)
    }

    private static func spend(_ key: String, _ value: KeyPath<TaggingRules, Int64>) -> Setting<Int64> {
        Setting<Int64>(
            key, default: defaults[keyPath: value], allowed: .range(1...Validation.amountLimit),
            help: "T38: least spend of a rolling year for the tier, minor units.")
    }

    private static func milliseconds(_ duration: Duration) -> Int64 { DurationText.milliseconds(of: duration) }
}
