import ProtobufCodec
import Schemas

extension Dispatcher {
    /// What a send's id has after the request's; one send answers a request.
    static let sendSuffix = "/1"

    func outcome(
        of request: NotificationRequest, _ state: OutcomeState, _ reason: Reason? = nil, at: Int64
    ) -> NotificationOutcome {
        NotificationOutcome.with {
            $0.requestID = request.requestID
            $0.customerID = request.customerID
            $0.state = state
            $0.reason = reason?.rawValue ?? ""
            $0.ruleID = reason?.ruleID ?? ""
            $0.changedAt = .init(milliseconds: at)
            $0.templateID = request.templateID
            $0.messageClass = request.messageClass
            $0.campaignID = request.campaignID
        }
    }

    func publishOutcome(
        of request: NotificationRequest, _ state: OutcomeState, _ reason: Reason, ruleID: String? = nil,
        figures: [String: Int64] = [:], at: Int64, _ book: inout some DispatchBook
    ) throws {
        var outcome = outcome(of: request, state, reason, at: at)
        if let ruleID { outcome.ruleID = ruleID }
        outcome.figures = figures
        try book.publish(.outcome(outcome), at: at)
    }

    /// An opening or a click says only whose message it was: by then the request is no longer kept.
    func publishResponse(
        to sendID: String, _ customerID: String, _ state: OutcomeState, at: Int64, _ book: inout some DispatchBook
    ) throws {
        guard sendID.utf8.count > Self.sendSuffix.utf8.count, sendID.hasSuffix(Self.sendSuffix) else { return }
        let outcome = NotificationOutcome.with {
            $0.requestID = String(sendID.dropLast(Self.sendSuffix.count))
            $0.customerID = customerID
            $0.state = state
            $0.changedAt = .init(milliseconds: at)
            $0.sendID = sendID
        }
        try book.publish(.outcome(outcome), at: at)
    }

    // MARK: Human tasks (N03)

    func task(for request: NotificationRequest, _ recipient: Recipient, _ reason: Reason, at: Int64) -> HumanTask {
        HumanTask.with {
            $0.taskID = "task/\(request.requestID)"
            $0.customerID = request.customerID
            $0.kind = reason.rawValue
            $0.owner = desk(of: request.customerID)
            $0.createdAt = .init(milliseconds: at)
            $0.dueAt = .init(milliseconds: at + policy.taskMilliseconds)
            $0.request = request
            $0.contextEventIds = recipient.recentEventIds
        }
    }

    /// The promise given at night: an answer by the next morning (N08).
    func nightReply(to eventID: String, _ recipient: Recipient, occurredAt: Int64, at: Int64) -> HumanTask {
        let due = recipient.calendar(policy).next(minute: policy.nightReplyMinute, after: occurredAt)
        return HumanTask.with {
            $0.taskID = "night/\(eventID)"
            $0.customerID = recipient.customerID
            $0.kind = "night_reply"
            $0.owner = desk(of: recipient.customerID)
            $0.createdAt = .init(milliseconds: at)
            $0.dueAt = .init(milliseconds: due)
            $0.contextEventIds = recipient.recentEventIds
        }
    }

    /// One customer always comes to the same desk.
    private func desk(of customerID: String) -> String {
        "desk-\(FNV1a.hash(customerID) % max(policy.desks, 1))"
    }
}
