public import Schemas

/// What became of a transfer, in order of precedence: of several that hold, the first is the answer.
///
/// Names are those of the two-phase ledger literature (TigerBeetle). A known id is answered before any limit is looked
/// at, because a repeat must get the same answer whatever the budget has become since.
public enum TransferOutcome: CaseIterable, Comparable, Hashable, Sendable {
    /// Another member of its chain was refused.
    case linkedEventFailed
    /// The id was refused once and stays refused, even where there is money now (S10).
    case idAlreadyFailed
    case existsWithDifferentAmount
    case existsWithDifferentAccount
    /// The same transfer was made before.
    case exists
    case pendingTransferNotFound
    case pendingTransferNotPending
    case pendingTransferAlreadyPosted
    case pendingTransferAlreadyVoided
    /// Holds of rewards end in `settlement.rewards`, so no stage answers this one yet.
    case pendingTransferExpired
    case exceedsPendingTransferAmount
    case campaignNotRunning
    case capReached
    case overflow
    case exceedsCredits
    case ok

    /// The name as published in `RewardEvent.reason`.
    public var name: String {
        switch self {
        case .linkedEventFailed: "linked_event_failed"
        case .idAlreadyFailed: "id_already_failed"
        case .existsWithDifferentAmount: "exists_with_different_amount"
        case .existsWithDifferentAccount: "exists_with_different_account"
        case .exists: "exists"
        case .pendingTransferNotFound: "pending_transfer_not_found"
        case .pendingTransferNotPending: "pending_transfer_not_pending"
        case .pendingTransferAlreadyPosted: "pending_transfer_already_posted"
        case .pendingTransferAlreadyVoided: "pending_transfer_already_voided"
        case .pendingTransferExpired: "pending_transfer_expired"
        case .exceedsPendingTransferAmount: "exceeds_pending_transfer_amount"
        case .campaignNotRunning: "campaign_not_running"
        case .capReached: "cap_reached"
        case .overflow: "overflow"
        case .exceedsCredits: "exceeds_credits"
        case .ok: "ok"
        }
    }

    /// The same word in the journal.
    public var result: TransferResult {
        switch self {
        case .linkedEventFailed: .linkedEventFailed
        case .idAlreadyFailed: .idAlreadyFailed
        case .existsWithDifferentAmount: .existsWithDifferentAmount
        case .existsWithDifferentAccount: .existsWithDifferentAccount
        case .exists: .exists
        case .pendingTransferNotFound: .pendingTransferNotFound
        case .pendingTransferNotPending: .pendingTransferNotPending
        case .pendingTransferAlreadyPosted: .pendingTransferAlreadyPosted
        case .pendingTransferAlreadyVoided: .pendingTransferAlreadyVoided
        case .pendingTransferExpired: .pendingTransferExpired
        case .exceedsPendingTransferAmount: .exceedsPendingTransferAmount
        case .campaignNotRunning: .campaignNotRunning
        case .capReached: .capReached
        case .overflow: .overflow
        case .exceedsCredits: .exceedsCredits
        case .ok: .ok
        }
    }
}
