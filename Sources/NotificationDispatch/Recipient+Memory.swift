import ProtobufCodec
import Schemas

extension Recipient {
    static func new(_ customerID: String) -> Recipient { Recipient.with { $0.customerID = customerID } }

    func calendar(_ policy: DispatchPolicy) -> LocalCalendar {
        LocalCalendar(offsetMinutes: hasUtcOffsetMinutes ? utcOffsetMinutes : policy.defaultOffsetMinutes)
    }

    /// The audience that this customer's touches count for (N01).
    var audience: String { layer.isEmpty ? "none" : layer }

    /// When the first deferred request is due; nil where none waits.
    var nextRelease: Int64? { deferred.lazy.map(\.dueMs).min() }

    // MARK: Once only

    /// Notes the request; false where it was noted before.
    mutating func note(requestID: String) -> Bool {
        let hash = FNV1a.hash(requestID)
        guard !requestHashes.contains(hash) else { return false }
        requestHashes.append(hash, keeping: DispatchLimits.requestHashes)
        return true
    }

    /// Notes the event as the customer's last; false where it was noted before.
    mutating func note(eventID: String) -> Bool {
        guard !recentEventIds.contains(eventID) else { return false }
        recentEventIds.append(eventID, keeping: DispatchLimits.eventIDs)
        return true
    }

    // MARK: Consent (N17)

    func allowsMarketing(at time: Int64) -> Bool {
        marketingGranted && (marketingUntilMs == 0 || marketingUntilMs > time)
    }

    /// Takes a grant, unless the customer refused later than it was given; `until` 0 means for ever.
    mutating func grantMarketing(occurredAt: Int64, until: Int64) {
        // Without a grant the field holds the time of the refusal: what comes late must not undo it.
        guard marketingGranted || occurredAt >= marketingUntilMs else { return }
        marketingGranted = true
        marketingUntilMs = until
    }

    mutating func refuseMarketing(occurredAt: Int64) {
        marketingUntilMs = marketingGranted ? occurredAt : max(marketingUntilMs, occurredAt)
        marketingGranted = false
    }

    // MARK: Contact

    mutating func learn(_ registration: UserRegistered) {
        if channels.isEmpty {
            for channel in registration.contactChannels where channel.isKnown && !channels.contains(channel) {
                channels.append(channel)
            }
        }
        if !hasUtcOffsetMinutes, registration.hasUtcOffsetMinutes,
            DispatchLimits.offsetMinutes.contains(registration.utcOffsetMinutes)
        {
            utcOffsetMinutes = registration.utcOffsetMinutes
        }
    }

    // MARK: Causes (N06)

    mutating func closeCheckout(_ checkoutID: String) {
        let hash = FNV1a.hash(checkoutID)
        guard !closedCheckoutHashes.contains(hash) else { return }
        closedCheckoutHashes.append(hash, keeping: DispatchLimits.closedCheckouts)
    }

    /// An order that names no checkout closes all that were started up to then.
    mutating func closeCheckouts(upTo time: Int64) {
        lastPaidWithoutCheckoutMs = max(lastPaidWithoutCheckoutMs, time)
    }

    func hasClosed(_ cause: Cause) -> Bool {
        guard cause.kind == "checkout" else { return false }
        let wasPaidSince = lastPaidWithoutCheckoutMs > 0 && lastPaidWithoutCheckoutMs >= cause.sinceMs
        return wasPaidSince || closedCheckoutHashes.contains(FNV1a.hash(cause.id))
    }

    // MARK: Complaints (N18)

    mutating func open(complaint id: String) {
        guard !openComplaints.contains(id) else { return }
        openComplaints.append(id, keeping: DispatchLimits.openComplaints)
    }

    mutating func close(complaint id: String) {
        openComplaints.removeAll { $0 == id }
    }

    // MARK: Sends

    mutating func note(_ send: NotificationSend, campaignID: String) {
        let entry = OpenSend.with {
            $0.sendID = send.sendID
            $0.requestID = send.requestID
            $0.templateID = send.templateID
            $0.messageClass = send.messageClass
            $0.campaignID = campaignID
        }
        openSends.append(entry, keeping: DispatchLimits.openSends)
    }

    /// Counts a promotional message towards the caps (N07).
    mutating func count(channel: Channel, campaignID: String, at time: Int64) {
        sent.removeAll { $0.sentMs <= time - DispatchLimits.sentMilliseconds }
        let entry = SentMessage.with {
            $0.sentMs = time
            $0.channel = channel
            $0.campaignID = campaignID
        }
        sent.append(entry, keeping: DispatchLimits.sentMessages)
    }

    /// Takes the send out of those without a receipt; nil where it is none of them.
    mutating func closeSend(_ sendID: String) -> OpenSend? {
        guard let index = openSends.firstIndex(where: { $0.sendID == sendID }) else { return nil }
        return openSends.remove(at: index)
    }

    /// Takes out the requests due by then: by falling priority, then the time asked, then id.
    mutating func takeDeferred(dueBy time: Int64) -> [NotificationRequest] {
        let due = deferred.filter { $0.dueMs <= time }.map(\.request)
        deferred.removeAll { $0.dueMs <= time }
        return due.sorted { left, right in
            if left.priority != right.priority { return left.priority > right.priority }
            let (asked, askedOfOther) = (left.requestedAt.milliseconds ?? 0, right.requestedAt.milliseconds ?? 0)
            return asked != askedOfOther ? asked < askedOfOther : left.requestID.precedes(right.requestID)
        }
    }
}

extension String {
    /// Order by the bytes of UTF-8: the same in every language that an independent model might be written in.
    func precedes(_ other: String) -> Bool { utf8.lexicographicallyPrecedes(other.utf8) }
}

extension Array {
    /// Appends, and drops the oldest beyond the bound.
    mutating func append(_ element: Element, keeping bound: Int) {
        if count >= bound { removeFirst(count - bound + 1) }
        append(element)
    }
}
