import RewardSettlement
import Schemas
import Testing

/// Which definitions of a campaign are refused (S11, S12, D04, D13).
@Suite struct CampaignValidationTests {
    struct Row: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let isValid: Bool
        let change: @Sendable (inout Campaign) -> Void

        init(_ description: String, isValid: Bool = false, _ change: @escaping @Sendable (inout Campaign) -> Void) {
            testDescription = description
            self.isValid = isValid
            self.change = change
        }
    }

    static let rows: [Row] = [
        Row("as it is", isValid: true) { _ in },
        Row("an empty id") { $0.campaignID = "" },
        Row("a colon in the id") { $0.campaignID = "a:b" },
        Row("no kind") { $0.kind = .unspecified },
        Row("a kind of a later schema") { $0.kind = .init(rawValue: 9) ?? .unspecified },
        Row("no versions yet", isValid: true) { $0.versions = [] },
        Row("version 0") { $0.versions[0].version = 0 },
        Row("a second version", isValid: true) { $0.addVersion { _ in } },
        Row("a version again") { $0.addVersion { $0.version = 1 } },
        Row("two versions from one time") { $0.addVersion { $0.validFromMs = start } },
        Row("two versions a millisecond apart", isValid: true) { $0.addVersion { $0.validFromMs = start + 1 } },
        Row("a currency of two letters") { $0.versions[0].currency = "CN" },
        Row("no currency") { $0.versions[0].currency = "" },
        Row("two budgets of one unit") { $0.versions[0].budgets.append($0.versions[0].budgets[0]) },
        Row("budgets of two units", isValid: true) { $0.versions[0].budgets.append(.sample(.points, 5, ["a": 1])) },
        Row("a budget of no unit") { $0.versions[0].budgets.append(.sample(.unspecified, 5, ["a": 1])) },
        Row("a negative budget") { $0.versions[0].budgets[0].amount = -1 },
        Row("a budget of 0", isValid: true) { $0.versions[0].budgets[0].amount = 0 },
        Row("a budget of 10^12", isValid: true) { $0.versions[0].budgets[0].amount = 1_000_000_000_000 },
        Row("a budget above 10^12") { $0.versions[0].budgets[0].amount = 1_000_000_000_001 },
        Row("shares of 100 %", isValid: true) {
            $0.versions[0].budgets = [.sample(.cash, 9, ["waking": 4_300, "growth": 5_700])]
        },
        Row("shares of 43 % and 58 % (D13)") {
            $0.versions[0].budgets = [.sample(.cash, 9, ["waking": 4_300, "growth": 5_800])]
        },
        Row("shares of 100.01 %") { $0.versions[0].budgets = [.sample(.cash, 9, ["waking": 4_301, "growth": 5_700])] },
        Row("shares that wrap around 32 bits") {
            $0.versions[0].budgets = [.sample(.cash, 9, ["waking": .max, "growth": 1])]
        },
        Row("a line twice") { $0.versions[0].budgets[0].lines.append($0.versions[0].budgets[0].lines[0]) },
        Row("one more line", isValid: true) { $0.addLine("more") },
        Row("a line called reserve") { $0.addLine("reserve") },
        Row("a colon in a line") { $0.addLine("a:b") },
        Row("a line without a name") { $0.addLine("") },
        Row("a rule without its line") { $0.versions[0].friendReward.budgetLine = "other" },
        Row("a rule of another unit than its line") { $0.versions[0].friendReward.unit = .points },
        Row("a rule of 0 without a line", isValid: true) { $0.versions[0].friendReward = .fixed(.points, 0, "none") },
        Row("a share without a line") {
            $0.versions[0].friendReward = .fixed(.points, 0, "none")
            $0.versions[0].friendReward.orderBasisPoints = 1
        },
        Row("no rule for the referrer", isValid: true) { $0.versions[0].clearReferrerReward() },
        Row("a negative reward") { $0.versions[0].friendReward.fixedAmount = -1 },
        Row("a negative maximum") { $0.versions[0].friendReward.maximumAmount = -1 },
        Row("a minimum in another currency") { $0.versions[0].minimumOrder.currency = "USD" },
        Row("a negative minimum") { $0.versions[0].minimumOrder.minorUnits = -1 },
        Row("no minimum", isValid: true) { $0.versions[0].clearMinimumOrder() },
        Row("a negative end") { $0.versions[0].endsMs = -1 },
        Row("a hold of a hundred years", isValid: true) { $0.versions[0].holdDays = 36_500 },
        Row("a longer hold") { $0.versions[0].holdDays = 36_501 },
        Row("points that live too long") { $0.versions[0].pointsLifeDays = 36_501 },
        Row("a tier of a thousand times") { $0.versions[0].tierPercent = ["gold": 100_001] },
        Row("a drawing", isValid: true) { $0.versions[0].reserveDrawings = [.sample("d", 1, into: "growth")] },
        Row("a drawing for an emergency", isValid: true) { $0.draw { $0.reason = "emergency" } },
        Row("a drawing for fun") { $0.draw { $0.reason = "fun" } },
        Row("a drawing by one person") { $0.draw { $0.approvedBy = "ann" } },
        Row("a drawing nobody approved") { $0.draw { $0.approvedBy = "" } },
        Row("a drawing nobody proposed") { $0.draw { $0.proposedBy = "" } },
        Row("a drawing of nothing") { $0.draw { $0.amount = 0 } },
        Row("a drawing into no line") { $0.draw { $0.line = "other" } },
        Row("a drawing into the reserve") { $0.draw { $0.line = "reserve" } },
        Row("a drawing twice") {
            $0.versions[0].reserveDrawings = [.sample("d", 1, into: "growth"), .sample("d", 2, into: "growth")]
        },
    ]

    @Test(arguments: rows) func decides(_ row: Row) {
        var campaign = Campaign.referral()
        row.change(&campaign)
        if row.isValid {
            #expect(throws: Never.self) { try campaign.validate() }
        } else {
            #expect { try campaign.validate() } throws: { ($0 as? Rejection)?.reason == .validation }
        }
    }

    @Test func loyaltyNeedsALineOfPoints() {
        #expect(throws: Never.self) { try Campaign.loyalty().validate() }
        #expect(throws: Rejection.self) { try Campaign.loyalty { $0.friendReward.budgetLine = "other" }.validate() }
        #expect(throws: Rejection.self) { try Campaign.loyalty { $0.clearFriendReward() }.validate() }
        #expect(throws: Rejection.self) {
            try Campaign.loyalty {
                $0.budgets = [.sample(.cash, 9, ["points": 10_000])]
                $0.friendReward.unit = .cash
            }.validate()
        }
    }

    /// S13: the version with the greatest start not after the time.
    @Test func choosesVersionsToTheMillisecond() {
        var campaign = Campaign.referral()
        campaign.addVersion { $0.validFromMs = start + 1_000 }
        #expect(campaign.version(validAt: start - 1) == nil)
        #expect(campaign.version(validAt: start)?.version == 1)
        #expect(campaign.version(validAt: start + 999)?.version == 1)
        #expect(campaign.version(validAt: start + 1_000)?.version == 2)
        #expect(campaign.version(number: 1)?.version == 1)
        #expect(campaign.version(number: 3) == nil)
    }
}

extension Campaign {
    /// Adds a version one day after the last, changed.
    mutating func addVersion(_ change: (inout CampaignVersion) -> Void) {
        guard var version = versions.last else { return }
        version.version += 1
        version.validFromMs += day
        change(&version)
        versions.append(version)
    }

    /// Adds a line of no share, which only its name can make wrong.
    fileprivate mutating func addLine(_ name: String) {
        var line = BudgetLine()
        line.name = name
        versions[0].budgets[0].lines.append(line)
    }

    fileprivate mutating func draw(_ change: (inout ReserveDrawing) -> Void) {
        var drawing = ReserveDrawing.sample("d", 1, into: "growth")
        change(&drawing)
        versions[0].reserveDrawings = [drawing]
    }
}
