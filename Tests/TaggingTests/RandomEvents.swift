import ProtobufCodec
import Schemas

/// SplitMix64: small, seeded, the same everywhere. Source: Steele, Lea, Flood, 2014.
struct SplitMix {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}

/// Events of a made-up shop: mostly in order, some late, some told twice, some that must be refused.
enum RandomEvents {
    static func log(customers: Int, events: Int, days: Int64, _ random: inout SplitMix) -> [CustomerEvent] {
        var time = Story.start
        let step = Int(2 * days * day / Int64(events))
        var log: [CustomerEvent] = []
        for number in 0..<events {
            time += Int64(random.below(step))
            if random.below(12) == 0, let last = log.last {
                log.append(last)
                continue
            }
            let late = random.below(10) == 0 ? Int64(random.below(Int(3 * day))) : 0
            log.append(
                .make(
                    kind(number, time, &random), id: "e\(number)", at: max(Story.start, time - late),
                    customer: "c-\(random.below(customers))"))
        }
        return log
    }

    /// Times on a grid now and then, so that things fall due together.
    static func kind(_ number: Int, _ time: Int64, _ random: inout SplitMix) -> CustomerEvent.OneOf_Kind {
        switch random.below(24) {
        case 0...5:
            return .paid(
                "o\(number - random.below(3))", Int64(random.below(60) * 500),
                checkout: random.below(2) == 0 ? "k\(random.below(30))" : "")
        case 6...8:
            return .refunded("o\(number - random.below(40))", Int64(random.below(10_000)), refund: "r\(number)")
        case 9...12: return .checkout("k\(random.below(30))")
        case 13: return .cancelled("k\(random.below(30))")
        case 14: return .registered(["", "store", "ad"][random.below(3)])
        case 15: return .clicked(["", "search", "referral"][random.below(3)])
        case 16: return .joined
        case 17:
            let lapse = random.below(3) == 0 ? Int64(random.below(Int(20 * day))) : nil
            return .consent(
                ["profiling", "marketing", "analytics"][random.below(3)],
                [.granted, .granted, .denied, .revoked][random.below(4)],
                revokeAt: lapse.map { time - Story.start + $0 })
        case 18: return random.below(12) == 0 ? .deletion("q\(number)") : .page
        case 19...20: return .ticketEnded
        default: return .page
        }
    }
}
