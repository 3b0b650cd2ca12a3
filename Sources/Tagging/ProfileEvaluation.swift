import ProtobufCodec
import Schemas

/// One profile being decided on: its facts, the time it is judged at, and what has come of it so far.
struct ProfileEvaluation {
    var profile: CustomerProfile
    var decision = TaggingDecision()
    let rules: TaggingRules
    private let calibration: Calibration?
    /// Milliseconds since the epoch.
    private(set) var at: Int64 = 0
    /// The borders valid at that time.
    private(set) var scale: RFMScale?
    /// The event of the order that is being taken in.
    private(set) var paidOrderEventID: String?

    init(_ profile: CustomerProfile, calibration: Calibration?, rules: TaggingRules) {
        self.profile = profile
        self.calibration = calibration
        self.rules = rules
    }

    /// Judges from here on at this time.
    mutating func move(to at: Int64) {
        self.at = at
        scale = RFMScale(calibration, at: at)
    }

    /// Takes an admitted event into the facts.
    mutating func take(_ event: CustomerEvent, occurredAt: Int64) {
        if case .consentChanged(let consent) = event.kind,
            let action = ConsentRule.take(consent, event.eventID, occurredAt, &profile)
        {
            audit(action, purpose: consent.purpose, actor: profile.customerID)
        }
        if case .orderPaid = event.kind { paidOrderEventID = event.eventID }
        ProfileUpdate.take(event, occurredAt: occurredAt, &profile, rules: rules)
    }

    /// Brings everything that follows from the facts up to the time, in the order in which it is published.
    mutating func derive() {
        lapseConsents()
        OrderHistory.dropOld(&profile, at: at)
        if ConsentRule.isWithdrawn(profile) {
            withdraw()
        } else {
            FirstContactRule.derive(&self)
            LiveFanRule.derive(&self)
            PriceCheckRule.derive(&self)
            CheckoutRule.derive(&self)
            TierRule.derive(&self)
            let lifecycle = Lifecycle.derive(&self)
            RFMScore.derive(&self)
            LayerTable.derive(&self, lifecycle)
            ChurnRule.derive(&self)
        }
        paidOrderEventID = nil
        decision.nextDue = TimerSchedule.next(profile, after: at, scale, rules)
    }

    // MARK: Consent (I06)

    private mutating func lapseConsents() {
        for purpose in ConsentRule.lapsed(profile, at: at) {
            profile.consents[purpose]?.status = Int32(truncatingIfNeeded: ConsentStatus.revoked.rawValue)
            profile.consents[purpose]?.revokeMs = 0
            audit("consent_lapsed", purpose: purpose, actor: "clock")
        }
    }

    /// Gives up all that was derived of a customer who does not want to be profiled.
    private mutating func withdraw() {
        let evidence = profile.consents[ConsentRule.profiling].map { [$0.eventID] } ?? []
        for name in profile.tags.keys.sorted(by: { $0.precedesByBytes($1) }) {
            removeTag(name, rule: "I06", evidence: evidence)
        }
        profile.stages = [:]
        profile.scores = [:]
        profile.rfmCalibrationVersion = 0
        profile.openCheckouts = []
        profile.liveJoins = []
        profile.priceCheckOpen = false
        profile.clearTier()
    }

    private mutating func audit(_ action: String, purpose: String, actor: String) {
        guard let record = profile.consents[purpose] else { return }
        var entry = AuditEntry()
        entry.auditID = "\(profile.customerID)/\(action)/\(record.eventID)"
        entry.at = Google_Protobuf_Timestamp(milliseconds: at)
        entry.actor = actor
        entry.action = action
        entry.subject = profile.customerID
        entry.details = ["purpose": purpose, "proof": record.proof]
        entry.evidenceEventIds = [record.eventID]
        decision.audits.append(entry)
    }

    // MARK: Changes of what is derived

    /// Sets a tag with one event behind it, and publishes it where its value changes.
    mutating func setTag(
        _ name: String, _ value: String, rule: String, evidence: String, expires: Int64 = 0,
        calibrationVersion: UInt32 = 0, figures: [String: Int64] = [:]
    ) {
        // Most evaluations change nothing: they must not make a list first.
        if let old = profile.tags[name], old.value == value { return }
        setTag(
            name, value, rule: rule, evidence: [evidence], expires: expires, calibrationVersion: calibrationVersion,
            figures: figures)
    }

    /// Sets a tag, and publishes it where its value changes.
    mutating func setTag(
        _ name: String, _ value: String, rule: String, evidence: [String], expires: Int64 = 0,
        calibrationVersion: UInt32 = 0, figures: [String: Int64] = [:]
    ) {
        let old = profile.tags[name]
        if let old, old.value == value { return }
        var state = TagState()
        state.value = value
        state.sinceMs = at
        state.expiresMs = expires
        state.evidenceEventIds = evidence
        profile.tags[name] = state
        var change = TagChanged()
        change.name = name
        change.value = value
        change.previousValue = old?.value ?? ""
        change.present = true
        change.figures = figures
        publish(.tagChanged(change), rule: rule, evidence: evidence, calibrationVersion: calibrationVersion)
    }

    /// Removes a tag, and publishes that where it was there.
    mutating func removeTag(_ name: String, rule: String, evidence: [String]) {
        guard let old = profile.tags.removeValue(forKey: name) else { return }
        var change = TagChanged()
        change.name = name
        change.previousValue = old.value
        publish(.tagChanged(change), rule: rule, evidence: evidence)
    }

    /// Moves a state machine, and publishes that where it moves.
    mutating func setStage(_ machine: String, _ state: String, rule: String, evidence: String) {
        let old = profile.stages[machine]
        guard old != state else { return }
        profile.stages[machine] = state
        var change = StageChanged()
        change.machine = machine
        change.from = old ?? ""
        change.to = state
        publish(.stageChanged(change), rule: rule, evidence: [evidence])
    }

    /// Sets a score, and publishes it with its figures where it changes.
    mutating func setScore(
        _ name: String, _ value: Int64, rule: String, evidence: String, figures: () -> [String: Int64]
    ) {
        let old = profile.scores[name]
        guard old != value else { return }
        profile.scores[name] = value
        var change = ScoreChanged()
        change.name = name
        change.value = value
        if let old { change.previousValue = old }
        change.figures = figures()
        publish(
            .scoreChanged(change), rule: rule, evidence: [evidence], calibrationVersion: profile.rfmCalibrationVersion)
    }

    private mutating func publish(
        _ kind: TagEvent.OneOf_Kind, rule: String, evidence: [String], calibrationVersion: UInt32 = 0
    ) {
        profile.sequence &+= 1
        var event = TagEvent()
        event.tagEventID = "\(profile.customerID)/\(FNV1a.digits(profile.lifeHash))/\(profile.sequence)"
        event.customerID = profile.customerID
        event.changedAt = Google_Protobuf_Timestamp(milliseconds: at)
        event.ruleID = rule
        event.ruleVersion = TaggingRules.ruleVersion
        event.evidenceEventIds = evidence
        event.calibrationVersion = calibrationVersion
        event.kind = kind
        decision.tags.append(event)
    }
}
