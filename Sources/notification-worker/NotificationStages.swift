import CommandLineTools
import NotificationDispatch
import NotificationProviders
import ProtobufCodec
import Schemas
import WorkerRuntime

/// Decides what becomes of each request for a message.
struct DispatchStage: Stage {
    static let declaration = Stages.dispatch
    static var settings: [any AnySetting] { DispatchSettings.all }

    private let dispatcher: Dispatcher

    init(configuration: Configuration) throws {
        dispatcher = Dispatcher(policy: try DispatchSettings.policy(configuration))
    }

    static func validateGlobal(_ topic: String, _ value: [UInt8]) throws {
        guard topic == Topics.templates.name else { return }
        try TemplateCheck.pass(Template(serializedBytes: value))
    }

    func decide(_ record: borrowing InputRecord, _ context: DecisionContext) throws {
        var book = ContextBook(context: context)
        if record.isFrom(Topics.customerEvents) {
            let event = try record.decode(Topics.customerEvents)
            let time = try Admission.time(of: event)
            try dispatcher.decide(event, occurredAt: time, at: context.judgedAt(time), &book)
        } else if record.isFrom(Topics.notificationRequests) {
            let request = try record.decode(Topics.notificationRequests)
            try dispatcher.decide(request, at: context.judgedAt(Admission.time(of: request)), &book)
        } else if record.isFrom(Topics.tags) {
            let tag = try record.decode(Topics.tags)
            try dispatcher.decide(tag, at: context.judgedAt(Admission.time(of: tag)), &book)
        } else if record.isFrom(Topics.notificationReceipts) {
            let receipt = try record.decode(Topics.notificationReceipts)
            try dispatcher.decide(receipt, at: context.judgedAt(Admission.time(of: receipt)), &book)
        } else {
            throw Rejection(.bug, "\(record.topic) is no input of this stage")
        }
    }

    func punctuate(table: UInt8, key: String, due: Int64, _ context: DecisionContext) throws {
        guard table == Tables.recipients.id else { return }
        var book = ContextBook(context: context)
        try dispatcher.release(key, at: context.at, &book)
    }

    /// The stage's tables and outputs as the dispatcher sees them.
    private struct ContextBook: DispatchBook {
        let context: DecisionContext

        func recipient(_ customerID: String) throws -> Recipient? { try context.get(Tables.recipients, customerID) }

        func put(_ recipient: Recipient, release: Int64?) throws {
            try context.put(Tables.recipients, recipient.customerID, recipient, timer: release)
        }

        func forget(_ customerID: String) throws {
            guard try recipient(customerID) != nil else { return }
            try context.delete(Tables.recipients, customerID)
        }

        func share(of audience: String) throws -> AudienceShare? { try context.get(Tables.audienceShares, audience) }

        func put(_ share: AudienceShare, of audience: String) throws {
            try context.put(Tables.audienceShares, audience, share)
        }

        func template(_ templateID: String) throws -> Template? { try context.global(Topics.templates, templateID) }

        func publish(_ output: DispatchOutput, at: Int64) throws {
            switch output {
            case .send(let send): try context.publish(send, to: Topics.notificationSends, at: at)
            case .outcome(let outcome): try context.publish(outcome, to: Topics.notificationOutcomes, at: at)
            case .task(let task): try context.publish(task, to: Topics.humanTasks, at: at)
            case .alert(let alert): try context.publish(alert, to: Topics.alerts, at: at)
            }
        }
    }
}

/// Brings each send to the provider, again where that may help, and tells what it answered in the end.
struct DeliveryStage: Stage {
    static let declaration = Stages.delivery
    static var settings: [any AnySetting] { DeliverySettings.all }

    private let delivery: Delivery

    init(configuration: Configuration) throws {
        delivery = Delivery(schedule: DeliverySettings.schedule(configuration))
    }

    static func performer(configuration: Configuration) throws -> (any EffectPerformer)? {
        ProviderPerformer(try DeliverySettings.provider(configuration))
    }

    func decide(_ record: borrowing InputRecord, _ context: DecisionContext) throws {
        let send = try record.decode(Topics.notificationSends)
        let at = context.judgedAt(try Admission.time(of: send))
        try take(try firstStep(of: send, at: at, context), send.sendID, at: at, context)
    }

    func punctuate(table: UInt8, key: String, due: Int64, _ context: DecisionContext) throws {
        guard table == Tables.deliveryAttempts.id, let state = try context.get(Tables.deliveryAttempts, key)
        else { return }
        try take(delivery.resume(state, at: context.at), key, at: context.at, context)
    }

