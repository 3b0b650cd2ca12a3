import ProtobufCodec
import Schemas
import Testing

/// Boundaries worked out by hand from Rules.md, "notification". `start` is 8:00 of a Monday where the customers live.
struct DispatchModelTests {
    typealias Script = ModelScript<DispatchModel>

    static let template = Template.with {
        $0.templateID = "t"
        $0.versions = [
            .with {
                $0.version = 1
                $0.validFromMs = start - day
                $0.variables = [
                    .with {
                        $0.name = "n"
                        $0.type = .text
                    }
                ]
                $0.texts = [Channel.wecom, .sms].map { channel in
                    .with {
                        $0.channel = channel
                        $0.text = "Hi {n}"
                    }
                }
            }
        ]
    }

    static func request(
        _ id: String, _ time: Int64, _ kind: MessageClass = .promotional, expires: Int64? = 100 * day,
        _ fill: (inout NotificationRequest) -> Void = { _ in }
    ) -> NotificationRequest {
        .with {
            $0.requestID = id
            $0.customerID = "c"
            $0.templateID = "t"
            $0.messageClass = kind
            $0.variables = ["n": "you"]
            $0.requestedAt = stamp(start + time)
            if let expires { $0.expiresAt = stamp(start + expires) }
            fill(&$0)
        }
    }

    static func event(_ id: String, _ time: Int64, _ kind: CustomerEvent.OneOf_Kind) -> CustomerEvent {
        SettlementModelTests.event(id, time, "c", kind)
    }

    static func consent(_ id: String, _ time: Int64, _ status: ConsentStatus, until: Int64? = nil) -> CustomerEvent {
        event(
            id, time,
            .consentChanged(
                .with {
                    $0.purpose = "marketing"
                    $0.status = status
                    if let until { $0.revokeAt = stamp(start + until) }
                }))
    }

    /// A customer who may be written to, in an audience with so many human touches that no ceiling is met.
    static func script(_ channel: Channel = .wecom, humans: Int64 = 1_000) -> Script {
        var model = DispatchModel(templates: ["t": template])
        model.shares["none"] = DispatchModel.Share(human: [floorDivide(start, day): humans])
        var script = Script(model)
        script.take(
            Topics.customerEvents, at: -2, event("r", -2, .userRegistered(.with { $0.contactChannels = [channel] })))
        script.take(Topics.customerEvents, at: -1, consent("g", -1, .granted))
        return script
    }

    static func run(_ script: Script, _ messages: [any Message], to end: Int64 = 0) -> [String] {
        var script = script
        for message in messages {
            if let event = message as? CustomerEvent {
                script.take(Topics.customerEvents, at: (event.occurredAt.milliseconds ?? 0) - start, event)
            }
            if let request = message as? NotificationRequest {
                script.take(Topics.notificationRequests, at: (request.requestedAt.milliseconds ?? 0) - start, request)
            }
        }
        script.pass(to: end)
        return script.lines()
    }

    static let sent = ["send a wecom Hi you", "a sending @0"]
    static let cart = request("a", 0) {
        $0.cause = .with {
            $0.kind = "checkout"
            $0.id = "k"
            $0.sinceMs = start - 5
        }
    }

    static func paid(_ time: Int64, _ checkout: String) -> CustomerEvent {
        event(
            "p", time,
            .orderPaid(
                .with {
                    $0.orderID = "o"
                    $0.amount = Money(minorUnits: 1, currency: "USD")
                    $0.checkoutID = checkout
                }))
    }

    static let filed = event("f", -1, .complaintFiled(.with { $0.complaintID = "x" }))

