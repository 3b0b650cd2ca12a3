import ProtobufCodec
import Schemas

extension Dispatcher {
    /// Takes the gates in their order; the first that fails names the reason (Rules.md, gates 1 to 10).
    ///
    /// Only the ceiling changes the book: it remembers whether the audience's alert was given.
    func verdict(
        on request: NotificationRequest, _ recipient: Recipient, at: Int64, _ book: inout some DispatchBook
    ) throws -> Verdict {
        let isPromotional = request.messageClass == .promotional
        let calendar = recipient.calendar(policy)
        // 1. N30
        if hasExpired(request, at: at) { return .skipped(.expired) }
        // 2. N06
        if recipient.hasClosed(request.cause) { return .skipped(.causeGone) }
        // 3. N17
        if isPromotional && !recipient.allowsMarketing(at: at) { return .skipped(.noConsent) }
        // 4. N18
        if isPromotional && !recipient.openComplaints.isEmpty { return .skipped(.complaint) }
        // 5. N03
        if policy.vipTiers.contains(recipient.tier) {
            return .handedOff(.vipHandOff, ruleID: Reason.vipHandOff.ruleID)
        }
        // 6. N12
        guard let template = try prepare(request, at: at, book) else { return .failed(.template) }
        // 7. N30
        guard let message = template.message(for: recipient.channels) else { return .skipped(.noChannel) }
        guard isPromotional else { return .send(message) }
        // 8. N08
        if !policy.window.isOpen(at, calendar) { return deferral(of: request, recipient, at: at, calendar) }
        // 9. N07
        let met = policy.caps.met(
            by: recipient.sent, channel: message.channel, campaignID: request.campaignID, at: at, calendar)
        if let met { return .skipped(.frequencyCapped, figures: met.figures) }
        // 10. N01, N02
        return try ceiling(on: request, recipient.audience, at: at, &book) ?? .send(message)
    }

    private func hasExpired(_ request: NotificationRequest, at: Int64) -> Bool {
        guard request.hasExpiresAt, let expiresAt = request.expiresAt.milliseconds else { return false }
        return at >= expiresAt
    }

    private func prepare(
        _ request: NotificationRequest, at: Int64, _ book: some DispatchBook
    ) throws -> PreparedTemplate? {
        guard let version = try book.template(request.templateID)?.version(at: at) else { return nil }
        return try? PreparedTemplate(version, variables: request.variables)
    }

    private func deferral(
        of request: NotificationRequest, _ recipient: Recipient, at: Int64, _ calendar: LocalCalendar
    ) -> Verdict {
        let due = policy.window.opening(after: at, calendar)
        if hasExpired(request, at: due) { return .skipped(.expired) }
        let limit = DispatchLimits.deferredRequests
        guard recipient.deferred.count < limit else {
            let met = FrequencyCaps.Met(name: "deferred", count: recipient.deferred.count, limit: limit)
            return .skipped(.frequencyCapped, figures: met.figures)
        }
        return .deferred(until: due)
    }

    private func ceiling(
        on request: NotificationRequest, _ audience: String, at: Int64, _ book: inout some DispatchBook
    ) throws -> Verdict? {
        var share = try book.share(of: audience) ?? AudienceShare()
        let reading = policy.ceiling.reading(share, day: share.day(at: at))
        if share.softAlerted != reading.meetsSoftLimit {
            share.softAlerted = reading.meetsSoftLimit
            try book.put(share, of: audience)
            if reading.meetsSoftLimit {
                try book.publish(.alert(alert(request, audience, reading, at: at)), at: at)
            }
        }
        if reading.passesHardLimit {
            let figures = figures(reading, limit: policy.ceiling.hardPercent)
            return .handedOff(.ceilingHandOff, ruleID: "N02", figures: figures)
        }
        if reading.meetsSoftLimit && policy.handOffLayers.contains(audience) {
            let figures = figures(reading, limit: policy.ceiling.softPercent)
            return .handedOff(.ceilingHandOff, ruleID: "N01", figures: figures)
        }
        return nil
    }

    private func alert(
        _ request: NotificationRequest, _ audience: String, _ reading: AutomationCeiling.Reading, at: Int64
    ) -> OpsAlert {
        let percent = policy.ceiling.softPercent
        return OpsAlert.with {
            $0.alertID = "ceiling:\(audience)/\(request.requestID)"
            $0.cause = "ceiling:\(audience)"
            $0.ruleID = "N01"
            $0.text = "Automated touches of audience \(audience) reach \(percent) %: people should take over."
            $0.figures = figures(reading, limit: percent)
            $0.at = .init(milliseconds: at)
        }
    }

    private func figures(_ reading: AutomationCeiling.Reading, limit: Int64) -> [String: Int64] {
        ["automated": reading.automated, "human": reading.human, "limit": limit]
    }
}
