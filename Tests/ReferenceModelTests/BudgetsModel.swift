import ProtobufCodec
import Schemas

/// `settlement.budgets` as Rules.md tells it.
struct BudgetsModel: ModelStage {
    struct Line {
        var pending: Int64 = 0
        var posted: Int64 = 0
        var credits: Int64 = 0
        var funded: Int64 = 0
        var alerted: Set<Int64> = []
    }

    enum TransferState {
        case pending
        case posted
        case voided
        case burned
    }

    struct Transfer {
        var debit: String
        var credit: String
        var unit: RewardUnit
        var amount: Int64
        var state: TransferState
        var posted: Int64 = 0
        var clawedBack: Int64 = 0
    }

    var campaigns: [String: Campaign] = [:]
    var lines: [String: Line] = [:]
    /// By the pending transfer's id.
    var transfers: [String: Transfer] = [:]
    /// Every other id that was used: fundings, drawings, claw-backs, reward events.
    var used: Set<String> = []
    var applied: [String: UInt32] = [:]
    var referrerClaims: [String: Int] = [:]

    mutating func take(_ record: ModelRecord, at time: Int64, _ effects: inout ModelEffects) throws(Rejection) {
        let request = try record.decode(Topics.budgetRequests)
        for id in [request.campaignID, request.rewardID, request.friendID] { try ModelDoor.id(id, limit: 256) }
        guard request.requestedMs >= Validation.earliestMilliseconds,
            request.requestedMs < Validation.latestMilliseconds
        else { throw Rejection(.validation, "requested_ms") }
        guard let campaign = campaigns[request.campaignID],
            let version = campaign.versions.first(where: { $0.version == request.campaignVersion })
        else { throw Rejection(.businessReject, "campaign") }
        effects.at = request.requestedMs
        let valid = RewardsModel.version(campaign, at: request.requestedMs)
        if let valid {
            for each in campaign.versions.sorted(by: { $0.version < $1.version })
            where each.version <= valid.version && each.version > applied[campaign.campaignID] ?? 0 {
                apply(each, campaign.campaignID, &effects)
                applied[campaign.campaignID] = each.version
            }
        }
        switch request.action {
        case .reserve: reserve(request, version, valid, &effects)
        case .post: post(request, version, &effects)
        case .void: void(request, version, &effects)
        case .clawBack: clawBack(request, version, &effects)
        case .release, .hold:
            let sides = request.amounts.map { pendingID(request, $0.side) }
            guard sides.allSatisfy({ transfers[$0]?.state == .pending }) else { return }
            guard used.insert("\(request.campaignID) \(Self.eventID(request))").inserted else { return }
            let state = request.action == .hold ? RewardState.held : .pending
            publish(request, state, Self.named(request.amounts, sides), &effects)
        case .refuse:
            guard used.insert("\(request.campaignID) \(Self.eventID(request))").inserted else { return }
            publish(request, .refused, [], &effects)
        case .unspecified, .UNRECOGNIZED: throw Rejection(.validation, "action")
        }
    }

    // MARK: Fundings and drawings

    private mutating func apply(_ version: CampaignVersion, _ campaign: String, _ effects: inout ModelEffects) {
        for budget in version.budgets {
            let unit = budget.unit.ledgerName
            let reserve = budget.amount / 10
            let rest = budget.amount - reserve
            var shares = budget.lines.map { Int64(Int128(rest) * Int128($0.basisPoints) / 10_000) }
            if budget.lines.reduce(0, { $0 + $1.basisPoints }) == 10_000 {
                var left = rest - shares.reduce(0, +)
                for index in shares.indices where left > 0 {
                    shares[index] += 1
                    left -= 1
                }
            }
            let parts = [("reserve", reserve)] + zip(budget.lines.map(\.name), shares)
            for (name, amount) in parts {
                let account = "campaign:\(campaign):\(unit):\(name)"
                let increase = amount - (lines[account]?.funded ?? 0)
                if increase <= 0 { continue }
                lines[account, default: Line()].funded = amount
                lines[account, default: Line()].credits += increase
                fundingTransfer(
                    "\(campaign):v\(version.version):\(unit):\(name):fund",
                    name == "reserve" ? .fundReserve : .fundBudget,
                    from: "equity:\(campaign):\(unit)", to: account, at: [account], increase, budget.unit, version,
                    campaign, &effects)
            }
        }
        for drawing in version.reserveDrawings {
            let unit = drawing.unit.ledgerName
            let id = "\(campaign):draw:\(drawing.drawingID)"
            guard used.insert(id).inserted else { continue }
            let reserve = "campaign:\(campaign):\(unit):reserve"
            let line = "campaign:\(campaign):\(unit):\(drawing.line)"
            let state = lines[reserve] ?? Line()
            guard drawing.amount <= state.credits - state.posted - state.pending else { continue }
            lines[reserve, default: Line()].posted += drawing.amount
            lines[line, default: Line()].credits += drawing.amount
            fundingTransfer(
                id, .drawReserve, from: reserve, to: line, at: [reserve, line], drawing.amount, drawing.unit, version,
                campaign, &effects)
        }
    }

