import ProtobufCodec
import Schemas

extension CustomerTier {
    static let changesLimit = 8

    /// The tier by the last change before the time; nil without one.
    ///
    /// Strictly before: an order does not earn by the tier that it brings itself, whichever of the two topics is read
    /// first (S04).
    func tier(before time: Int64) -> String? {
        guard let change = changes.last(where: { $0.changedMs < time }), !change.tier.isEmpty else { return nil }
        return change.tier
    }

    /// Enters a change in order of time, a later arrival after its equals; the oldest leaves beyond the limit.
    /// A change told twice changes nothing.
    mutating func enter(_ tier: String?, at time: Int64) {
        let change = TierChange.with {
            $0.changedMs = time
            $0.tier = tier ?? ""
        }
        guard !changes.contains(change) else { return }
        let index = changes.firstIndex { $0.changedMs > time } ?? changes.endIndex
        changes.insert(change, at: index)
        if changes.count > Self.changesLimit { changes.removeFirst() }
    }
}
