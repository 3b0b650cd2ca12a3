/// A promise that a schedule found broken.
package struct Violation: Error, Equatable, Sendable, CustomStringConvertible {
    /// The promises, in the words of the design.
    package enum Invariant: String, CaseIterable, Sendable {
        /// Each input record takes effect once: none is left out, none counts twice.
        case inputsOnce = "each input's effect exactly once"
        /// Outputs are those of a plain sequential model, in its order for each key.
        case outputsEqualModel = "outputs equal the sequential model"
        case deadLettersOnce = "each refused record is one dead letter"
        case stateEqualsModel = "state equals the sequential model"
        case stateEqualsChangelog = "state equals the fold of the committed changelog"
        case progressEqualsOffsets = "progress equals the group's committed offsets"
        case keyOrder = "records of a key stay in order"
        case moneyConserved = "money is conserved"
        case storesReopen = "every store re-opens and holds what its progress says"
        case noStoreWiped = "no store contradicts the group's offsets"
        case noOpenTransaction = "no transaction stays open"
        case noCommitAfterLoss = "nothing is committed after the assignment was lost"
        case offsetsNeverGoBack = "committed offsets never go back"
        case finishes = "everything is done in the end"
        case noFailure = "no loop fails but by what was done to it"
    }

    package var invariant: Invariant
    package var detail: String

    package init(_ invariant: Invariant, _ detail: String) {
        self.invariant = invariant
        self.detail = detail
    }

    package var description: String { "\(invariant.rawValue): \(detail)" }
}
