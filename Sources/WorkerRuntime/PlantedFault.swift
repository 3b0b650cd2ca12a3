/// A deliberate bug that a simulation switches on, to prove that it would find it.
///
/// A simulator that reports no failure says nothing until it has been seen to fail: so each rule of the loop whose breach
/// would lose, double or mix up records can be broken on purpose, one at a time, in the code that ships and not in a copy
/// of it. They are looked at where transactions, restores and rebalances begin and end, never for a record. No
/// configuration key reaches them: they are set in ``LoopConfiguration/plantedFaults``, from this package alone.
package enum PlantedFault: String, CaseIterable, Sendable {
    /// RocksDB is written before the transaction's commit has returned.
    case writeStateBeforeCommit
    /// The consumer's position is committed, not the offsets that were decided.
    case commitPositionInsteadOfDecided
    /// A restore ends at the last stable offset, not at the high watermark.
    case restoreToLastStableOffset
    /// An abort leaves the aborted writes in the store's overlay.
    case keepOverlayOnAbort
    /// A new incarnation fences nobody: `initTransactions` is left out, and the stand-in's `begin` must take that.
    case skipInitTransactions
    /// What was fetched is decided twice.
    case applyBatchTwice
    /// An abort does not go back to the committed offsets.
    case skipRewindOnAbort
    /// A partition goes live without its state's offsets being compared with the group's.
    case ignoreGroupOffsetMismatch
    /// A task that only fired timers adds no offsets, so nothing checks its generation.
    case sendNoOffsetsForTimerOnlyTransactions
    /// What is open is committed although the assignment was lost.
    case commitOnLostAssignment
    /// A dead letter is counted but not published.
    case dropDeadLetter
    /// A dead letter's record is not counted into the offsets.
    case dropDeadLetterOffset
    /// The next restore begins at the changelog's high watermark, not behind the last record that was delivered.
    case resumeOffsetBeyondDelivered
    /// The group metadata of the first assignment goes with every transaction.
    case staleGroupMetadata
    /// The changelog gets a transaction's changes without its progress.
    case skipProgressRecord
    /// What was fetched before a revoke is decided after it; a stand-in that filters its batch would hide it.
    case fetchedBatchSurvivesRevoke
    /// Partitions are not held while their state is restored.
    case storeOpenedBeforeRestoreDone
    /// A record that could not be sent is forgotten; a stand-in whose commit refuses a doomed transaction would hide it.
    case forgetDoomedSend
}
