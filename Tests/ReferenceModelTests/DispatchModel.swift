import ProtobufCodec
import Schemas

/// `notification.dispatch` as Rules.md tells it.
struct DispatchModel: ModelStage {
    struct Sent {
        var time: Int64
        var channel: Channel
        var campaign: String
    }

    struct Deferred {
        var request: NotificationRequest
        var due: Int64
    }

    struct Recipient {
        var isGranted = false
        var grantedUntil: Int64?
        /// The latest refusal since the last grant.
        var refused: Int64?
        var channels: [Channel] = []
        var offset: Int32?
        var complaints: [String] = []
        var tier = ""
        var layer = ""
        var sent: [Sent] = []
        var deferred: [Deferred] = []
        var closed: [UInt64] = []
        var paidWithoutCheckout: Int64?
        var requests: [UInt64] = []
        var events: [String] = []
        var sends: [NotificationSend] = []
        var campaigns: [String: String] = [:]
        var clock: Int64 = 0
    }

    struct Share {
        /// Touches by UTC day.
        var automated: [Int64: Int64] = [:]
        var human: [Int64: Int64] = [:]
        var isAlerted = false
    }

    var templates: [String: Template] = [:]
    var recipients: [String: Recipient] = [:]
    var shares: [String: Share] = [:]

    mutating func take(_ record: ModelRecord, at time: Int64, _ effects: inout ModelEffects) throws(Rejection) {
        if record.isFrom(Topics.notificationRequests) {
            try request(try record.decode(Topics.notificationRequests), &effects)
        } else if record.isFrom(Topics.customerEvents) {
            try customer(try record.decode(Topics.customerEvents), &effects)
        } else if record.isFrom(Topics.tags) {
            try tag(try record.decode(Topics.tags), &effects)
        } else {
            try receipt(try record.decode(Topics.notificationReceipts), &effects)
        }
    }

    mutating func fire(_ table: UInt8, _ key: String, at due: Int64, _ effects: inout ModelEffects) {
        guard var recipient = recipients[key] else { return }
        let released = recipient.deferred.filter { $0.due <= due }.map(\.request).sorted { left, right in
            if left.priority != right.priority { return left.priority > right.priority }
            let times = (left.requestedAt.milliseconds ?? 0, right.requestedAt.milliseconds ?? 0)
            return times.0 != times.1 ? times.0 < times.1 : precedes(left.requestID, right.requestID)
        }
        recipient.deferred.removeAll { $0.due <= due }
        effects.at = max(due, recipient.clock)
        recipient.clock = effects.at
        for request in released { judge(request, &recipient, &effects) }
        store(key, recipient, &effects)
    }

    private mutating func store(_ id: String, _ recipient: Recipient?, _ effects: inout ModelEffects) {
        recipients[id] = recipient
        effects.setTimer(1, id, recipient?.deferred.map(\.due).min())
    }

    // MARK: Requests

    private mutating func request(_ request: NotificationRequest, _ effects: inout ModelEffects) throws(Rejection) {
        try ModelDoor.id(request.requestID, limit: 512)
        try ModelDoor.id(request.customerID)
        try ModelDoor.id(request.templateID)
        let requested = try ModelDoor.time(request.requestedAt, request.hasRequestedAt)
        if request.hasExpiresAt { _ = try ModelDoor.time(request.expiresAt, true) }
        let isPromotional = request.messageClass == .promotional
        guard isPromotional || request.messageClass == .transactional, request.priority <= 9,
            !isPromotional || request.hasExpiresAt
        else { throw Rejection(.validation, "a request") }
        if request.cause.kind == "checkout" { try ModelDoor.id(request.cause.id) }
        if (try? request.serializedBytes().count) ?? 0 > 8_192 { throw Rejection(.validation, "a long request") }

        var recipient = recipients[request.customerID] ?? Recipient()
        let hash = FNV1a.hash(request.requestID)
        if recipient.requests.contains(hash) { return }
        recipient.requests.append(hash, keeping: 256)
        effects.at = max(requested, recipient.clock)
        recipient.clock = effects.at
        judge(request, &recipient, &effects)
        store(request.customerID, recipient, &effects)
    }

