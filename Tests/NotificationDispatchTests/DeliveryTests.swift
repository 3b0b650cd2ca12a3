import NotificationDispatch
import ProtobufCodec
import Schemas
import Testing

/// Attempts, outcomes and the end of a send (N30).
@Suite struct DeliveryTests {
    static func send(_ id: String = "r1/1", life: Int64? = nil) -> NotificationSend {
        NotificationSend.with {
            $0.sendID = id
            $0.requestID = "r1"
            $0.customerID = "c1"
            $0.channel = .sms
            $0.text = "Hi"
            $0.messageClass = .transactional
            $0.decidedAt = .init(milliseconds: noon)
            if let life { $0.expiresAt = .init(milliseconds: noon + life) }
        }
    }

    let delivery = Delivery()
    let transient = ProviderAnswer.transient(status: "HTTP 503")

    private func started(_ send: NotificationSend, at: Int64 = noon) throws -> DeliveryAttempts {
        guard case .attempt(let state) = delivery.begin(send, known: nil, at: at) else {
            throw Rejection(.bug, "no attempt")
        }
        return state
    }

    // MARK: What a status means

    @Test func statusTable() {
        for status in 100...599 {
            let kind =
                switch ProviderAnswer(httpStatus: status) {
                case .sent: "sent"
                case .permanent: "permanent"
                case .transient: "transient"
                }
            let expected =
                if (200...299).contains(status) {
                    "sent"
                } else if [408, 425, 429].contains(status) || status >= 500 {
                    "transient"
                } else {
                    "permanent"
                }
            #expect(kind == expected, "\(status)")
        }
    }

    @Test func answersAreCodedWithoutLoss() {
        for answer in [.sent(status: "HTTP 200"), .permanent(status: ""), transient] as [ProviderAnswer] {
            #expect(ProviderAnswer(encoded: answer.encoded) == answer)
        }
        for bytes in [[], [0], Array("X".utf8)] as [[UInt8]] {
            #expect(ProviderAnswer(encoded: bytes) == .transient(status: "answer unreadable"))
        }
        let long = ProviderAnswer.sent(status: String(repeating: "é", count: 61))
        #expect(long.status == String(repeating: "é", count: 60))
    }

    // MARK: The schedule

    /// Computed apart from the code, from the rule's text.
    static let delays: [(String, UInt32, Int64)] = [
        ("r1/1", 1, 17_400), ("r1/1", 2, 53_790), ("r1/1", 3, 94_920), ("r1/1", 4, 145_800), ("r1/1", 5, 240_960),
        ("r1/1", 6, 785_760), ("r1/1", 7, 1_368_960), ("r1/1", 8, 1_906_200), ("abandoned/k-77/1", 1, 25_770),
        ("abandoned/k-77/1", 2, 45_210), ("abandoned/k-77/1", 3, 77_760), ("abandoned/k-77/1", 4, 212_760),
        ("abandoned/k-77/1", 5, 374_880), ("abandoned/k-77/1", 6, 648_480), ("abandoned/k-77/1", 7, 1_094_400),
        ("abandoned/k-77/1", 8, 2_910_600), ("退/1", 1, 28_920), ("退/1", 2, 46_830), ("退/1", 3, 81_000),
        ("退/1", 4, 237_960), ("退/1", 5, 425_280), ("退/1", 6, 674_400), ("退/1", 7, 1_146_240), ("退/1", 8, 2_611_800),
    ]

    @Test func delaysAreThoseOfTheRule() {
        for (sendID, attempt, delay) in Self.delays {
            #expect(DeliverySchedule().delay(afterAttempt: attempt, sendID: sendID) == delay)
        }
    }

    @Test func delaysLieInTheirBounds() {
        var random = SeededRandom(7)
        for _ in 0..<2_000 {
            let attempt = UInt32.random(in: 1...40, using: &random)
            let base = attempt > 7 ? hour : 30_000 << Int64(attempt - 1)
            let delay = DeliverySchedule().delay(afterAttempt: attempt, sendID: "\(random.next())")
            #expect(delay >= base / 2 && delay < base)
        }
    }

    // MARK: From the first attempt to the end

