/// Every topic of the fleet, one line each.
public enum Topics {
    public static let customerEvents = Topic<CustomerEvent>("customer.events.v1", keyed: "customer id") {
        $0.customerID
    }
    public static let referralClaims = Topic<ReferralClaim>("referral.claims.v1", keyed: "friend id") { $0.friendID }
    public static let campaignEvents = Topic<CampaignEvent>("campaign.events.v1", keyed: "campaign id") {
        $0.campaignID
    }
    public static let tags = Topic<TagEvent>("tags.v1", keyed: "customer id") { $0.customerID }

    public static let entityQueries = Topic<EntityQuery>(
        "fraud.entity-queries.v1", keyed: "entity key", isPublic: false
    ) { $0.entityKey }
    public static let fraudEvidence = Topic<ClaimEvidence>(
        "fraud.evidence.v1", keyed: "friend id", isPublic: false
    ) { $0.friendID }
    public static let fraudDecisions = Topic<RiskDecision>("fraud.decisions.v1", keyed: "friend id") { $0.friendID }
    public static let fraudReviews = Topic<ReviewOutcome>("fraud.reviews.v1", keyed: "friend id") { $0.friendID }
    public static let riskCases = Topic<RiskCase>("risk.cases.v1", keyed: "case id") { $0.caseID }

    public static let rewards = Topic<RewardEvent>("rewards.v1", keyed: "friend id") { $0.friendID }
    public static let budgetRequests = Topic<BudgetRequest>(
        "settlement.budget-requests.v1", keyed: "campaign id", isPublic: false
    ) { $0.campaignID }
    public static let accountTransfers = Topic<AccountTransfer>(
        "settlement.account-transfers.v1", keyed: "account id", isPublic: false
    ) { $0.accountID }
    public static let ledgerEntries = Topic<LedgerEntry>("ledger.entries.v1", keyed: "account id") { $0.accountID }
    public static let payouts = Topic<PayoutResult>("payouts.v1", keyed: "account id") { $0.accountID }

    public static let notificationRequests = Topic<NotificationRequest>(
        "notification.requests.v1", keyed: "customer id"
    ) { $0.customerID }
    public static let notificationSends = Topic<NotificationSend>("notification.sends.v1", keyed: "customer id") {
        $0.customerID
    }
    public static let notificationReceipts = Topic<NotificationReceipt>(
        "notification.receipts.v1", keyed: "customer id"
    ) { $0.customerID }
    public static let notificationOutcomes = Topic<NotificationOutcome>(
        "notification.outcomes.v1", keyed: "customer id"
    ) { $0.customerID }
    public static let humanTasks = Topic<HumanTask>("human.tasks.v1", keyed: "customer id") { $0.customerID }
    public static let humanTasksDone = Topic<HumanTaskDone>("human.tasks-done.v1", keyed: "customer id") {
        $0.customerID
    }

    public static let campaigns = Topic<Campaign>(
        "campaigns.v1", keyed: "campaign id", partitioning: .single, retention: .compacted
    ) { $0.campaignID }
    public static let calibrations = Topic<Calibration>(
        "calibrations.v1", keyed: "name", partitioning: .single, retention: .compacted
    ) { $0.name }
    public static let fraudRules = Topic<FraudRules>(
        "fraud.rules.v1", keyed: "name", partitioning: .single, retention: .compacted
    ) { $0.name }
    public static let templates = Topic<Template>(
        "notification.templates.v1", keyed: "template id", partitioning: .single, retention: .compacted
    ) { $0.templateID }

    public static let audit = Topic<AuditEntry>("growth.audit.v1", keyed: "subject") { $0.subject }
    public static let alerts = Topic<OpsAlert>("growth.alerts.v1", keyed: "cause") { $0.cause }
    public static let executions = Topic<ExecutionRecord>(
        "growth.executions.v1", keyed: "stage/partition", isPublic: false
    ) { "\($0.stage)/\($0.partition)" }
    /// Ticks go to every partition by number, never by key.
    public static let clock = Topic<ClockTick>("growth.clock.v1", keyed: "none", isPublic: false) { _ in "" }

    /// The topics of the contract; those derived from stages (dead letters, changelogs) come from `Stages`.
    public static let all: [TopicDeclaration] = [
        customerEvents.declaration, referralClaims.declaration, campaignEvents.declaration, tags.declaration,
        entityQueries.declaration, fraudEvidence.declaration, fraudDecisions.declaration, fraudReviews.declaration,
        riskCases.declaration, rewards.declaration, budgetRequests.declaration, accountTransfers.declaration,
        ledgerEntries.declaration, payouts.declaration, notificationRequests.declaration,
        notificationSends.declaration, notificationReceipts.declaration, notificationOutcomes.declaration,
        humanTasks.declaration, humanTasksDone.declaration, campaigns.declaration, calibrations.declaration,
        fraudRules.declaration, templates.declaration, audit.declaration, alerts.declaration,
        executions.declaration, clock.declaration,
    ]
}
