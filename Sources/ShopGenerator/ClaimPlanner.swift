import ProtobufCodec
import Schemas

/// Turns first purchases into referral claims: honest ones, and abuse of each kind that rows R02 to R07 name.
struct ClaimPlanner {
    let generator: ShopGenerator
    let firstOrders: [FirstOrder]

    private static let honestShare = 14
    private static let groupsPerKind = 10

    func plan(into draft: inout HistoryDraft) -> [String: PlantedKind] {
        // By time of the order, so that groups can be drawn from neighbours.
        let friends = firstOrders.filter { $0.cents >= 500 }.sorted { ($0.paid, $0.customer) < ($1.paid, $1.customer) }
        guard friends.count > 400 else { return [:] }
        var pool = FriendPool(friends)
        var planted: [String: PlantedKind] = [:]
        let groups = min(Self.groupsPerKind, friends.count / 400)
        for group in 0..<groups {
            let at = (group * 2 + 1) * friends.count / (groups * 2 + 1)
            selfReferrals(&pool, at, group, &draft, &planted)
            deviceSharing(&pool, at, group, &draft, &planted)
            ipSharing(&pool, at, group, &draft, &planted)
            velocity(&pool, at, group, &draft, &planted)
            claimChains(&pool, at, group, &draft, &planted)
        }
        honest(&pool, &draft, &planted)
        return planted
    }

    // MARK: Kinds

    private func honest(_ pool: inout FriendPool, _ draft: inout HistoryDraft, _ planted: inout [String: PlantedKind]) {
        for index in stride(from: Self.honestShare, to: pool.friends.count, by: Self.honestShare) {
            guard let friend = pool.take(near: index) else { continue }
            var claim = base(friend, referrer: referrer(before: index, &draft), &draft)
            // Families and carriers share addresses: an honest claim may look a little like abuse.
            if index % 5 == 0 { claim.ipAddress = "100.64.\(index / 5 % 250).\(index % 250)" }
            if index % 37 == 0 { claim.deviceID = "" }
            emit(claim, .honest, &draft, &planted)
        }
    }

    private func selfReferrals(
        _ pool: inout FriendPool, _ at: Int, _ group: Int, _ draft: inout HistoryDraft,
        _ planted: inout [String: PlantedKind]
    ) {
        for variant in 0..<6 {
            guard let friend = pool.take(near: at + variant) else { continue }
            var claim = base(friend, referrer: referrer(before: at, &draft), &draft)
            switch variant % 4 {
            case 0: claim.referrerID = friend.customer
            case 1: claim.referrerDeviceID = claim.deviceID
            case 2: claim.referrerPaymentFingerprint = claim.paymentFingerprint
            default: claim.referrerAddressHash = claim.addressHash
            }
            emit(claim, .selfReferral, &draft, &planted)
        }
    }

    private func deviceSharing(
        _ pool: inout FriendPool, _ at: Int, _ group: Int, _ draft: inout HistoryDraft,
        _ planted: inout [String: PlantedKind]
    ) {
        let referrer = referrer(before: at, &draft)
        for _ in 0..<6 {
            guard let friend = pool.take(near: at) else { continue }
            var claim = base(friend, referrer: referrer, &draft)
            claim.deviceID = "farm-device-\(group)"
            claim.emulator = group % 2 == 0
            emit(claim, .deviceSharing, &draft, &planted)
        }
    }

    private func ipSharing(
        _ pool: inout FriendPool, _ at: Int, _ group: Int, _ draft: inout HistoryDraft,
        _ planted: inout [String: PlantedKind]
    ) {
        // 24 accounts behind three addresses of one block, claimed in one evening.
        var friends: [FirstOrder] = []
        for _ in 0..<24 { if let friend = pool.take(near: at) { friends.append(friend) } }
        guard let latest = friends.map(\.paid).max() else { return }
        for (number, friend) in friends.enumerated() {
            var claim = base(friend, referrer: referrer(before: at, &draft), &draft)
            claim.ipAddress = "203.0.\(group).\(number % 3 + 1)"
            let time = latest + Int64(number + 1) * 7 * Milliseconds.minute
            claim.claimedAt = Google_Protobuf_Timestamp(milliseconds: time)
            emit(claim, .ipSharing, &draft, &planted)
        }
    }

