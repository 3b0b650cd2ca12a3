import ProtobufCodec
import Schemas

/// What the three fraud stages share: rule versions and the keys of a claim's entities.
enum FraudModel {
    /// The approved version that is valid at this time (R13).
    static func version(_ rules: FraudRules?, at time: Int64) throws(Rejection) -> FraudRulesVersion {
        let approved = (rules?.versions ?? []).filter { !$0.approvedBy.isEmpty && $0.approvedBy != $0.proposedBy }
        let valid = approved.filter { $0.validFromMs <= time }
        guard let version = valid.max(by: { $0.validFromMs < $1.validFromMs }) else {
            throw Rejection(.businessReject, "no valid rules")
        }
        return version
    }

    /// A query for each key the claim has, in the order of the queries.
    static func queries(_ claim: ReferralClaim) -> [(kind: EntityKind, key: String)] {
        var queries: [(EntityKind, String)] = []
        if !claim.deviceID.isEmpty { queries.append((.device, "device:\(claim.deviceID)")) }
        if let address = ModelAddress(claim.ipAddress) {
            queries.append((.ip, "ip:\(address.text)"))
            queries.append((.ipBlock, "block:\(address.block)"))
        }
        if !claim.paymentFingerprint.isEmpty { queries.append((.payment, "payment:\(claim.paymentFingerprint)")) }
        queries.append((.referrer, "referrer:\(claim.referrerID)"))
        if claim.friendID != claim.referrerID { queries.append((.circle, "referrer:\(claim.friendID)")) }
        return queries
    }

    static func finding(
        _ rule: String, _ outcome: String, _ reason: String, _ weight: UInt32, _ floor: Decision,
        evidence: [String] = [], measured: Int64 = 0, limit: Int64 = 0
    ) -> Finding {
        .with {
            $0.ruleID = rule
            $0.outcome = outcome
            $0.reason = reason
            $0.weight = weight
            $0.floor = floor
            $0.evidence = evidence
            $0.measured = measured
            $0.limit = limit
        }
    }
}

/// `fraud.claims` as Rules.md tells it.
struct ClaimsModel: ModelStage {
    var rules: FraudRules?
    var campaigns: [String: Campaign] = [:]
    /// Claim ids of each friend, in order of arrival, the last 50.
    var claims: [String: [String]] = [:]

    mutating func take(_ record: ModelRecord, at time: Int64, _ effects: inout ModelEffects) throws(Rejection) {
        let claim = try record.decode(Topics.referralClaims)
        let claimed = try ModelDoor.claim(claim)
        let known = claims[claim.friendID] ?? []
        if known.contains(claim.claimID) { return }
        guard campaigns[claim.campaignID]?.kind == .referral else { throw Rejection(.businessReject, "campaign") }
        let version = try FraudModel.version(rules, at: claimed)
        claims[claim.friendID, default: []].append(claim.claimID, keeping: 50)

        effects.at = claimed
        let queries = FraudModel.queries(claim)
        effects.publish(
            .with {
                $0.claimID = claim.claimID
                $0.friendID = claim.friendID
                $0.findings = Self.ownChecks(claim, earlier: known, version)
                $0.ruleSetVersion = version.version
                $0.expectedAnswers = UInt32(queries.count)
                $0.claim = claim
            }, to: Topics.fraudEvidence)
        for (kind, key) in queries {
            effects.publish(
                .with {
                    $0.entityKey = key
                    $0.kind = kind
                    $0.claim = claim
                }, to: Topics.entityQueries)
        }
    }

