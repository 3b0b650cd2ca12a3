public import Schemas

/// Decides `settlement.budgets`: two-phase transfers against a campaign's budget lines and caps, linked by reward.
///
/// Rows S01, S02, S10, S11, S12, D04. A request is answered at most once: its ids guard it in the same atomic write as
/// the balances, and never expire. A refused request changes no balance. A thrown `Rejection` leaves the book half
/// written: the caller undoes it, as the runtime does.
public struct Budgets: Sendable {
    public let policy: BudgetPolicy

    public init(policy: BudgetPolicy = BudgetPolicy()) {
        self.policy = policy
    }

    /// Answers one request. `at` is the time it is judged at, milliseconds since the epoch.
    public func decide(
        _ request: BudgetRequest, at: Int64, _ book: inout some BudgetBook
    ) throws -> BudgetOutcome {
        try request.validate()
        guard let campaign = try book.campaign(CampaignID(rawValue: request.campaignID)) else {
            throw Rejection(.businessReject, "campaign_id is unknown")
        }
        // S13: a claim is paid by the version valid when it was claimed, which the request names.
        guard let terms = campaign.version(number: request.campaignVersion) else {
            throw Rejection(.businessReject, "campaign_version is unknown")
        }
        var outcome = BudgetOutcome()
        outcome.funding = try fund(campaign, upTo: request.requestedMs, at: at, &book)
        let settlement = BudgetSettlement(request: request, campaign: campaign, terms: terms, at: at, policy: policy)
        switch request.action {
        case .reserve: try settlement.reserve(&outcome, &book)
        case .post: try settlement.post(&outcome, &book)
        case .void: try settlement.void(&outcome, &book)
        case .clawBack: try settlement.clawBack(&outcome, &book)
        case .refuse: try settlement.refuse(&outcome, &book)
        case .release: try settlement.release(&outcome, &book)
        case .hold: try settlement.hold(&outcome, &book)
        case .unspecified, .UNRECOGNIZED: throw Rejection(.validation, "action is unknown")
        }
        return outcome
    }
}