    private func velocity(
        _ pool: inout FriendPool, _ at: Int, _ group: Int, _ draft: inout HistoryDraft,
        _ planted: inout [String: PlantedKind]
    ) {
        var friends: [FirstOrder] = []
        for _ in 0..<18 { if let friend = pool.take(near: at) { friends.append(friend) } }
        guard let latest = friends.map(\.paid).max() else { return }
        let referrer = referrer(before: at, &draft)
        for (number, friend) in friends.enumerated() {
            var claim = base(friend, referrer: referrer, &draft)
            let time = latest + Int64(number + 1) * 2 * Milliseconds.minute
            claim.claimedAt = Google_Protobuf_Timestamp(milliseconds: time)
            emit(claim, .velocity, &draft, &planted)
        }
    }

    private func claimChains(
        _ pool: inout FriendPool, _ at: Int, _ group: Int, _ draft: inout HistoryDraft,
        _ planted: inout [String: PlantedKind]
    ) {
        for variant in 0..<4 {
            guard let friend = pool.take(near: at) else { continue }
            var claim = base(friend, referrer: referrer(before: at, &draft), &draft)
            switch variant {
            case 0: claim.friendPriorOrders = 2
            case 1: claim.clickedAt = Google_Protobuf_Timestamp(milliseconds: friend.registered + 60_000)
            case 2: claim.registeredAt = Google_Protobuf_Timestamp(milliseconds: friend.paid + 60_000)
            default:
                claim.clickedAt = Google_Protobuf_Timestamp(milliseconds: friend.paid - 5_000)
                claim.registeredAt = Google_Protobuf_Timestamp(milliseconds: friend.paid - 4_000)
            }
            emit(claim, .claimChain, &draft, &planted)
        }
        // A refers B, then B refers A: the second closes the circle.
        guard let a = pool.take(near: at), let b = pool.take(near: at) else { return }
        let first = base(b, referrer: a.customer, &draft)
        emit(first, .honest, &draft, &planted)
        var second = base(a, referrer: b.customer, &draft)
        let time = max(a.paid, b.paid) + Milliseconds.day
        second.claimedAt = Google_Protobuf_Timestamp(milliseconds: time)
        emit(second, .claimChain, &draft, &planted)
    }

    // MARK: Parts

    private func base(_ friend: FirstOrder, referrer: String, _ draft: inout HistoryDraft) -> ReferralClaim {
        let claimed = friend.paid + draft.random.within(60_000...1_800_000)
        let clicked = friend.registered - draft.random.within(60_000...3_600_000)
        let address = draft.random.next()
        return .with {
            $0.claimID = "claim-\(friend.customer)"
            $0.campaignID = generator.campaignID
            $0.referrerID = referrer
            $0.friendID = friend.customer
            $0.claimedAt = Google_Protobuf_Timestamp(milliseconds: claimed)
            $0.clickedAt = Google_Protobuf_Timestamp(milliseconds: clicked)
            $0.registeredAt = Google_Protobuf_Timestamp(milliseconds: friend.registered)
            $0.qualifyingOrderID = friend.orderID
            $0.qualifyingOrderAt = Google_Protobuf_Timestamp(milliseconds: friend.paid)
            $0.qualifyingOrderAmount = Money(minorUnits: friend.cents, currency: generator.currency)
            $0.deviceID = "device-\(friend.customer)"
            $0.ipAddress = "10.\(address % 200).\(address >> 8 % 250).\(address >> 16 % 250 + 1)"
            $0.paymentFingerprint = "card-\(friend.customer)"
            $0.addressHash = "address-\(friend.customer)"
            $0.referrerDeviceID = "device-\(referrer)"
            $0.referrerPaymentFingerprint = "card-\(referrer)"
            $0.referrerAddressHash = "address-\(referrer)"
        }
    }

    /// Somebody whose first order came before.
    private func referrer(before index: Int, _ draft: inout HistoryDraft) -> String {
        let sorted = firstOrders
        let limit = max(1, min(index, sorted.count) / 2)
        return sorted[Int(draft.random.within(0...Int64(limit - 1)))].customer
    }

    private func emit(
        _ claim: ReferralClaim, _ kind: PlantedKind, _ draft: inout HistoryDraft, _ planted: inout [String: PlantedKind]
    ) {
        planted[claim.claimID] = kind
        let time = claim.claimedAt.milliseconds ?? 0
        draft.add(claim, at: time)
    }
}

/// First buyers that no claim names yet, by time of the order.
struct FriendPool {
    let friends: [FirstOrder]
    private var isTaken: [Bool]

    init(_ friends: [FirstOrder]) {
        self.friends = friends
        isTaken = Array(repeating: false, count: friends.count)
    }

    /// The next free one from this place on.
    mutating func take(near index: Int) -> FirstOrder? {
        var next = max(0, min(index, friends.count - 1))
        while next < friends.count, isTaken[next] { next += 1 }
        guard next < friends.count else { return nil }
        isTaken[next] = true
        return friends[next]
    }
}