    static let gates: [(String, [any Message], [String])] = [
        ("passes", [request("a", 0)], sent),
        ("once", [request("a", 0), request("a", 0)], sent),
        ("expires at this moment", [request("a", 0, expires: 0)], ["a skipped expired N30 @0"]),
        ("expires a millisecond later", [request("a", 0, expires: 1)], sent),
        ("the checkout was paid", [paid(-1, "k"), cart], ["a skipped cause_gone N06 @0"]),
        ("another checkout was paid", [paid(-1, "l"), cart], sent),
        ("paid since, without a checkout", [paid(-5, ""), cart], ["a skipped cause_gone N06 @0"]),
        ("paid before, without a checkout", [paid(-6, ""), cart], sent),
        ("no consent", [consent("n", -1, .revoked), request("a", 0)], ["a skipped no_consent N17 @0"]),
        (
            "a grant that ends now", [consent("n", -1, .granted, until: 0), request("a", 0)],
            ["a skipped no_consent N17 @0"]
        ),
        ("a grant that ends soon", [consent("n", -1, .granted, until: 1), request("a", 0)], sent),
        (
            "an older grant does not undo a refusal",
            [consent("n", -1, .denied), consent("o", -2, .granted), request("a", 0)],
            ["a skipped no_consent N17 @0"]
        ),
        (
            "a grant at the same time does", [consent("n", -1, .denied), consent("o", -1, .granted), request("a", 0)],
            sent
        ),
        (
            "an opt-out", [event("q", -1, .chatMessage(.with { $0.text = " STOP\n" })), request("a", 0)],
            ["a skipped no_consent N17 @0"]
        ),
        ("a complaint", [filed, request("a", 0)], ["a skipped complaint N18 @0"]),
        (
            "a complaint that is closed",
            [filed, event("d", -1, .complaintClosed(.with { $0.complaintID = "x" })), request("a", 0)], sent
        ),
        ("a complaint and a reward", [filed, request("a", 0, .transactional)], sent),
        ("no such template", [request("a", 0) { $0.templateID = "u" }], ["a failed template N12 @0"]),
        ("a blank variable", [request("a", 0) { $0.variables = ["n": " "] }], ["a failed template N12 @0"]),
        (
            "no channel",
            [event("x", -1, .deletionRequested(.with { $0.requestID = "d" })), request("a", 0, .transactional)],
            ["a skipped no_channel N30 @0"]
        ),
        ("a second before 8", [request("a", -second)], ["a deferred quiet_hours N08 @\(-second)"] + sent),
        (
            "a millisecond before 21", [request("a", 13 * hour - 1)],
            ["send a wecom Hi you", "a sending @\(13 * hour - 1)"]
        ),
        (
            "at 21, past the morning's expiry", [request("a", 13 * hour, expires: day)],
            ["a skipped expired N30 @\(13 * hour)"]
        ),
        ("at 21", [request("a", 13 * hour, expires: day + 1)], ["a deferred quiet_hours N08 @\(13 * hour)"]),
        ("a reward at night", [request("a", -hour, .transactional)], ["send a wecom Hi you", "a sending @\(-hour)"]),
    ]

    @Test(arguments: gates) func gate(_ name: String, _ messages: [any Message], _ expected: [String]) {
        #expect(Self.run(Self.script(), messages) == expected, "\(name)")
    }

    @Test func theThirdOfADayIsTooMuch() {
        let lines = Self.run(Self.script(), ["a", "b", "c"].map { Self.request($0, 0) })
        #expect(lines.last == "c skipped frequency_capped N07 @0")
        #expect(lines.count == 5)
    }

