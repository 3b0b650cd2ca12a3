import ProtobufCodec
public import Schemas

/// Decides what becomes of each request, and follows what it must know of a customer for that (notification.dispatch).
///
/// Values in, values out: the same records in the same order at the same times give the same book and the same outputs.
/// Each function admits its record first; a `Rejection` leaves the book as it was.
public struct Dispatcher: Sendable {
    public let policy: DispatchPolicy

    public init(policy: DispatchPolicy = DispatchPolicy()) {
        self.policy = policy
    }

    // MARK: Requests

    /// Answers a request once; `judged` is the time it is judged at unless the customer's last decision came later.
    public func decide(_ request: NotificationRequest, at judged: Int64, _ book: inout some DispatchBook) throws {
        _ = try Admission.time(of: request)
        var recipient = try book.recipient(request.customerID) ?? .new(request.customerID)
        guard recipient.note(requestID: request.requestID) else { return }
        let at = max(judged, recipient.clockMs)
        recipient.clockMs = at
        try answer(request, &recipient, at: at, &book)
        try book.put(recipient, release: recipient.nextRelease)
    }

    /// Lets the customer's deferred requests that are due pass all gates again (N08).
    public func release(_ customerID: String, at judged: Int64, _ book: inout some DispatchBook) throws {
        guard var recipient = try book.recipient(customerID) else { return }
        let at = max(judged, recipient.clockMs)
        let requests = recipient.takeDeferred(dueBy: at)
        if !requests.isEmpty { recipient.clockMs = at }
        for request in requests { try answer(request, &recipient, at: at, &book) }
        try book.put(recipient, release: recipient.nextRelease)
    }

    private func answer(
        _ request: NotificationRequest, _ recipient: inout Recipient, at: Int64, _ book: inout some DispatchBook
    ) throws {
        switch try verdict(on: request, recipient, at: at, &book) {
        case .send(let message):
            try send(message, for: request, &recipient, at: at, &book)
        case .skipped(let reason, let figures):
            try publishOutcome(of: request, .skipped, reason, figures: figures, at: at, &book)
        case .failed(let reason):
            try publishOutcome(of: request, .failed, reason, at: at, &book)
        case .deferred(let due):
            try deferRequest(request, until: due, &recipient, at: at, &book)
        case .handedOff(let reason, let ruleID, let figures):
            try publishOutcome(of: request, .handedOff, reason, ruleID: ruleID, figures: figures, at: at, &book)
            try book.publish(.task(task(for: request, recipient, reason, at: at)), at: at)
            if request.messageClass == .promotional { try count(.human, recipient.audience, at: at, &book) }
        }
    }

    private func send(
        _ message: RenderedMessage, for request: NotificationRequest, _ recipient: inout Recipient, at: Int64,
        _ book: inout some DispatchBook
    ) throws {
        let send = NotificationSend.with {
            $0.sendID = request.requestID + Self.sendSuffix
            $0.requestID = request.requestID
            $0.customerID = request.customerID
            $0.channel = message.channel
            $0.templateID = request.templateID
            $0.templateVersion = message.templateVersion
            $0.text = message.text
            $0.messageClass = request.messageClass
            $0.decidedAt = .init(milliseconds: at)
            if let expiry = expiry(of: request, recipient, at: at) { $0.expiresAt = .init(milliseconds: expiry) }
        }
        recipient.note(send, campaignID: request.campaignID)
        if request.messageClass == .promotional {
            recipient.count(channel: message.channel, campaignID: request.campaignID, at: at)
            try count(.automated, recipient.audience, at: at, &book)
        }
        var outcome = outcome(of: request, .sending, at: at)
        outcome.sendID = send.sendID
        try book.publish(.outcome(outcome), at: at)
        try book.publish(.send(send), at: at)
    }

    /// Until when the provider may be tried: a promotional message never past the end of today's window (N08).
    private func expiry(of request: NotificationRequest, _ recipient: Recipient, at: Int64) -> Int64? {
        let asked = request.hasExpiresAt ? request.expiresAt.milliseconds : nil
        guard request.messageClass == .promotional,
            let closing = policy.window.closing(after: at, recipient.calendar(policy))
        else { return asked }
        return min(asked ?? closing, closing)
    }

    private func deferRequest(
        _ request: NotificationRequest, until due: Int64, _ recipient: inout Recipient, at: Int64,
        _ book: inout some DispatchBook
    ) throws {
        let entry = DeferredRequest.with {
            $0.request = request
            $0.dueMs = due
        }
        recipient.deferred.append(entry)
        var outcome = outcome(of: request, .deferred, .quietHours, at: at)
        outcome.dueAt = .init(milliseconds: due)
        try book.publish(.outcome(outcome), at: at)
    }

    private func count(
        _ touch: Touch, _ audience: String, at: Int64, _ book: inout some DispatchBook
    ) throws {
        var share = try book.share(of: audience) ?? AudienceShare()
        share.count(touch, day: share.day(at: at), windowDays: policy.ceiling.windowDays)
        try book.put(share, of: audience)
    }

    // MARK: What a customer does

