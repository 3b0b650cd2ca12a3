import ProtobufCodec
import Schemas

/// T24: a checkout neither paid nor cancelled within an hour is abandoned, once for each checkout id.
enum CheckoutRule {
    static let tag = "abandoned"
    static let rule = "T24"
    static let template = "abandoned_checkout"
    static let priority: UInt32 = 5
    /// Bound of the checkouts open at once; beyond it the oldest is closed silently.
    static let openLimit = 20
    /// Bound of the closed ids remembered.
    static let closedLimit = 32

    static func take(
        _ kind: CustomerEvent.OneOf_Kind, _ eventID: String, _ occurredAt: Int64, _ profile: inout CustomerProfile
    ) {
        if case .checkoutStarted(let checkout) = kind {
            open(checkout.checkoutID, eventID, occurredAt, &profile)
        } else if case .checkoutCancelled(let checkout) = kind {
            close(checkout.checkoutID, &profile)
        } else if case .orderPaid(let order) = kind {
            if order.checkoutID.isEmpty { closeAll(&profile) } else { close(order.checkoutID, &profile) }
        }
    }

    private static func open(
        _ checkoutID: String, _ eventID: String, _ startedAt: Int64, _ profile: inout CustomerProfile
    ) {
        guard !profile.openCheckouts.contains(where: { $0.checkoutID == checkoutID }),
            !profile.closedCheckoutHashes.contains(FNV1a.hash(checkoutID))
        else { return }
        var checkout = OpenCheckout()
        checkout.checkoutID = checkoutID
        checkout.startedMs = startedAt
        checkout.eventID = eventID
        let place = profile.openCheckouts.firstIndex { precedes(checkout, $0) } ?? profile.openCheckouts.count
        profile.openCheckouts.insert(checkout, at: place)
        if profile.openCheckouts.count > openLimit { closeFirst(&profile) }
    }

    private static func precedes(_ left: OpenCheckout, _ right: OpenCheckout) -> Bool {
        left.startedMs != right.startedMs
            ? left.startedMs < right.startedMs : left.checkoutID.precedesByBytes(right.checkoutID)
    }

    /// Remembers the id even where it is not open: its start may come later than its end.
    private static func close(_ checkoutID: String, _ profile: inout CustomerProfile) {
        profile.openCheckouts.removeAll { $0.checkoutID == checkoutID }
        remember(checkoutID, &profile)
    }

    private static func closeAll(_ profile: inout CustomerProfile) {
        while !profile.openCheckouts.isEmpty { closeFirst(&profile) }
    }

    private static func closeFirst(_ profile: inout CustomerProfile) {
        remember(profile.openCheckouts.removeFirst().checkoutID, &profile)
    }

    private static func remember(_ checkoutID: String, _ profile: inout CustomerProfile) {
        let hash = FNV1a.hash(checkoutID)
        guard !profile.closedCheckoutHashes.contains(hash) else { return }
        HashRing.append(hash, to: &profile.closedCheckoutHashes, limit: closedLimit)
    }

    /// When the next open checkout is due; nil where none is open.
    static func due(_ profile: CustomerProfile, _ rules: TaggingRules) -> Int64? {
        profile.openCheckouts.first.map { $0.startedMs &+ rules.abandonedAfter }
    }

    static func derive(_ evaluation: inout ProfileEvaluation) {
        if let order = evaluation.paidOrderEventID { evaluation.removeTag(tag, rule: rule, evidence: [order]) }
        while let due = due(evaluation.profile, evaluation.rules), due <= evaluation.at {
            abandon(due: due, &evaluation)
        }
        // After the checkouts: one that is due at the very end of another's tag replaces it.
        if let state = evaluation.profile.tags[tag], state.expiresMs <= evaluation.at {
            evaluation.removeTag(tag, rule: rule, evidence: [])
        }
    }

    private static func abandon(due: Int64, _ evaluation: inout ProfileEvaluation) {
        guard let checkout = evaluation.profile.openCheckouts.first else { return }
        closeFirst(&evaluation.profile)
        evaluation.setTag(
            tag, checkout.checkoutID, rule: rule, evidence: checkout.eventID,
            expires: due &+ evaluation.rules.abandonedFor)
        evaluation.decision.requests.append(
            request(for: checkout, of: evaluation.profile.customerID, due: due, evaluation.rules))
    }

    private static func request(
        for checkout: OpenCheckout, of customerID: String, due: Int64, _ rules: TaggingRules
    ) -> NotificationRequest {
        var request = NotificationRequest()
        request.requestID = "\(tag)/\(checkout.checkoutID)"
        request.customerID = customerID
        request.templateID = template
        request.messageClass = .promotional
        request.variables = ["checkout": checkout.checkoutID]
        request.priority = priority
        request.requestedAt = Google_Protobuf_Timestamp(milliseconds: due)
        request.expiresAt = Google_Protobuf_Timestamp(milliseconds: due &+ rules.abandonedRequestFor)
        request.cause.kind = "checkout"
        request.cause.id = checkout.checkoutID
        request.cause.sinceMs = checkout.startedMs
        request.ruleID = rule
        request.evidenceEventIds = [checkout.eventID]
        return request
    }
}