    private func fundingTransfer(
        _ id: String, _ code: TransferCode, from debit: String, to credit: String, at accounts: [String],
        _ amount: Int64, _ unit: RewardUnit, _ version: CampaignVersion, _ campaign: String,
        _ effects: inout ModelEffects
    ) {
        let at = effects.at
        for account in accounts {
            effects.publish(
                .with {
                    $0.accountID = account
                    $0.transferID = id
                    $0.phase = .single
                    $0.code = code
                    $0.debitAccountID = debit
                    $0.creditAccountID = credit
                    $0.unit = unit
                    $0.currency = unit == .cash ? version.currency : ""
                    $0.amount = amount
                    $0.effectiveMs = at
                    $0.campaignID = campaign
                }, to: Topics.accountTransfers)
        }
    }

    // MARK: Rewards

    private func prefix(_ request: BudgetRequest, _ side: RewardSide) -> String {
        "\(request.campaignID):\(request.rewardID):\(side.ledgerName)"
    }

    private func pendingID(_ request: BudgetRequest, _ side: RewardSide) -> String {
        prefix(request, side) + ":pending"
    }

    private func lineAccount(_ request: BudgetRequest, _ amount: RewardAmount, _ version: CampaignVersion) -> String {
        let rule = amount.side == .referrer ? version.referrerReward : version.friendReward
        return "campaign:\(request.campaignID):\(amount.unit.ledgerName):\(rule.budgetLine)"
    }

    private static func named(_ amounts: [RewardAmount], _ ids: [String]) -> [RewardAmount] {
        zip(amounts, ids).map { amount, id in
            var amount = amount
            amount.transferID = id
            return amount
        }
    }

    private mutating func reserve(
        _ request: BudgetRequest, _ version: CampaignVersion, _ valid: CampaignVersion?, _ effects: inout ModelEffects
    ) {
        let ids = request.amounts.map { pendingID(request, $0.side) }
        if ids.contains(where: { transfers[$0] != nil }) { return }
        let referrerKey = "\(request.campaignID)\u{1F}\(request.referrerID)"
        var refusal: String?
        if let valid, valid.endsMs > 0, request.requestedMs >= valid.endsMs { refusal = "campaign_not_running" }
        if refusal == nil, version.referrerClaimCap > 0, !request.referrerID.isEmpty,
            referrerClaims[referrerKey] ?? 0 >= Int(version.referrerClaimCap)
        {
            refusal = "cap_reached"
        }
        var after = lines
        if refusal == nil {
            for amount in request.amounts {
                let account = lineAccount(request, amount, version)
                var line = after[account] ?? Line()
                if line.pending + line.posted + amount.amount > line.credits {
                    refusal = "exceeds_credits"
                    break
                }
                line.pending += amount.amount
                after[account] = line
            }
        }
        for (amount, id) in zip(request.amounts, ids) {
            transfers[id] = Transfer(
                debit: lineAccount(request, amount, version),
                credit: "customer:\(amount.customerID):\(amount.unit.ledgerName)", unit: amount.unit,
                amount: amount.amount, state: refusal == nil ? .pending : .burned)
        }
        if let refusal {
            publish(request, .refused, Self.named(request.amounts, ids), reason: refusal, &effects)
            return
        }
        lines = after
        if !request.referrerID.isEmpty { referrerClaims[referrerKey, default: 0] += 1 }
        publish(request, request.held ? .held : .pending, Self.named(request.amounts, ids), &effects)
        for (amount, id) in zip(request.amounts, ids) {
            move(request, version, amount, id: id, pending: "", .pending, amount.amount, &effects)
        }
        for account in Set(request.amounts.map { lineAccount(request, $0, version) }) { alert(account, &effects) }
    }

    private mutating func post(_ request: BudgetRequest, _ version: CampaignVersion, _ effects: inout ModelEffects) {
        let pending = request.amounts.map { pendingID(request, $0.side) }
        for (amount, id) in zip(request.amounts, pending) {
            guard let transfer = transfers[id], transfer.state == .pending, amount.amount <= transfer.amount else {
                return
            }
        }
        let ids = request.amounts.map { prefix(request, $0.side) + ":post" }
        publish(request, .posted, Self.named(request.amounts, ids), &effects)
        for (index, amount) in request.amounts.enumerated() {
            guard let transfer = transfers[pending[index]] else { continue }
            transfers[pending[index]]?.state = .posted
            transfers[pending[index]]?.posted = amount.amount
            lines[transfer.debit]?.pending -= transfer.amount
            lines[transfer.debit]?.posted += amount.amount
            move(
                request, version, amount, id: ids[index], pending: pending[index], .postPending, amount.amount, &effects
            )
        }
    }

