/// Every stage of the fleet: read this first. `growthctl topology` draws it.
public enum Stages {
    public static let profiles = StageDeclaration(
        group: "tagging.profiles", worker: "tagging-worker",
        inputs: [Topics.customerEvents.declaration],
        globalTables: [Topics.calibrations.declaration],
        tables: [Tables.profiles.declaration],
        outputs: [Topics.tags.declaration, Topics.notificationRequests.declaration, Topics.audit.declaration])

    public static let claims = StageDeclaration(
        group: "fraud.claims", worker: "fraud-worker",
        inputs: [Topics.referralClaims.declaration],
        globalTables: [Topics.fraudRules.declaration, Topics.campaigns.declaration],
        tables: [Tables.friendClaims.declaration],
        outputs: [Topics.entityQueries.declaration, Topics.fraudEvidence.declaration])

    public static let entities = StageDeclaration(
        group: "fraud.entities", worker: "fraud-worker",
        inputs: [Topics.entityQueries.declaration],
        globalTables: [Topics.fraudRules.declaration],
        tables: [Tables.entityHistories.declaration],
        outputs: [Topics.fraudEvidence.declaration])

    public static let verdicts = StageDeclaration(
        group: "fraud.verdicts", worker: "fraud-worker",
        inputs: [Topics.fraudEvidence.declaration, Topics.fraudReviews.declaration],
        globalTables: [Topics.fraudRules.declaration],
        tables: [Tables.pendingVerdicts.declaration],
        outputs: [Topics.fraudDecisions.declaration])

    public static let rewards = StageDeclaration(
        group: "settlement.rewards", worker: "settlement-worker",
        inputs: [
            Topics.fraudDecisions.declaration, Topics.customerEvents.declaration, Topics.tags.declaration,
        ],
        globalTables: [Topics.campaigns.declaration],
        tables: [
            Tables.rewardProgress.declaration, Tables.orderProgress.declaration, Tables.customerTiers.declaration,
        ],
        outputs: [Topics.budgetRequests.declaration, Topics.accountTransfers.declaration])

    public static let budgets = StageDeclaration(
        group: "settlement.budgets", worker: "settlement-worker",
        inputs: [Topics.budgetRequests.declaration],
        globalTables: [Topics.campaigns.declaration],
        tables: [
            Tables.campaignLedgers.declaration, Tables.budgetAccounts.declaration,
            Tables.transferRecords.declaration, Tables.referrerCounts.declaration,
        ],
        outputs: [Topics.rewards.declaration, Topics.accountTransfers.declaration, Topics.alerts.declaration])

    public static let accounts = StageDeclaration(
        group: "settlement.accounts", worker: "settlement-worker",
        inputs: [Topics.accountTransfers.declaration],
        tables: [Tables.accounts.declaration, Tables.accountTransferRecords.declaration],
        outputs: [Topics.ledgerEntries.declaration, Topics.notificationRequests.declaration])

    public static let dispatch = StageDeclaration(
        group: "notification.dispatch", worker: "notification-worker",
        inputs: [
            Topics.notificationRequests.declaration, Topics.customerEvents.declaration, Topics.tags.declaration,
            Topics.notificationReceipts.declaration,
        ],
        globalTables: [Topics.templates.declaration],
        tables: [Tables.recipients.declaration, Tables.audienceShares.declaration],
        outputs: [
            Topics.notificationSends.declaration, Topics.notificationOutcomes.declaration,
            Topics.humanTasks.declaration, Topics.alerts.declaration,
        ])

    public static let delivery = StageDeclaration(
        group: "notification.delivery", worker: "notification-worker",
        inputs: [Topics.notificationSends.declaration],
        tables: [Tables.deliveryAttempts.declaration],
        outputs: [Topics.notificationReceipts.declaration],
        hasEffects: true)

    public static let all = [profiles, claims, entities, verdicts, rewards, budgets, accounts, dispatch, delivery]

    public static func named(_ group: String) -> StageDeclaration? { all.first { $0.group == group } }
}