    /// Follows a customer's event; `occurredAt` is the event's own time, `at` the one it is judged at.
    public func decide(
        _ event: CustomerEvent, occurredAt: Int64, at: Int64, _ book: inout some DispatchBook
    ) throws {
        _ = try Admission.time(of: event)
        guard let kind = event.kind else { return }
        if case .deletionRequested = kind { return try book.forget(event.customerID) }
        var recipient = try book.recipient(event.customerID) ?? .new(event.customerID)
        guard recipient.note(eventID: event.eventID) else { return }
        switch kind {
        case .userRegistered(let registration):
            recipient.learn(registration)
        case .consentChanged(let consent) where consent.purpose == "marketing":
            take(consent, occurredAt: occurredAt, &recipient)
        case .chatMessage(let chat):
            if OptOut.isMeant(by: chat.text, words: policy.optOutWords) {
                recipient.refuseMarketing(occurredAt: occurredAt)
            } else if !policy.window.isOpen(occurredAt, recipient.calendar(policy)) {
                let task = nightReply(to: event.eventID, recipient, occurredAt: occurredAt, at: at)
                try book.publish(.task(task), at: at)
            }
        case .complaintFiled(let complaint): recipient.open(complaint: complaint.complaintID)
        case .complaintClosed(let complaint): recipient.close(complaint: complaint.complaintID)
        case .orderPaid(let order) where order.checkoutID.isEmpty: recipient.closeCheckouts(upTo: occurredAt)
        case .orderPaid(let order): recipient.closeCheckout(order.checkoutID)
        case .checkoutCancelled(let checkout): recipient.closeCheckout(checkout.checkoutID)
        case .messageOpened(let opening):
            try publishResponse(to: opening.sendID, event.customerID, .opened, at: at, &book)
        case .messageClicked(let click):
            try publishResponse(to: click.sendID, event.customerID, .clicked, at: at, &book)
        case .orderRefunded, .orderStocked, .orderShipped, .orderReceived, .checkoutStarted, .consentChanged,
            .userIdentified, .profileChanged, .sessionStarted, .pageViewed, .searchPerformed, .cartChanged,
            .favoriteChanged, .featureUsed, .checkinDone, .contentEngaged, .liveJoined, .ticketOpened, .ticketClosed,
            .npsAnswered, .locationReported, .contractDated, .referralShared, .referralClicked, .referralQualified,
            .deletionRequested:
            break
        }
        try book.put(recipient, release: recipient.nextRelease)
    }

    private func take(_ consent: ConsentChanged, occurredAt: Int64, _ recipient: inout Recipient) {
        switch consent.status {
        case .granted:
            let until = consent.hasRevokeAt ? consent.revokeAt.milliseconds : nil
            recipient.grantMarketing(occurredAt: occurredAt, until: until ?? 0)
        case .denied, .revoked, .unspecified, .UNRECOGNIZED:
            // A status that this build does not know is no consent.
            recipient.refuseMarketing(occurredAt: occurredAt)
        }
    }

    /// Follows a customer's tags `tier` and `layer`, and forgets who is to be forgotten.
    public func decide(_ tag: TagEvent, at: Int64, _ book: inout some DispatchBook) throws {
        _ = try Admission.time(of: tag)
        switch tag.kind {
        case .tagChanged(let change):
            guard let name = TagName(rawValue: change.name) else { return }
            var recipient = try book.recipient(tag.customerID) ?? .new(tag.customerID)
            let value = change.present ? change.value : ""
            switch name {
            case .tier: recipient.tier = value
            case .layer: recipient.layer = value
            }
            try book.put(recipient, release: recipient.nextRelease)
        case .customerForgotten:
            try book.forget(tag.customerID)
        case .scoreChanged, .stageChanged, .identityMerged, .identityReview, nil:
            break
        }
    }

    // MARK: What the provider answered

    /// Turns the first receipt of a send into the outcome of its request; any other changes nothing.
    public func decide(_ receipt: NotificationReceipt, at: Int64, _ book: inout some DispatchBook) throws {
        _ = try Admission.time(of: receipt)
        guard var recipient = try book.recipient(receipt.customerID),
            let send = recipient.closeSend(receipt.sendID)
        else { return }
        try book.put(recipient, release: recipient.nextRelease)
        let (state, reason): (OutcomeState, Reason?)
        switch receipt.result {
        case .sent: (state, reason) = (.sent, nil)
        case .permanent: (state, reason) = (.failed, .providerPermanent)
        case .exhausted: (state, reason) = (.failed, .providerExhausted)
        case .unspecified, .UNRECOGNIZED: return
        }
        let outcome = NotificationOutcome.with {
            $0.requestID = send.requestID
            $0.customerID = receipt.customerID
            $0.state = state
            $0.reason = reason?.rawValue ?? ""
            $0.ruleID = reason?.ruleID ?? ""
            $0.changedAt = .init(milliseconds: at)
            $0.sendID = send.sendID
            $0.templateID = send.templateID
            $0.messageClass = send.messageClass
            $0.campaignID = send.campaignID
        }
        try book.publish(.outcome(outcome), at: at)
    }
}