    static func ownChecks(_ claim: ReferralClaim, earlier: [String], _ version: FraudRulesVersion) -> [Finding] {
        var findings: [Finding] = []
        func same(_ outcome: String, _ name: String, _ field: String, _ friend: String, _ referrer: String) {
            guard !friend.isEmpty, friend == referrer else { return }
            findings.append(
                FraudModel.finding(
                    "R02", outcome, "SELF_REFERRAL_\(name)", 100, .decline, evidence: ["\(field):\(friend)"]))
        }
        same(".01", "SAME_CUSTOMER", "friend_id", claim.friendID, claim.referrerID)
        same(".02", "SAME_DEVICE", "device_id", claim.deviceID, claim.referrerDeviceID)
        same(
            ".03", "SAME_PAYMENT", "payment_fingerprint", claim.paymentFingerprint, claim.referrerPaymentFingerprint)
        same(".04", "SAME_ADDRESS", "address_hash", claim.addressHash, claim.referrerAddressHash)

        let clicked = claim.clickedAt.milliseconds ?? 0
        let registered = claim.registeredAt.milliseconds ?? 0
        let ordered = claim.qualifyingOrderAt.milliseconds ?? 0
        if claim.friendPriorOrders > 0 || !earlier.isEmpty {
            findings.append(
                FraudModel.finding(
                    "R07", ".01", "FRIEND_NOT_NEW", 90, .decline, evidence: Array(earlier.prefix(1)),
                    measured: Int64(claim.friendPriorOrders) + Int64(earlier.count)))
        }
        if clicked > registered {
            findings.append(
                FraudModel.finding(
                    "R07", ".02", "CLICK_AFTER_REGISTRATION", 60, .blockAndReview, measured: registered - clicked))
        }
        if ordered < registered {
            findings.append(
                FraudModel.finding(
                    "R07", ".03", "ORDER_BEFORE_REGISTRATION", 60, .blockAndReview, measured: ordered - registered))
        }
        let conversion = ordered - clicked
        if conversion < 0 {
            findings.append(
                FraudModel.finding("R07", ".05", "ORDER_BEFORE_CLICK", 60, .blockAndReview, measured: conversion))
        } else if conversion < version.minimumConversionMs {
            findings.append(
                FraudModel.finding(
                    "R07", ".04", "ZERO_TIME_TO_CONVERT", version.conversionWeight, .review, measured: conversion,
                    limit: version.minimumConversionMs))
        }
        if claim.emulator {
            findings.append(FraudModel.finding("R03", ".02", "EMULATOR", version.emulatorWeight, .approve))
        }
        if claim.deviceID.isEmpty { findings.append(FraudModel.finding("R03", ".x00", "NO_DEVICE", 0, .review)) }
        if ModelAddress(claim.ipAddress) == nil {
            findings.append(FraudModel.finding("R04", ".x00", "NO_IP", 0, .review))
        }
        if claim.paymentFingerprint.isEmpty {
            findings.append(FraudModel.finding("R05", ".x00", "NO_PAYMENT", 0, .review))
        }
        return findings
    }
}

/// `fraud.entities` as Rules.md tells it.
struct EntitiesModel: ModelStage {
    struct Entry {
        var claim: String
        var friend: String
        var referrer: String
        var time: Int64

        func isBefore(_ other: Entry) -> Bool {
            time != other.time ? time < other.time : precedes(claim, other.claim)
        }
    }

    /// One question that an entity answers: a rule with its window and limit.
    struct Measure {
        var rule: String
        var outcome: String
        var reason: String
        var weight: UInt32
        var floor: Decision
        var window: Int64
        var limit: Int64
        /// Distinct friends are counted, else entries.
        var countsFriends: Bool
    }

    var rules: FraudRules?
    var entries: [String: [Entry]] = [:]
    var askers: [String: [Entry]] = [:]

    mutating func take(_ record: ModelRecord, at time: Int64, _ effects: inout ModelEffects) throws(Rejection) {
        let query = try record.decode(Topics.entityQueries)
        let claimed = try ModelDoor.claim(query.claim)
        let entry = Entry(
            claim: query.claim.claimID, friend: query.claim.friendID, referrer: query.claim.referrerID, time: claimed)
        if query.kind == .circle {
            try circle(query, entry, &effects)
        } else {
            try enter(query, entry, &effects)
        }
    }

    // MARK: The entity's own claims

    private mutating func enter(_ query: EntityQuery, _ entry: Entry, _ effects: inout ModelEffects) throws(Rejection) {
        let key = query.entityKey
        let before = entries[key] ?? []
        if before.contains(where: { $0.claim == entry.claim }) { return }
        let version = try FraudModel.version(rules, at: entry.time)
        let all = (before + [entry]).sorted { $0.isBefore($1) }
        let address = ModelAddress(query.claim.ipAddress)
        let isCarrier =
            (query.kind == .ip || query.kind == .ipBlock)
            && version.carrierBlocks.contains { address?.isIn($0) ?? false }
        let known = Self.knownSince(all, before, version)

        var findings: [Finding] = []
        var told: [(Entry, Finding)] = []
        for measure in Self.measures(query.kind, version, isCarrier) {
            if let finding = judge(measure, query, entry, all, isCarrier, known) { findings.append(finding) }
            told += later(measure, query, entry, all, isCarrier)
        }
        publish(query, entry, findings, version, isRevised: false, &effects)
        retell(query, told, version, &effects)
        if query.kind == .referrer {
            // A later asker whose referrer is this claim's friend now has its circle.
            let late = (askers[key] ?? []).filter { entry.isBefore($0) && $0.referrer == entry.friend }
            var circles = query
            circles.kind = .circle
            let closed = late.map { ($0, Self.circleFinding(key, $0, all)) }
            retell(circles, closed.compactMap { asker, found in found.map { (asker, $0) } }, version, &effects)
        }
        entries[key] = Self.bounded(all)
    }

