import Schemas

/// The hashes of the last event ids of a customer, which tell a redelivered event from a new one.
enum RecentEvents {
    static let limit = 32

    static func contains(_ eventID: String, _ profile: CustomerProfile) -> Bool {
        profile.recentEventHashes.contains(FNV1a.hash(eventID))
    }

    static func append(_ eventID: String, _ profile: inout CustomerProfile) {
        HashRing.append(FNV1a.hash(eventID), to: &profile.recentEventHashes, limit: limit)
    }
}