    @Test func theSecondShortMessageOfADayIsTooMuch() {
        #expect(
            Self.run(Self.script(.sms), [Self.request("a", 0), Self.request("b", 1)]).last
                == "b skipped frequency_capped N07 @1")
        #expect(
            Self.run(Self.script(.sms), [Self.request("a", 0), Self.request("b", day)]).last == "b sending @\(day)")
    }

    @Test func theFifthOfAWeekIsTooMuchAndMondayIsANewWeek() {
        let four = (0..<4).map { Self.request("a\($0)", Int64($0) * day) }
        #expect(
            Self.run(Self.script(), four + [Self.request("b", 6 * day)]).last
                == "b skipped frequency_capped N07 @\(6 * day)")
        #expect(Self.run(Self.script(), four + [Self.request("b", 7 * day)]).last == "b sending @\(7 * day)")
    }

    @Test func theFourthOfACampaignInAMonthIsTooMuch() {
        let three = (0..<4).map { number in Self.request("a\(number)", Int64(number) * day) { $0.campaignID = "x" } }
        #expect(Self.run(Self.script(), three).last == "a3 skipped frequency_capped N07 @\(3 * day)")
    }

    @Test func monthsAndWeeksOfTheLocalCalendar() {
        // 2024-01-31 24:00 local is 16:00 UTC.
        let end = start + 30 * day + 16 * hour
        #expect(LocalTime(end - 1, offsetMinutes: nil).month == LocalTime(start, offsetMinutes: nil).month)
        #expect(LocalTime(end, offsetMinutes: nil).month == LocalTime(start, offsetMinutes: nil).month + 1)
        #expect(
            LocalTime(start - 8 * hour - 1, offsetMinutes: nil).week + 1
                == LocalTime(start - 8 * hour, offsetMinutes: nil).week)
    }

    /// With a automated and h human touches: (a+1)·100 > 65·(a+h+1) goes to a person.
    static let ceilings: [(Int64, Int64, String, String)] = [
        (0, 0, "", "a handedOff ceiling_handoff N02 @0"),
        (12, 7, "", "a sending @0"),  // 1,300 = 65·20: not above
        (13, 7, "", "a handedOff ceiling_handoff N02 @0"),  // 1,400 > 1,365
        (28, 21, "", "a sending @0"),  // 2,900 = 58·50: the soft border
        (28, 21, "seed", "a handedOff ceiling_handoff N01 @0"),
        (27, 21, "seed", "a sending @0"),  // 2,800 < 2,842
    ]

    @Test(arguments: ceilings) func ceiling(_ automated: Int64, _ human: Int64, _ layer: String, _ expected: String) {
        var script = Self.script()
        let today = floorDivide(start, day)
        script.task.stage.shares[layer.isEmpty ? "none" : layer] = DispatchModel.Share(
            automated: [today - 29: automated], human: [today - 29: human, today - 30: 1_000])
        script.take(
            Topics.tags, at: 0,
            .with {
                $0.customerID = "c"
                $0.changedAt = stamp(start)
                $0.tagChanged = .with {
                    $0.name = "layer"
                    $0.value = layer
                    $0.present = !layer.isEmpty
                }
            })
        let isSoft = (automated + 1) * 100 >= 58 * (automated + human + 1)
        let lines = Self.run(script, [Self.request("a", 0)])
        #expect(lines.filter { $0.hasPrefix("a ") } == [expected])
        #expect(lines.contains { $0.hasPrefix("alert") } == isSoft)
    }

    @Test func platinumGoesToAPerson() {
        var script = Self.script()
        script.take(
            Topics.tags, at: 0,
            .with {
                $0.customerID = "c"
                $0.changedAt = stamp(start)
                $0.tagChanged = .with {
                    $0.name = "tier"
                    $0.value = "platinum"
                    $0.present = true
                }
            })
        #expect(
            Self.run(script, [Self.request("a", 0, .transactional)]) == [
                "a handedOff vip_handoff N03 @0", "task task/a due \(day)",
            ])
    }

    @Test func aReleaseIsByPriority() {
        let night = 14 * hour
        let requests = [("a", 1), ("b", 9), ("c", 9)].map { id, priority in
            Self.request(id, night) { $0.priority = UInt32(priority) }
        }
        #expect(
            Self.run(Self.script(), requests, to: day).filter { !$0.contains("deferred") && !$0.hasPrefix("send") } == [
                "b sending @\(day)", "c sending @\(day)", "a skipped frequency_capped N07 @\(day)",
            ])
    }

    @Test func aSendEndsBeforeTheNight() {
        var script = Self.script()
        script.take(Topics.notificationRequests, at: 0, Self.request("a", 0))
        #expect(script.messages(NotificationSend.self).map(\.expiresAt) == [stamp(start + 13 * hour)])
    }

    @Test func aChatAtNightIsAnsweredAtTen() {
        let chat = CustomerEvent.OneOf_Kind.chatMessage(.with { $0.text = "Hello?" })
        #expect(Self.run(Self.script(), [Self.event("q", -1, chat)]) == ["task night/q due \(2 * hour)"])
        #expect(Self.run(Self.script(), [Self.event("q", 0, chat)]) == [])
        #expect(Self.run(Self.script(), [Self.event("q", 13 * hour, chat)]) == ["task night/q due \(26 * hour)"])
    }

    @Test func aReceiptCountsOnce() {
        var script = Self.script()
        script.take(Topics.notificationRequests, at: 0, Self.request("a", 0))
        for result in [DeliveryResult.permanent, .sent] {
            script.take(
                Topics.notificationReceipts, at: 1,
                .with {
                    $0.sendID = "a/1"
                    $0.requestID = "a"
                    $0.customerID = "c"
                    $0.result = result
                    $0.receivedAt = stamp(start + 1)
                })
        }
        #expect(script.lines() == Self.sent + ["a failed provider_permanent N30 @1"])
    }

    static let texts: [(String, String?)] = [
        ("{n}", "v"), ("{{n}}", "{n}"), ("{{{n}}}", "{v}"), ("{m}", nil), ("{n", nil), ("n}", nil), ("a{}b", nil),
    ]

    @Test(arguments: texts) func braces(_ text: String, _ expected: String?) {
        #expect(TemplateModel.render(text, ["n": "v"]) == expected)
    }
}
