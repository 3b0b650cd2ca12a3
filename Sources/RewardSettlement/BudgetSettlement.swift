import ProtobufCodec
import Schemas

/// One request against one campaign's ledger: what all its sides have in common.
struct BudgetSettlement {
    let request: BudgetRequest
    let campaign: Campaign
    /// The version that the reward is promised by.
    let terms: CampaignVersion
    let at: Int64
    let policy: BudgetPolicy

    var campaignID: CampaignID { CampaignID(rawValue: request.campaignID) }
    var rewardID: RewardID { RewardID(rawValue: request.rewardID) }

    /// Whom the reward counts for; nil without a referrer (S04).
    var referrerKey: String? {
        request.referrerID.isEmpty
            ? nil : StateKey.referrer(CustomerID(rawValue: request.referrerID), of: campaignID)
    }

    func pendingID(_ side: RewardSide) -> TransferID { .pending(campaignID, rewardID, side) }

    func refuse(_ outcome: inout BudgetOutcome, _ book: inout some BudgetBook) throws {
        try tell(.refused, guard: .notice(campaignID, rewardID, "refuse"), &outcome, &book)
    }

    /// Ends the review of what is still reserved.
    func release(_ outcome: inout BudgetOutcome, _ book: inout some BudgetBook) throws {
        try tellOfReserved(.pending, guard: .notice(campaignID, rewardID, "release"), &outcome, &book)
    }

    /// Begins a review of what is still reserved.
    func hold(_ outcome: inout BudgetOutcome, _ book: inout some BudgetBook) throws {
        try tellOfReserved(.held, guard: .notice(campaignID, rewardID, "hold"), &outcome, &book)
    }

    private func tellOfReserved(
        _ state: RewardState, guard id: TransferID, _ outcome: inout BudgetOutcome, _ book: inout some BudgetBook
    ) throws {
        for amount in request.amounts {
            let record = try book.transfer(pendingID(amount.side))
            let answer = TransferResolution.answer(of: record, amount: nil)
            guard answer == .ok else { return outcome.result = answer }
        }
        try tell(state, guard: id, &outcome, &book)
    }

    /// Publishes a state that moves no money, once.
    private func tell(
        _ state: RewardState, guard id: TransferID, _ outcome: inout BudgetOutcome, _ book: inout some BudgetBook
    ) throws {
        guard try book.transfer(id) == nil else { return outcome.result = .exists }
        try book.put(TransferRecord.with { $0.transferID = id.rawValue }, id)
        outcome.event = event(state, request.amounts.map { named($0, pendingID($0.side)) })
    }

    func event(_ state: RewardState, _ amounts: [RewardAmount], reason: String? = nil) -> RewardEvent {
        RewardEvent.with {
            $0.rewardEventID = "\(request.rewardID)#\(request.action.eventName)\(request.stepName)"
            $0.rewardID = request.rewardID
            $0.campaignID = request.campaignID
            $0.campaignVersion = request.campaignVersion
            $0.friendID = request.friendID
            $0.referrerID = request.referrerID
            $0.state = state
            $0.reason = reason ?? request.reason
            $0.amounts = amounts
            $0.changedAt = Google_Protobuf_Timestamp(milliseconds: at)
            $0.decisionID = request.decisionID
            $0.orderID = request.orderID
        }
    }

    func named(_ amount: RewardAmount, _ transfer: TransferID) -> RewardAmount {
        var amount = amount
        amount.transferID = transfer.rawValue
        return amount
    }

    /// One side's transfer as it reaches the customer's account: from the line to the customer, or back.
    func transfer(
        _ id: TransferID, _ phase: TransferPhase, _ amount: Int64, _ record: TransferRecord, customer: String
    ) -> AccountTransfer {
        let line = AccountID(rawValue: record.debitAccountID)
        let account = AccountID(rawValue: record.creditAccountID)
        var transfer = AccountTransfer(
            id, to: account, from: line, into: account, amount, record.unit, terms, at: at)
        transfer.phase = phase
        transfer.code = .reward
        transfer.rewardID = request.rewardID
        transfer.campaignID = request.campaignID
        transfer.customerID = customer
        return transfer
    }
}

extension BudgetRequest {
    fileprivate var stepName: String { step > 0 ? String(step) : "" }
}

extension BudgetAction {
    /// The action's name in reward event ids.
    fileprivate var eventName: String {
        switch self {
        case .reserve: "reserve"
        case .post: "post"
        case .void: "void"
        case .clawBack: "claw_back"
        case .refuse: "refuse"
        case .release: "release"
        case .hold: "hold"
        case .unspecified, .UNRECOGNIZED: "none"
        }
    }
}