    func anticipatedEffects(_ record: borrowing InputRecord, _ context: DecisionContext) throws -> [EffectRequest] {
        let send = try record.decode(Topics.notificationSends)
        let at = context.judgedAt(try Admission.time(of: send))
        return try effects(of: firstStep(of: send, at: at, context))
    }

    func anticipatedEffects(
        table: UInt8, key: String, due: Int64, _ context: DecisionContext
    ) throws -> [EffectRequest] {
        guard table == Tables.deliveryAttempts.id, let state = try context.get(Tables.deliveryAttempts, key)
        else { return [] }
        return try effects(of: delivery.resume(state, at: context.judgedAt(due)))
    }

    private func firstStep(of send: NotificationSend, at: Int64, _ context: DecisionContext) throws -> Delivery.Step {
        delivery.begin(send, known: try context.get(Tables.deliveryAttempts, send.sendID), at: at)
    }

    private func effects(of step: Delivery.Step) throws -> [EffectRequest] {
        guard case .attempt(let state) = step else { return [] }
        return [try request(state)]
    }

    private func request(_ state: DeliveryAttempts) throws -> EffectRequest {
        EffectRequest(id: delivery.effectID(state), payload: try state.send.serializedBytes())
    }

    private func take(_ step: Delivery.Step, _ sendID: String, at: Int64, _ context: DecisionContext) throws {
        switch step {
        case .none:
            context.count("delivery_duplicate_sends")
        case .forgotten:
            try context.delete(Tables.deliveryAttempts, sendID)
        case .finished(let ending):
            try finish(ending, sendID, at: at, context)
        case .attempt(let state):
            let answer = ProviderAnswer(encoded: try context.perform(request(state)))
            context.count("delivery_attempts")
            switch delivery.after(state, answer, at: at) {
            case .again(let next):
                try context.put(Tables.deliveryAttempts, sendID, next, timer: next.nextAttemptMs)
            case .finished(let ending):
                try finish(ending, sendID, at: at, context)
            }
        }
    }

    private func finish(_ ending: Delivery.Ending, _ sendID: String, at: Int64, _ context: DecisionContext) throws {
        try context.put(Tables.deliveryAttempts, sendID, ending.state, timer: ending.forgetAt)
        try context.publish(ending.receipt, to: Topics.notificationReceipts, at: at)
    }
}

/// What an operator may set of notification.dispatch; the defaults are those of `DispatchPolicy`.
enum DispatchSettings {
    static let capDay = cap("notification.cap.day", defaults.caps.perDay, "N07: promotional messages a local day.")
    static let capWeek = cap("notification.cap.week", defaults.caps.perWeek, "N07: promotional messages an ISO week.")
    static let capMonth = cap("notification.cap.month", defaults.caps.perMonth, "N07: promotional messages a month.")
    static let capSMS = cap(
        "notification.cap.sms.day", defaults.caps.perChannelDay[.sms] ?? 1, "N07: promotional SMS a local day.")
    static let capCampaign = cap(
        "notification.cap.campaign.month", defaults.caps.perCampaignMonth,
        "N07: promotional messages of one campaign a month.")
    static let windowStart = timeOfDay(
        "notification.window.start", defaults.window.startMinute,
        "N08: promotional messages go out from this local time.")
    static let windowEnd = timeOfDay(
        "notification.window.end", defaults.window.endMinute,
        "N08: promotional messages go out until this local time; before the start, the window crosses midnight.")
    static let nightReply = timeOfDay(
        "notification.night.reply", defaults.nightReplyMinute,
        "N08: questions of the night are answered by this local time.")
    static let softPercent = percent(
        "notification.ceiling.soft.percent", defaults.ceiling.softPercent,
        "N01: automated share from which an alert is given and people are preferred.")
    static let hardPercent = percent(
        "notification.ceiling.hard.percent", defaults.ceiling.hardPercent,
        "N02: automated share that no promotional message may pass.")
    static let handOffLayers = Setting<[String]>(
        "notification.ceiling.layers", default: defaults.handOffLayers.sorted(),
        help: "N01: values of the tag layer whose customers go to people from the soft limit on.")
    static let vipTiers = Setting<[String]>(
        "notification.vip.tiers", default: defaults.vipTiers.sorted(),
        help: "N03: values of the tag tier whose customers are served by people.")
    static let optOutWords = Setting<[String]>(
        "notification.opt.out.words", default: defaults.optOutWords.sorted(),
        help: "N17: chat messages, in lower case, that revoke the consent to marketing.")
    static let desks = Setting<Int>(
        "notification.desks", default: Int(defaults.desks), allowed: .range(1...10_000),
        help: "N03: desks that human tasks are shared out to.")
    static let taskDue = Setting<Duration>(
        "notification.task.due", default: .milliseconds(defaults.taskMilliseconds),
        allowed: .range(.seconds(1)...longest), help: "N03: from a hand-off to its due time.")
    static let utcOffset = Setting<Int32>(
        "notification.utc.offset.minutes", default: defaults.defaultOffsetMinutes,
        allowed: .range(DispatchLimits.offsetMinutes), help: "Offset from UTC of a customer whose zone is unknown.")