    /// Evidence again for the newest hundred, each once with all its findings.
    private func retell(
        _ query: EntityQuery, _ told: [(Entry, Finding)], _ version: FraudRulesVersion, _ effects: inout ModelEffects
    ) {
        var entries: [Entry] = []
        for (entry, _) in told where !entries.contains(where: { $0.claim == entry.claim }) { entries.append(entry) }
        for entry in entries.sorted(by: { $0.isBefore($1) }).suffix(100) {
            let findings = told.filter { $0.0.claim == entry.claim }.map(\.1)
            publish(query, entry, findings, version, isRevised: true, &effects)
        }
    }

    private static func bounded(_ all: [Entry]) -> [Entry] {
        let newest = all.map(\.time).max() ?? 0
        let kept = all.filter { $0.time > newest - 31 * Milliseconds.day }
        return Array(kept.suffix(1_000))
    }

    private static func knownSince(_ all: [Entry], _ before: [Entry], _ version: FraudRulesVersion) -> Int64 {
        let newest = all.map(\.time).max() ?? 0
        var known = max(version.historySinceMs, newest - 31 * Milliseconds.day)
        if before.count == 1_000, let oldest = before.map(\.time).min() { known = max(known, oldest) }
        return known
    }

    private static func measures(
        _ kind: EntityKind, _ version: FraudRulesVersion, _ isCarrier: Bool
    ) -> [Measure] {
        func weight(_ weight: UInt32) -> UInt32 { isCarrier ? weight * version.carrierWeightPercent / 100 : weight }
        func velocity(_ outcome: String, _ name: String, _ limit: UInt32) -> Measure {
            // "count > limit" is "count ≥ limit + 1".
            Measure(
                rule: "R05", outcome: outcome, reason: "VELOCITY_\(name)", weight: version.velocityWeight,
                floor: .review, window: version.velocityWindowMs, limit: Int64(limit), countsFriends: false)
        }
        switch kind {
        case .device:
            return [
                Measure(
                    rule: "R03", outcome: ".01", reason: "DEVICE_SHARED", weight: version.deviceWeight, floor: .review,
                    window: version.deviceWindowMs, limit: Int64(version.deviceAccountsLimit), countsFriends: true),
                velocity(".02", "DEVICE", version.velocityDeviceLimit),
            ]
        case .ip:
            return [
                Measure(
                    rule: "R04", outcome: ".01", reason: "IP_SHARED", weight: weight(version.ipWeight), floor: .approve,
                    window: version.ipWindowMs, limit: Int64(version.ipAccountsLimit), countsFriends: true),
                velocity(".03", "IP", version.velocityIpLimit),
            ]
        case .ipBlock:
            return [
                Measure(
                    rule: "R04", outcome: ".02", reason: "IP_BLOCK_SHARED", weight: weight(version.ipBlockWeight),
                    floor: .approve, window: version.ipWindowMs, limit: Int64(version.ipBlockAccountsLimit),
                    countsFriends: true)
            ]
        case .payment: return [velocity(".04", "PAYMENT", version.velocityPaymentLimit)]
        case .referrer: return [velocity(".01", "REFERRER", version.velocityReferrerLimit)]
        case .circle, .unspecified, .UNRECOGNIZED: return []
        }
    }

    /// The windows that hold the claim: at its own time, and at each later entry's.
    private func windowEnds(_ entry: Entry, _ all: [Entry], _ window: Int64) -> [Int64] {
        let later = all.map(\.time).filter { $0 > entry.time && $0 < entry.time + window }
        return [entry.time] + Set(later).sorted()
    }

    private func inside(_ all: [Entry], _ end: Int64, _ window: Int64) -> [Entry] {
        all.filter { $0.time > end - window && $0.time <= end }
    }

    private func figure(_ entries: [Entry], _ measure: Measure) -> Int64 {
        Int64(measure.countsFriends ? Set(entries.map(\.friend)).count : entries.count)
    }