    private mutating func judge(
        _ request: NotificationRequest, _ recipient: inout Recipient, _ effects: inout ModelEffects
    ) {
        let at = effects.at
        let isPromotional = request.messageClass == .promotional
        let expires = request.hasExpiresAt ? request.expiresAt.milliseconds : nil
        let local = LocalTime(at, offsetMinutes: recipient.offset)

        func skip(_ reason: String, _ rule: String, figures: [String: Int64] = [:], _ effects: inout ModelEffects) {
            outcome(request, .skipped, reason, rule, figures: figures, &effects)
        }
        // 1
        if let expires, at >= expires { return skip("expired", "N30", &effects) }
        // 2
        if request.cause.kind == "checkout" {
            let isClosed = recipient.closed.contains(FNV1a.hash(request.cause.id))
            let isPaid = recipient.paidWithoutCheckout.map { $0 >= request.cause.sinceMs } ?? false
            if isClosed || isPaid { return skip("cause_gone", "N06", &effects) }
        }
        if isPromotional {
            // 3
            let isLapsed = recipient.grantedUntil.map { $0 <= at } ?? false
            if !recipient.isGranted || isLapsed { return skip("no_consent", "N17", &effects) }
            // 4
            if !recipient.complaints.isEmpty { return skip("complaint", "N18", &effects) }
        }
        // 5
        if recipient.tier == "platinum" {
            outcome(request, .handedOff, "vip_handoff", "N03", &effects)
            task(request, "vip_handoff", recipient, &effects)
            if isPromotional { touch(recipient, isHuman: true, at) }
            return
        }
        // 6
        let version = templates[request.templateID]?.versions.filter { $0.validFromMs <= at }
            .max { $0.validFromMs < $1.validFromMs }
        guard let version, let texts = TemplateModel.texts(version, request.variables) else {
            return outcome(request, .failed, "template", "N12", &effects)
        }
        // 7
        guard let (channel, text) = texts.first(where: { recipient.channels.contains($0.0) }) else {
            return skip("no_channel", "N30", &effects)
        }
        if isPromotional {
            // 8
            if local.isQuiet {
                let due = local.next(hour: 8)
                if let expires, due >= expires { return skip("expired", "N30", &effects) }
                if recipient.deferred.count >= 50 { return skip("frequency_capped", "N07", &effects) }
                recipient.deferred.append(Deferred(request: request, due: due))
                return outcome(request, .deferred, "quiet_hours", "N08", due: due, &effects)
            }
            // 9
            if let figures = capped(request, recipient, channel, local) {
                return skip("frequency_capped", "N07", figures: figures, &effects)
            }
            // 10
            if ceiling(request, recipient, &effects) { return }
            touch(recipient, isHuman: false, at)
            recipient.sent.append(Sent(time: at, channel: channel, campaign: request.campaignID))
        }
        send(request, channel, version, text, isPromotional ? local.next(hour: 21) : nil, &recipient, &effects)
    }

    private func capped(
        _ request: NotificationRequest, _ recipient: Recipient, _ channel: Channel, _ now: LocalTime
    ) -> [String: Int64]? {
        func count(_ isCounted: (Sent, LocalTime) -> Bool) -> Int64 {
            Int64(
                recipient.sent.filter { isCounted($0, LocalTime($0.time, offsetMinutes: recipient.offset)) }.count)
        }
        let day = count { $1.day == now.day }
        if day >= 2 { return ["day": day, "limit": 2] }
        let week = count { $1.week == now.week }
        if week >= 4 { return ["week": week, "limit": 4] }
        let month = count { $1.month == now.month }
        if month >= 10 { return ["month": month, "limit": 10] }
        let channelDay = count { $0.channel == channel && $1.day == now.day }
        if channel == .sms, channelDay >= 1 { return ["channel_day": channelDay, "limit": 1] }
        let campaign = count { $0.campaign == request.campaignID && $1.month == now.month }
        if !request.campaignID.isEmpty, campaign >= 3 { return ["campaign_month": campaign, "limit": 3] }
        return nil
    }