    static let all: [any AnySetting] = [
        capDay, capWeek, capMonth, capSMS, capCampaign, windowStart, windowEnd, nightReply, softPercent, hardPercent,
        handOffLayers, vipTiers, optOutWords, desks, taskDue, utcOffset,
    ]

    /// The configured policy; refuses limits in the wrong order.
    static func policy(_ configuration: Configuration) throws(ConfigurationError) -> DispatchPolicy {
        var policy = DispatchPolicy()
        policy.caps.perDay = configuration[capDay]
        policy.caps.perWeek = configuration[capWeek]
        policy.caps.perMonth = configuration[capMonth]
        policy.caps.perChannelDay = [.sms: configuration[capSMS]]
        policy.caps.perCampaignMonth = configuration[capCampaign]
        policy.window.startMinute = configuration[windowStart].minute
        policy.window.endMinute = configuration[windowEnd].minute
        policy.nightReplyMinute = configuration[nightReply].minute
        policy.ceiling.softPercent = configuration[softPercent]
        policy.ceiling.hardPercent = configuration[hardPercent]
        policy.handOffLayers = Set(configuration[handOffLayers])
        policy.vipTiers = Set(configuration[vipTiers])
        policy.optOutWords = Set(configuration[optOutWords].map { $0.lowercased() })
        policy.desks = UInt64(configuration[desks])
        policy.taskMilliseconds = DurationText.milliseconds(of: configuration[taskDue])
        policy.defaultOffsetMinutes = configuration[utcOffset]
        guard policy.ceiling.softPercent <= policy.ceiling.hardPercent else {
            throw ConfigurationError([
                "notification.ceiling.soft.percent: must not be above notification.ceiling.hard.percent"
            ])
        }
        return policy
    }

    private static let defaults = DispatchPolicy()
    private static let longest = Duration.seconds(365 * 86_400)

    private static func cap(_ key: String, _ fallback: Int, _ help: String) -> Setting<Int> {
        // A month's messages must fit what is kept of a customer.
        Setting<Int>(key, default: fallback, allowed: .range(0...DispatchLimits.sentMessages), help: help)
    }

    private static func percent(_ key: String, _ fallback: Int64, _ help: String) -> Setting<Int64> {
        Setting<Int64>(key, default: fallback, allowed: .range(0...100), help: help)
    }

    private static func timeOfDay(_ key: String, _ fallback: Int, _ help: String) -> Setting<TimeOfDay> {
        Setting<TimeOfDay>(key, default: TimeOfDay(minute: fallback), help: help)
    }
}

/// A time of the local day to the minute, such as `08:00`.
struct TimeOfDay: Hashable, Sendable, ExpressibleByArgument {
    /// Minutes since midnight, 0...1439.
    let minute: Int

    init(minute: Int) {
        self.minute = minute
    }