    private mutating func void(_ request: BudgetRequest, _ version: CampaignVersion, _ effects: inout ModelEffects) {
        let pending = request.amounts.map { pendingID(request, $0.side) }
        guard pending.allSatisfy({ transfers[$0]?.state == .pending }) else { return }
        let ids = request.amounts.map { prefix(request, $0.side) + ":void" }
        publish(request, .voided, Self.named(request.amounts, ids), &effects)
        for (index, amount) in request.amounts.enumerated() {
            guard let transfer = transfers[pending[index]] else { continue }
            transfers[pending[index]]?.state = .voided
            lines[transfer.debit]?.pending -= transfer.amount
            move(
                request, version, amount, id: ids[index], pending: pending[index], .voidPending, transfer.amount,
                &effects)
        }
        if !request.referrerID.isEmpty {
            referrerClaims["\(request.campaignID)\u{1F}\(request.referrerID)", default: 0] -= 1
        }
    }

    private mutating func clawBack(_ request: BudgetRequest, _ version: CampaignVersion, _ effects: inout ModelEffects)
    {
        var taken: [RewardAmount] = []
        for amount in request.amounts {
            guard let transfer = transfers[pendingID(request, amount.side)], transfer.state == .posted else { continue }
            var cut = amount
            cut.amount = min(amount.amount, transfer.posted - transfer.clawedBack)
            cut.transferID = prefix(request, amount.side) + ":clawback\(request.step)"
            if cut.amount > 0 { taken.append(cut) }
        }
        guard !taken.isEmpty, !taken.contains(where: { used.contains($0.transferID) }) else { return }
        publish(request, .clawedBack, taken, &effects)
        for amount in taken {
            used.insert(amount.transferID)
            let pending = pendingID(request, amount.side)
            guard let transfer = transfers[pending] else { continue }
            transfers[pending]?.clawedBack += amount.amount
            lines[transfer.debit]?.posted -= amount.amount
            move(
                request, version, amount, id: amount.transferID, pending: "", .single, amount.amount, code: .clawBack,
                &effects)
        }
    }

    /// Tells the customer's account of one side.
    private func move(
        _ request: BudgetRequest, _ version: CampaignVersion, _ side: RewardAmount, id: String, pending: String,
        _ phase: TransferPhase, _ amount: Int64, code: TransferCode = .reward, _ effects: inout ModelEffects
    ) {
        guard let transfer = transfers[pendingID(request, side.side)] else { return }
        let at = effects.at
        effects.publish(
            .with {
                $0.accountID = transfer.credit
                $0.transferID = id
                $0.pendingID = pending
                $0.phase = phase
                $0.code = code
                $0.debitAccountID = code == .clawBack ? transfer.credit : transfer.debit
                $0.creditAccountID = code == .clawBack ? transfer.debit : transfer.credit
                $0.unit = transfer.unit
                $0.currency = transfer.unit == .cash ? version.currency : ""
                $0.amount = amount
                $0.effectiveMs = at
                if phase == .postPending, transfer.unit == .points {
                    $0.lotLifeMs = Int64(version.pointsLifeDays) * Milliseconds.day
                }
                $0.notify = version.notify && (phase == .postPending || code == .clawBack)
                $0.rewardID = request.rewardID
                $0.campaignID = request.campaignID
                $0.customerID = side.customerID
            }, to: Topics.accountTransfers)
    }

    private mutating func alert(_ account: String, _ effects: inout ModelEffects) {
        guard let line = lines[account] else { return }
        let used = line.pending + line.posted
        let at = effects.at
        for percent in [80, 100] as [Int64] {
            let isReached = percent == 80 ? used * 100 > line.credits * 80 : used >= line.credits
            guard isReached, !line.alerted.contains(percent) else { continue }
            lines[account]?.alerted.insert(percent)
            effects.publish(
                .with {
                    $0.alertID = "budget:\(account)/\(percent)"
                    $0.cause = "budget:\(account)"
                    $0.ruleID = "S12"
                    $0.figures = ["used": used, "funded": line.credits, "percent": percent]
                    $0.at = stamp(at)
                }, to: Topics.alerts)
        }
    }

    private static func eventID(_ request: BudgetRequest) -> String {
        let action =
            switch request.action {
            case .reserve: "reserve"
            case .post: "post"
            case .void: "void"
            case .clawBack: "claw_back"
            case .refuse: "refuse"
            case .release: "release"
            case .hold: "hold"
            case .unspecified, .UNRECOGNIZED: ""
            }
        return "\(request.rewardID)#\(action)\(request.step == 0 ? "" : String(request.step))"
    }

    private func publish(
        _ request: BudgetRequest, _ state: RewardState, _ amounts: [RewardAmount], reason: String? = nil,
        _ effects: inout ModelEffects
    ) {
        let at = effects.at
        effects.publish(
            .with {
                $0.rewardEventID = Self.eventID(request)
                $0.rewardID = request.rewardID
                $0.campaignID = request.campaignID
                $0.campaignVersion = request.campaignVersion
                $0.friendID = request.friendID
                $0.referrerID = request.referrerID
                $0.state = state
                $0.reason = reason ?? request.reason
                $0.amounts = amounts
                $0.changedAt = stamp(at)
                $0.decisionID = request.decisionID
                $0.orderID = request.orderID
            }, to: Topics.rewards)
    }
}