    /// Gate 10: whether a person takes it.
    private mutating func ceiling(
        _ request: NotificationRequest, _ recipient: Recipient, _ effects: inout ModelEffects
    ) -> Bool {
        let audience = Self.audience(recipient)
        var share = shares[audience] ?? Share()
        let today = Self.today(share, effects.at)
        func sum(_ days: [Int64: Int64]) -> Int64 {
            days.filter { $0.key > today - 30 && $0.key <= today }.values.reduce(0, +)
        }
        let (a, h) = (sum(share.automated), sum(share.human))
        let isSoft = (a + 1) * 100 >= 58 * (a + h + 1)
        let isHard = (a + 1) * 100 > 65 * (a + h + 1)
        let at = effects.at
        if isSoft, !share.isAlerted {
            effects.publish(
                .with {
                    $0.alertID = "ceiling:\(audience)/\(request.requestID)"
                    $0.cause = "ceiling:\(audience)"
                    $0.ruleID = "N01"
                    $0.figures = ["automated": a, "human": h, "limit": 58]
                    $0.at = stamp(at)
                }, to: Topics.alerts)
        }
        share.isAlerted = isSoft
        shares[audience] = share
        let rule = isHard ? "N02" : isSoft && recipient.layer == "seed" ? "N01" : nil
        guard let rule else { return false }
        outcome(
            request, .handedOff, "ceiling_handoff", rule,
            figures: ["automated": a, "human": h, "limit": isHard ? 65 : 58], &effects)
        task(request, "ceiling_handoff", recipient, &effects)
        touch(recipient, isHuman: true, at)
        return true
    }

    private static func audience(_ recipient: Recipient) -> String {
        recipient.layer.isEmpty ? "none" : recipient.layer
    }

    /// The UTC day, or the newest day already counted where that is later.
    private static func today(_ share: Share, _ at: Int64) -> Int64 {
        max(floorDivide(at, Milliseconds.day), (Array(share.automated.keys) + share.human.keys).max() ?? 0)
    }

    private mutating func touch(_ recipient: Recipient, isHuman: Bool, _ at: Int64) {
        let audience = Self.audience(recipient)
        var share = shares[audience] ?? Share()
        let today = Self.today(share, at)
        if isHuman { share.human[today, default: 0] += 1 } else { share.automated[today, default: 0] += 1 }
        shares[audience] = share
    }

    // MARK: What is published

    private func send(
        _ request: NotificationRequest, _ channel: Channel, _ version: TemplateVersion, _ text: String, _ night: Int64?,
        _ recipient: inout Recipient, _ effects: inout ModelEffects
    ) {
        let at = effects.at
        let send = NotificationSend.with {
            $0.sendID = "\(request.requestID)/1"
            $0.requestID = request.requestID
            $0.customerID = request.customerID
            $0.channel = channel
            $0.templateID = request.templateID
            $0.templateVersion = version.version
            $0.text = text
            $0.messageClass = request.messageClass
            $0.decidedAt = stamp(at)
            let expires = [request.hasExpiresAt ? request.expiresAt.milliseconds : nil, night].compactMap { $0 }.min()
            if let expires { $0.expiresAt = stamp(expires) }
        }
        effects.publish(send, to: Topics.notificationSends)
        recipient.sends.append(send, keeping: 100)
        recipient.campaigns[send.sendID] = request.campaignID
        outcome(request, .sending, "", "", sendID: send.sendID, &effects)
    }

    private func outcome(
        _ request: NotificationRequest, _ state: OutcomeState, _ reason: String, _ rule: String,
        figures: [String: Int64] = [:], sendID: String = "", due: Int64? = nil, _ effects: inout ModelEffects
    ) {
        let at = effects.at
        effects.publish(
            .with {
                $0.requestID = request.requestID
                $0.customerID = request.customerID
                $0.state = state
                $0.reason = reason
                $0.ruleID = rule
                $0.changedAt = stamp(at)
                $0.sendID = sendID
                $0.templateID = request.templateID
                $0.messageClass = request.messageClass
                if let due { $0.dueAt = stamp(due) }
                $0.figures = figures
                $0.campaignID = request.campaignID
            }, to: Topics.notificationOutcomes)
    }

