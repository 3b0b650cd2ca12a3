public import Schemas

extension Campaign {
    /// Passes a definition that can be settled by; the last good one stays in force where this one is refused.
    ///
    /// Rows S11, S12, D04, D13. Refuses with [validation] and the field at fault.
    public func validate() throws(Rejection) {
        try CampaignName.check(campaignID, "campaign_id")
        switch kind {
        case .referral, .loyalty: break
        case .unspecified, .UNRECOGNIZED: throw Rejection(.validation, "kind is neither referral nor loyalty")
        }
        guard versions.count <= CampaignLimits.versions else {
            throw Rejection(.validation, "versions are more than \(CampaignLimits.versions)")
        }
        var last: (version: UInt32, validFrom: Int64) = (0, -1)
        for version in versions {
            // From 1, because 0 stands for "nothing funded yet".
            guard version.version > last.version, version.validFromMs > last.validFrom else {
                throw Rejection(.validation, "versions do not rise")
            }
            last = (version.version, version.validFromMs)
            try version.validate(kind)
        }
    }
}

/// Names that become parts of account and transfer ids.
enum CampaignName {
    static let reserve = "reserve"

    /// Refuses a colon as well: ids join these names with colons, and two facts must never share an id.
    static func check(_ name: String, _ field: StaticString) throws(Rejection) {
        try Validation.identifier(name, field)
        guard !name.utf8.contains(UInt8(ascii: ":")) else { throw Rejection(.validation, "\(field) holds a colon") }
    }
}

extension CampaignVersion {
    fileprivate func validate(_ kind: CampaignKind) throws(Rejection) {
        try Validation.money(Money(minorUnits: 0, currency: currency), isPresent: true, "currency")
        guard endsMs >= 0 else { throw Rejection(.validation, "ends_ms is negative") }
        guard holdDays <= CampaignLimits.days, pointsLifeDays <= CampaignLimits.days else {
            throw Rejection(.validation, "hold_days or points_life_days is above \(CampaignLimits.days)")
        }
        guard tierPercent.values.allSatisfy({ $0 <= CampaignLimits.tierPercent }) else {
            throw Rejection(.validation, "tier_percent is above \(CampaignLimits.tierPercent)")
        }
        try validateMinimumOrder()
        let lines = try validatedLines()
        try validateRules(kind, lines)
        try validateDrawings(lines)
    }

    private func validateMinimumOrder() throws(Rejection) {
        guard hasMinimumOrder, minimumOrder.minorUnits != 0 else { return }
        try Validation.money(minimumOrder, isPresent: true, "minimum_order")
        guard minimumOrder.currency == currency else {
            throw Rejection(.validation, "minimum_order is in another currency than the campaign")
        }
    }

    private func validatedLines() throws(Rejection) -> Set<BudgetLineName> {
        var units: Set<RewardUnit> = []
        var names: Set<BudgetLineName> = []
        for budget in budgets {
            guard budget.unit.isLedger else { throw Rejection(.validation, "a budget's unit is unknown") }
            guard units.insert(budget.unit).inserted else { throw Rejection(.validation, "a unit has two budgets") }
            guard (0...CampaignLimits.amount).contains(budget.amount) else {
                throw Rejection(.validation, "a budget's amount lies outside 0 to \(CampaignLimits.amount)")
            }
            guard budget.lines.count <= CampaignLimits.linesPerBudget else {
                throw Rejection(.validation, "a budget has more than \(CampaignLimits.linesPerBudget) lines")
            }
            for line in budget.lines {
                try CampaignName.check(line.name, "lines.name")
                guard line.name != CampaignName.reserve else {
                    throw Rejection(.validation, "a line is named as the reserve")
                }
                guard names.insert(BudgetLineName(unit: budget.unit, line: line.name)).inserted else {
                    throw Rejection(.validation, "a budget has two lines of one name")
                }
            }
            // S12, D13: 43 % and 58 % in one period are a mistake, not a plan.
            guard budget.lines.reduce(0, { $0 + UInt64($1.basisPoints) }) <= 10_000 else {
                throw Rejection(.validation, "a budget's shares sum to more than 10,000 basis points")
            }
        }
        return names
    }

    private func validateRules(_ kind: CampaignKind, _ lines: Set<BudgetLineName>) throws(Rejection) {
        for side in [RewardSide.referrer, .friend] {
            guard let rule = rule(of: side) else { continue }
            let bounds = 0...CampaignLimits.amount
            guard bounds.contains(rule.fixedAmount), bounds.contains(rule.maximumAmount) else {
                throw Rejection(.validation, "a reward's amount lies outside 0 to \(CampaignLimits.amount)")
            }
            guard rule.fixedAmount > 0 || rule.orderBasisPoints > 0 else { continue }
            guard lines.contains(BudgetLineName(unit: rule.unit, line: rule.budgetLine)) else {
                throw Rejection(.validation, "a reward's budget line does not exist in its unit")
            }
        }
        guard kind == .loyalty else { return }
        // S04: what an order earns comes from its value, not from the rule's amounts; the rule names who pays.
        guard friendReward.unit == .points,
            lines.contains(BudgetLineName(unit: .points, line: friendReward.budgetLine))
        else {
            throw Rejection(.validation, "a loyalty campaign's friend_reward names no line of points")
        }
    }

    private func validateDrawings(_ lines: Set<BudgetLineName>) throws(Rejection) {
        guard reserveDrawings.count <= CampaignLimits.drawingsPerVersion else {
            throw Rejection(.validation, "reserve_drawings are more than \(CampaignLimits.drawingsPerVersion)")
        }
        var ids: Set<String> = []
        for drawing in reserveDrawings {
            try CampaignName.check(drawing.drawingID, "drawing_id")
            guard ids.insert(drawing.drawingID).inserted else {
                throw Rejection(.validation, "two drawings have one id")
            }
            guard lines.contains(BudgetLineName(unit: drawing.unit, line: drawing.line)) else {
                throw Rejection(.validation, "a drawing's line does not exist in its unit")
            }
            guard (1...CampaignLimits.amount).contains(drawing.amount) else {
                throw Rejection(.validation, "a drawing's amount lies outside 1 to \(CampaignLimits.amount)")
            }
            // D04: one reserve, two reasons.
            guard drawing.reason == "chance" || drawing.reason == "emergency" else {
                throw Rejection(.validation, "a drawing's reason is neither chance nor emergency")
            }
            // S11: who asks does not approve.
            guard !drawing.proposedBy.isEmpty, !drawing.approvedBy.isEmpty, drawing.proposedBy != drawing.approvedBy
            else {
                throw Rejection(.validation, "a drawing has not two persons")
            }
        }
    }
}

private struct BudgetLineName: Hashable {
    let unit: RewardUnit
    let line: String
}