    @Test(
        arguments: [
            (.sent(status: "HTTP 202"), .sent), (.permanent(status: "HTTP 400"), .permanent),
        ] as [(ProviderAnswer, DeliveryResult)])
    func theFirstAnswerMayEndIt(_ answer: ProviderAnswer, _ result: DeliveryResult) throws {
        let state = try started(Self.send())
        #expect(delivery.effectID(state) == "r1/1#1")
        guard case .finished(let ending) = delivery.after(state, answer, at: noon + 5) else {
            Issue.record("not finished")
            return
        }
        #expect(ending.receipt.result == result)
        #expect(ending.receipt.sendID == "r1/1")
        #expect(ending.receipt.requestID == "r1")
        #expect(ending.receipt.customerID == "c1")
        #expect(ending.receipt.attempts == 1)
        #expect(ending.receipt.providerStatus == answer.status)
        #expect(ending.receipt.receivedAt.milliseconds == noon + 5)
        #expect(ending.forgetAt == noon + 5 + 30 * day)
        #expect(ending.state.finished)
        #expect(!ending.state.hasSend)
        #expect(delivery.begin(Self.send(), known: ending.state, at: noon + 6) == .none)
        #expect(delivery.resume(ending.state, at: ending.forgetAt) == .forgotten)
    }

    @Test func eightTransientAnswersExhaust() throws {
        var state = try started(Self.send())
        var at = noon
        for attempt in 1...8 as ClosedRange<UInt32> {
            #expect(delivery.effectID(state) == "r1/1#\(attempt)")
            #expect(delivery.begin(Self.send(), known: state, at: at) == .none)
            switch delivery.after(state, transient, at: at) {
            case .again(let next):
                #expect(attempt < 8)
                #expect(next.attempts == attempt)
                #expect(next.lastStatus == "HTTP 503")
                #expect(next.nextAttemptMs == at + delivery.schedule.delay(afterAttempt: attempt, sendID: "r1/1"))
                at = next.nextAttemptMs
                guard case .attempt(let woken) = delivery.resume(next, at: at) else {
                    Issue.record("not woken")
                    return
                }
                state = woken
            case .finished(let ending):
                #expect(attempt == 8)
                #expect(ending.receipt.result == .exhausted)
                #expect(ending.receipt.attempts == 8)
                #expect(ending.receipt.providerStatus == "HTTP 503")
            }
        }
    }

    @Test func noRetryAtOrAfterTheExpiry() throws {
        let delay = delivery.schedule.delay(afterAttempt: 1, sendID: "r1/1")
        for (life, goesOn) in [(delay - 1, false), (delay, false), (delay + 1, true)] {
            let state = try started(Self.send(life: life))
            switch delivery.after(state, transient, at: noon) {
            case .again: #expect(goesOn)
            case .finished(let ending):
                #expect(!goesOn)
                #expect(ending.receipt.result == .exhausted)
                #expect(ending.receipt.attempts == 1)
            }
        }
    }

    @Test func withoutAnExpiryADayIsWorthTrying() throws {
        let state = try started(Self.send())
        for (at, isTried) in [(noon + day - 1, true), (noon + day, false)] {
            switch delivery.resume(state, at: at) {
            case .attempt: #expect(isTried)
            case .finished(let ending):
                #expect(!isTried)
                #expect(ending.receipt.result == .exhausted)
            case .none, .forgotten: Issue.record("neither")
            }
        }
    }

    /// What waited too long in the topic is not sent any more.
    @Test func aLateStartIsNoAttempt() throws {
        for (at, isTried) in [(noon + hour - 1, true), (noon + hour, false)] {
            switch delivery.begin(Self.send(life: hour), known: nil, at: at) {
            case .attempt: #expect(isTried)
            case .finished(let ending):
                #expect(!isTried)
                #expect(ending.receipt.attempts == 0)
                #expect(ending.receipt.result == .exhausted)
            case .none, .forgotten: Issue.record("neither")
            }
        }
    }

    @Test func aSendInWorkIsKnown() throws {
        let state = try started(Self.send())
        guard case .again(let waiting) = delivery.after(state, transient, at: noon) else {
            Issue.record("finished")
            return
        }
        #expect(delivery.begin(Self.send(), known: waiting, at: noon + 1) == .none)
        #expect(delivery.begin(Self.send("r2/1"), known: nil, at: noon) != .none)
    }

    @Test(arguments: [
        (AdmissionTests.Row("as it is", nil, send())),
        (AdmissionTests.Row("no send id", .validation, send(""))),
        (AdmissionTests.Row("expiry of 1970", .validation, send(life: -noon))),
    ])
    func admission(_ row: AdmissionTests.Row<NotificationSend>) {
        do {
            #expect(try Admission.time(of: row.value) == noon)
            #expect(row.reason == nil)
        } catch {
            #expect(error.reason == row.reason)
        }
    }
}
