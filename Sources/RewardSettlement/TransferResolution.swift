import Schemas

/// Whether a pending transfer can be resolved: at most once, and for at most what is pending.
enum TransferResolution {
    /// The answer to a post of `amount`, or to a void where it is nil, that names this record.
    static func answer(of record: TransferRecord?, amount: Int64?) -> TransferOutcome {
        // A burned id was never made: its later post finds nothing.
        guard let record, record.state != .failed else { return .pendingTransferNotFound }
        return answer(of: record.state, pending: record.amount, amount: amount)
    }

    static func answer(of state: TransferRecordState, pending: Int64, amount: Int64?) -> TransferOutcome {
        switch state {
        case .pending: (amount ?? 0) > pending ? .exceedsPendingTransferAmount : .ok
        case .posted: .pendingTransferAlreadyPosted
        case .voided: .pendingTransferAlreadyVoided
        case .failed: .pendingTransferNotFound
        // Transfers of a single phase carry no state.
        case .unspecified, .UNRECOGNIZED: .pendingTransferNotPending
        }
    }
}