    private func judge(
        _ measure: Measure, _ query: EntityQuery, _ entry: Entry, _ all: [Entry], _ isCarrier: Bool, _ known: Int64
    ) -> Finding? {
        var best: (end: Int64, figure: Int64) = (entry.time, -1)
        for end in windowEnds(entry, all, measure.window) {
            let found = figure(inside(all, end, measure.window), measure)
            if found > best.figure { best = (end, found) }
        }
        let isReached = measure.countsFriends ? best.figure >= measure.limit : best.figure > measure.limit
        let lines = evidence(query.entityKey, isCarrier, entry, inside(all, best.end, measure.window))
        if isReached {
            return FraudModel.finding(
                measure.rule, measure.outcome, measure.reason, measure.weight, measure.floor, evidence: lines,
                measured: best.figure, limit: measure.limit)
        }
        guard entry.time - measure.window < known else { return nil }
        return FraudModel.finding(
            measure.rule, ".x00", "NOT_ENOUGH_HISTORY", 0, .review, evidence: lines, measured: best.figure,
            limit: measure.limit)
    }

    /// The entity key, `carrier`, then the other claims of the window, newest first; five lines in all.
    private func evidence(_ key: String, _ isCarrier: Bool, _ entry: Entry, _ window: [Entry]) -> [String] {
        let others = window.filter { $0.claim != entry.claim }.sorted { $1.isBefore($0) }.map(\.claim)
        return Array(([key] + (isCarrier ? ["carrier"] : []) + others).prefix(5))
    }

    /// Claims that look worse since this one is there: each once, with the first window that it brings to the limit, or
    /// for velocity just past it.
    private func later(
        _ measure: Measure, _ query: EntityQuery, _ entry: Entry, _ all: [Entry], _ isCarrier: Bool
    ) -> [(Entry, Finding)] {
        let before = all.filter { $0.claim != entry.claim }
        let worse = measure.countsFriends ? measure.limit : measure.limit + 1
        var told: [(Entry, Finding)] = []
        for end in windowEnds(entry, all, measure.window) {
            let window = inside(all, end, measure.window)
            let others = window.filter { $0.claim != entry.claim }
            guard figure(window, measure) == worse, figure(others, measure) == worse - 1 else { continue }
            for other in others where !told.contains(where: { $0.0.claim == other.claim }) {
                if !measure.countsFriends, wasTooFast(other, before, measure) { continue }
                told.append(
                    (
                        other,
                        FraudModel.finding(
                            measure.rule, measure.outcome, measure.reason, measure.weight, measure.floor,
                            evidence: evidence(query.entityKey, isCarrier, other, window), measured: worse,
                            limit: measure.limit)
                    ))
            }
        }
        return told
    }

    /// Whether some window that holds the entry had more entries than the limit; the fullest end at an entry.
    private func wasTooFast(_ entry: Entry, _ before: [Entry], _ measure: Measure) -> Bool {
        windowEnds(entry, before, measure.window).contains { end in
            figure(inside(before, end, measure.window), measure) > measure.limit
        }
    }

    // MARK: The circle

    private mutating func circle(_ query: EntityQuery, _ entry: Entry, _ effects: inout ModelEffects) throws(Rejection)
    {
        let key = query.entityKey
        let before = askers[key] ?? []
        if before.contains(where: { $0.claim == entry.claim }) { return }
        let version = try FraudModel.version(rules, at: entry.time)
        let finding = Self.circleFinding(key, entry, entries[key] ?? [])
        publish(query, entry, finding.map { [$0] } ?? [], version, isRevised: false, &effects)
        askers[key] = Self.bounded((before + [entry]).sorted { $0.isBefore($1) })
    }

    private static func circleFinding(_ key: String, _ asker: Entry, _ entries: [Entry]) -> Finding? {
        let closing = entries.filter { $0.isBefore(asker) && $0.friend == asker.referrer }
        guard let first = closing.min(by: { $0.isBefore($1) }) else { return nil }
        return FraudModel.finding(
            "R07", ".06", "CIRCULAR_REFERRAL", 70, .blockAndReview, evidence: [key, first.claim],
            measured: Int64(closing.count), limit: 1)
    }

    private func publish(
        _ query: EntityQuery, _ entry: Entry, _ findings: [Finding], _ version: FraudRulesVersion, isRevised: Bool,
        _ effects: inout ModelEffects
    ) {
        effects.publish(
            .with {
                $0.claimID = entry.claim
                $0.friendID = entry.friend
                $0.kind = query.kind
                $0.entityKey = query.entityKey
                $0.findings = findings
                $0.ruleSetVersion = version.version
                $0.revised = isRevised
            }, to: Topics.fraudEvidence)
    }
}