    private func task(
        _ request: NotificationRequest, _ kind: String, _ recipient: Recipient, _ effects: inout ModelEffects
    ) {
        let at = effects.at
        effects.publish(
            .with {
                $0.taskID = "task/\(request.requestID)"
                $0.customerID = request.customerID
                $0.kind = kind
                $0.owner = Self.owner(request.customerID)
                $0.createdAt = stamp(at)
                $0.dueAt = stamp(at + 24 * Milliseconds.hour)
                $0.request = request
                $0.contextEventIds = recipient.events
            }, to: Topics.humanTasks)
    }

    private static func owner(_ customer: String) -> String { "desk-\(FNV1a.hash(customer) % 4)" }

    // MARK: Customer events

    private mutating func customer(_ event: CustomerEvent, _ effects: inout ModelEffects) throws(Rejection) {
        let at = try ModelDoor.shared(event)
        try ModelDoor.kind(event, sendLimit: 514)
        effects.at = at
        if case .consentChanged(let change)? = event.kind, change.hasRevokeAt {
            _ = try ModelDoor.time(change.revokeAt, true)
        }
        let id = event.customerID
        var recipient = recipients[id] ?? Recipient()
        if recipient.events.contains(event.eventID) { return }
        if case .deletionRequested? = event.kind {
            store(id, nil, &effects)
            return
        }
        recipient.events.append(event.eventID, keeping: 10)
        switch event.kind {
        case .userRegistered(let registered)?: register(registered, &recipient)
        case .consentChanged(let change)? where change.purpose == "marketing": consent(change, at, &recipient)
        case .chatMessage(let message)?: chat(event, message, at, &recipient, &effects)
        case .complaintFiled(let complaint)?:
            if !recipient.complaints.contains(complaint.complaintID) {
                recipient.complaints.append(complaint.complaintID, keeping: 32)
            }
        case .complaintClosed(let complaint)?: recipient.complaints.removeAll { $0 == complaint.complaintID }
        case .orderPaid(let order)?:
            if order.checkoutID.isEmpty {
                recipient.paidWithoutCheckout = max(recipient.paidWithoutCheckout ?? at, at)
            } else {
                close(order.checkoutID, &recipient)
            }
        case .checkoutCancelled(let checkout)?: close(checkout.checkoutID, &recipient)
        case .messageOpened(let message)?: answered(message.sendID, id, .opened, &effects)
        case .messageClicked(let message)?: answered(message.sendID, id, .clicked, &effects)
        default: break
        }
        store(id, recipient, &effects)
    }

    private func register(_ registered: UserRegistered, _ recipient: inout Recipient) {
        if recipient.channels.isEmpty {
            for channel in registered.contactChannels where !recipient.channels.contains(channel) {
                switch channel {
                case .sms, .email, .wecom, .wechat, .appPush: recipient.channels.append(channel)
                case .unspecified, .UNRECOGNIZED: break
                }
            }
        }
        if recipient.offset == nil, registered.hasUtcOffsetMinutes, (-720...840).contains(registered.utcOffsetMinutes) {
            recipient.offset = registered.utcOffsetMinutes
        }
    }

    private func consent(_ change: ConsentChanged, _ at: Int64, _ recipient: inout Recipient) {
        switch change.status {
        case .granted:
            if let refused = recipient.refused, at < refused { return }
            recipient.isGranted = true
            recipient.grantedUntil = change.hasRevokeAt ? change.revokeAt.milliseconds : nil
            recipient.refused = nil
        case .denied, .revoked: refuse(at, &recipient)
        case .unspecified, .UNRECOGNIZED: break
        }
    }

    private func refuse(_ at: Int64, _ recipient: inout Recipient) {
        recipient.isGranted = false
        recipient.refused = max(recipient.refused ?? at, at)
    }