    init?(argument: String) {
        let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2,
            parts.allSatisfy({ $0.utf8.count == 2 && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
            let hour = Int(parts[0]), let minute = Int(parts[1]), hour < 24, minute < 60
        else { return nil }
        self.minute = hour * 60 + minute
    }

    static var valueExpectation: String { "a time of day from 00:00 to 23:59" }

    var argumentText: String {
        let (hour, rest) = minute.quotientAndRemainder(dividingBy: 60)
        return "\(hour < 10 ? "0" : "")\(hour):\(rest < 10 ? "0" : "")\(rest)"
    }
}

/// What an operator may set of notification.delivery: the provider and how long it is tried.
enum DeliverySettings {
    enum ProviderName: String, CaseIterable, Sendable, ExpressibleByArgument {
        case webhook, file, console
    }

    static let providerName = Setting<ProviderName>(
        "provider", default: .console, help: "What brings messages to customers: webhook, file or console.")
    static let webhookURL = Setting<String?>(
        "webhook.url", help: "Where the webhook posts: https, or http to this machine.")
    static let webhookSecret = Setting<Secret?>("webhook.secret", help: "The key that webhook calls are signed with.")
    static let webhookTimeout = Setting<Int>(
        "webhook.timeout.ms", default: webhookDefaults.timeoutMilliseconds, allowed: .range(10...60_000),
        help: "The longest wait for one webhook call.")
    static let webhookBatch = Setting<Int>(
        "webhook.batch.ms", default: webhookDefaults.batchMilliseconds, allowed: .range(10...600_000),
        help: "The longest wait for the calls of one step; keep it well below transaction.timeout.ms.")
    static let webhookConnections = Setting<Int>(
        "webhook.connections", default: webhookDefaults.connections, allowed: .range(1...256),
        help: "Webhook calls in flight at once, of one thread.")
    static let webhookResponse = Setting<Int>(
        "webhook.response.max.bytes", default: webhookDefaults.responseBytes, allowed: .range(0...1_048_576),
        help: "Bytes of an answer that are read; a longer one costs its connection.")
    static let filePath = Setting<String?>("file.path", help: "The file that the provider file adds lines to.")
    static let attempts = Setting<Int>(
        "delivery.attempts", default: Int(defaults.attempts), allowed: .range(1...100),
        help: "N30: attempts of a send at most.")
    static let firstDelay = delay(
        "delivery.delay.first", defaults.firstDelay, "N30: wait after the first attempt; doubles.")
    static let longestDelay = delay("delivery.delay.max", defaults.longestDelay, "N30: longest wait between attempts.")
    static let life = delay("delivery.life", defaults.life, "N30: how long a send without an expiry is tried.")
    static let memory = delay("delivery.memory", defaults.memory, "N30: how long a finished send is remembered.")

    static let all: [any AnySetting] = [
        providerName, webhookURL, webhookSecret, webhookTimeout, webhookBatch, webhookConnections, webhookResponse,
        filePath, attempts, firstDelay, longestDelay, life, memory,
    ]

    static func schedule(_ configuration: Configuration) -> DeliverySchedule {
        var schedule = DeliverySchedule()
        schedule.attempts = UInt32(configuration[attempts])
        schedule.firstDelay = DurationText.milliseconds(of: configuration[firstDelay])
        schedule.longestDelay = DurationText.milliseconds(of: configuration[longestDelay])
        schedule.life = DurationText.milliseconds(of: configuration[life])
        schedule.memory = DurationText.milliseconds(of: configuration[memory])
        return schedule
    }

    /// Makes the configured provider; refuses one whose own settings are missing or wrong.
    static func provider(_ configuration: Configuration) throws(ConfigurationError) -> any NotificationProvider {
        do {
            switch configuration[providerName] {
            case .console:
                return ConsoleProvider()
            case .file:
                guard let path = configuration[filePath] else {
                    throw ConfigurationError(["file.path: is required by provider file"])
                }
                return try FileProvider(path: path)
            case .webhook:
                return try webhook(configuration)
            }
        } catch let error as ProviderError {
            throw ConfigurationError(["provider: \(error)"])
        } catch let error as ConfigurationError {
            throw error
        } catch {
            throw ConfigurationError(["provider: \(error)"])
        }
    }

    private static func webhook(_ configuration: Configuration) throws -> WebhookProvider {
        guard let url = configuration[webhookURL] else {
            throw ConfigurationError(["webhook.url: is required by provider webhook"])
        }
        guard let secret = configuration[webhookSecret] else {
            throw ConfigurationError(["webhook.secret.file: is required by provider webhook"])
        }
        var settings = WebhookSettings()
        settings.timeoutMilliseconds = configuration[webhookTimeout]
        settings.batchMilliseconds = configuration[webhookBatch]
        settings.connections = configuration[webhookConnections]
        settings.responseBytes = configuration[webhookResponse]
        return WebhookProvider(
            url: try WebhookURL(url), secret: try WebhookSecret(secret.reveal()), settings: settings)
    }

    private static let defaults = DeliverySchedule()
    private static let webhookDefaults = WebhookSettings()

    private static func delay(_ key: String, _ fallback: Int64, _ help: String) -> Setting<Duration> {
        Setting<Duration>(
            key, default: .milliseconds(fallback), allowed: .range(.milliseconds(1)...Duration.seconds(365 * 86_400)),
            help: help)
    }
}
