import NotificationDispatch
import ProtobufCodec
import Schemas
import Testing

/// Each gate alone, and each pair: the earlier one names the reason (N03, N06, N07, N08, N12, N17).
@Suite struct GateOrderTests {
    /// One thing that keeps a message back, without touching what the other gates look at.
    struct Fault: CustomTestStringConvertible, Sendable {
        let reason: String
        let state: OutcomeState
        let ruleID: String
        let holdsForTransactional: Bool
        let apply: @Sendable (inout Case) -> Void
        var testDescription: String { reason }
    }

    struct Case {
        var at = noon
        var request = promotion {
            $0.cause = Cause.with {
                $0.kind = "checkout"; $0.id = "k1"; $0.sinceMs = noon
            }
        }
        var recipient = MemoryBook.ready().recipients["c1"] ?? Recipient()
        var book = MemoryBook.ready()

        mutating func decide() throws -> MemoryBook {
            book.recipients["c1"] = recipient
            try book.take(request, at: at)
            return book
        }
    }

    static let night = midnight + 22 * hour

    /// In the order of Rules.md.
    static let faults: [Fault] = [
        Fault(reason: "expired", state: .skipped, ruleID: "N30", holdsForTransactional: true) {
            // Before both of the times that a case is judged at.
            $0.request.expiresAt = .init(milliseconds: noon)
        },
        Fault(reason: "cause_gone", state: .skipped, ruleID: "N06", holdsForTransactional: true) {
            $0.recipient.closedCheckoutHashes = [FNV1a.hash("k1")]
        },
        Fault(reason: "no_consent", state: .skipped, ruleID: "N17", holdsForTransactional: false) {
            $0.recipient.marketingGranted = false
        },
        Fault(reason: "complaint", state: .skipped, ruleID: "N18", holdsForTransactional: false) {
            $0.recipient.openComplaints = ["p1"]
        },
        Fault(reason: "vip_handoff", state: .handedOff, ruleID: "N03", holdsForTransactional: true) {
            $0.recipient.tier = "platinum"
        },
        Fault(reason: "template", state: .failed, ruleID: "N12", holdsForTransactional: true) {
            $0.request.variables = [:]
        },
        Fault(reason: "no_channel", state: .skipped, ruleID: "N30", holdsForTransactional: true) {
            $0.recipient.channels = [.wecom]
        },
        Fault(reason: "quiet_hours", state: .deferred, ruleID: "N08", holdsForTransactional: false) {
            $0.at = night
        },
        Fault(reason: "frequency_capped", state: .skipped, ruleID: "N07", holdsForTransactional: false) {
            $0.recipient.sent = [SentMessage.with { $0.sentMs = noon }, SentMessage.with { $0.sentMs = noon }]
        },
        Fault(reason: "ceiling_handoff", state: .handedOff, ruleID: "N02", holdsForTransactional: false) {
            $0.book.shares["none"] = touches(automated: 65, human: 34, at: noon)
        },
    ]

    @Test func noFaultIsASend() throws {
        var message = Case()
        let book = try message.decide()
        #expect(book.reasons == ["sending"])
        #expect(book.sends.map(\.sendID) == ["r1/1"])
    }

    @Test(arguments: faults) func alone(_ fault: Fault) throws {
        var message = Case()
        fault.apply(&message)
        let book = try message.decide()
        let outcome = try #require(book.outcomes.first)
        #expect(book.outcomes.count == 1)
        #expect(outcome.reason == fault.reason)
        #expect(outcome.state == fault.state)
        #expect(outcome.ruleID == fault.ruleID)
        #expect(book.sends.isEmpty)
        #expect(book.tasks.count == (fault.state == .handedOff ? 1 : 0))
    }

    @Test func everyPairNamesTheEarlier() throws {
        for (index, earlier) in Self.faults.enumerated() {
            for later in Self.faults[(index + 1)...] {
                var message = Case()
                later.apply(&message)
                earlier.apply(&message)
                let book = try message.decide()
                #expect(book.reasons == [earlier.reason], "\(earlier.reason) before \(later.reason)")
            }
        }
    }

    @Test(arguments: faults) func transactionalPassesWhatIsOnlyForPromotions(_ fault: Fault) throws {
        var message = Case()
        message.request.messageClass = .transactional
        fault.apply(&message)
        let book = try message.decide()
        #expect(book.reasons == [fault.holdsForTransactional ? fault.reason : "sending"])
    }

    @Test func theCasesAreTheGatesInOrder() {
        #expect(Self.faults.map(\.reason) == Reason.allCases.prefix(10).map(\.rawValue))
    }
}