    private func chat(
        _ event: CustomerEvent, _ message: ChatMessage, _ at: Int64, _ recipient: inout Recipient,
        _ effects: inout ModelEffects
    ) {
        var text = message.text[...]
        while text.first?.isWhitespace == true { text = text.dropFirst() }
        while text.last?.isWhitespace == true { text = text.dropLast() }
        if ["td", "stop", "unsubscribe", "退订"].contains(text.lowercased()) {
            refuse(at, &recipient)
            return
        }
        let local = LocalTime(at, offsetMinutes: recipient.offset)
        guard local.isQuiet else { return }
        let context = recipient.events
        effects.publish(
            .with {
                $0.taskID = "night/\(event.eventID)"
                $0.customerID = event.customerID
                $0.kind = "night_reply"
                $0.owner = Self.owner(event.customerID)
                $0.createdAt = stamp(at)
                $0.dueAt = stamp(local.next(hour: 10))
                $0.contextEventIds = context
            }, to: Topics.humanTasks)
    }

    private func close(_ checkout: String, _ recipient: inout Recipient) {
        let hash = FNV1a.hash(checkout)
        if !recipient.closed.contains(hash) { recipient.closed.append(hash, keeping: 32) }
    }

    private func answered(_ send: String, _ customer: String, _ state: OutcomeState, _ effects: inout ModelEffects) {
        guard send.hasSuffix("/1"), send.utf8.count > 2 else { return }
        let at = effects.at
        effects.publish(
            .with {
                $0.requestID = String(send.dropLast(2))
                $0.customerID = customer
                $0.state = state
                $0.changedAt = stamp(at)
                $0.sendID = send
            }, to: Topics.notificationOutcomes)
    }

    // MARK: Tags and receipts

    private mutating func tag(_ event: TagEvent, _ effects: inout ModelEffects) throws(Rejection) {
        if event.kind == nil { throw Rejection(.schema, "no kind") }
        try ModelDoor.id(event.customerID)
        effects.at = try ModelDoor.time(event.changedAt, event.hasChangedAt)
        var recipient = recipients[event.customerID] ?? Recipient()
        switch event.kind {
        case .tagChanged(let change)? where change.name == "tier" || change.name == "layer":
            try ModelDoor.idOrEmpty(change.value)
            let value = change.present ? change.value : ""
            if change.name == "tier" { recipient.tier = value } else { recipient.layer = value }
            store(event.customerID, recipient, &effects)
        case .customerForgotten?: store(event.customerID, nil, &effects)
        default: break
        }
    }

    private mutating func receipt(_ receipt: NotificationReceipt, _ effects: inout ModelEffects) throws(Rejection) {
        try ModelDoor.id(receipt.sendID, limit: 514)
        try ModelDoor.id(receipt.requestID, limit: 512)
        try ModelDoor.id(receipt.customerID)
        effects.at = try ModelDoor.time(receipt.receivedAt, receipt.hasReceivedAt)
        guard [.sent, .permanent, .exhausted].contains(receipt.result) else { throw Rejection(.validation, "result") }
        guard var recipient = recipients[receipt.customerID],
            let index = recipient.sends.firstIndex(where: { $0.sendID == receipt.sendID })
        else { return }
        let send = recipient.sends.remove(at: index)
        let campaign = recipient.campaigns.removeValue(forKey: send.sendID) ?? ""
        store(receipt.customerID, recipient, &effects)
        let at = effects.at
        effects.publish(
            .with {
                $0.requestID = send.requestID
                $0.customerID = send.customerID
                $0.changedAt = stamp(at)
                $0.sendID = send.sendID
                $0.templateID = send.templateID
                $0.messageClass = send.messageClass
                $0.campaignID = campaign
                switch receipt.result {
                case .sent: $0.state = .sent
                case .permanent:
                    $0.state = .failed
                    $0.reason = "provider_permanent"
                    $0.ruleID = "N30"
                case .exhausted:
                    $0.state = .failed
                    $0.reason = "provider_exhausted"
                    $0.ruleID = "N30"
                case .unspecified, .UNRECOGNIZED: break
                }
            }, to: Topics.notificationOutcomes)
    }
}
