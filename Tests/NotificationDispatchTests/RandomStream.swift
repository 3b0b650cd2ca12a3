import NotificationDispatch
import ProtobufCodec
import Schemas

/// A seeded stream of records of four customers, some late, some delivered again.
struct RandomStream {
    enum Record {
        case request(NotificationRequest)
        case event(CustomerEvent)
        case tag(TagEvent)
        case receipt(NotificationReceipt)

        var time: Int64 {
            switch self {
            case .request(let request): request.requestedAt.milliseconds ?? 0
            case .event(let event): event.occurredAt.milliseconds ?? 0
            case .tag(let tag): tag.changedAt.milliseconds ?? 0
            case .receipt(let receipt): receipt.receivedAt.milliseconds ?? 0
            }
        }
    }

    private var random: SeededRandom
    private var time = noon
    private var number = 0
    private var requestIDs: [(id: String, customer: String)] = []

    init(seed: UInt64) { random = SeededRandom(seed) }

    mutating func next() -> Record {
        number += 1
        time += Int64.random(in: 0...3 * hour, using: &random)
        // One in ten comes late; whole hours now and then, so that the boundaries are met exactly.
        var at = time
        if chance(10) { at -= Int64.random(in: 0...2 * day, using: &random) }
        if chance(4) { at -= at % hour }
        let customer = "c\(Int.random(in: 1...4, using: &random))"
        if chance(2) { return request(customer, at) }
        switch Int.random(in: 0..<16, using: &random) {
        case 0, 1: return tag(customer, at)
        case 2, 3: return receipt(at)
        default: return .event(event("e\(number)", at: at, customer: customer, kind(at)))
        }
    }

    private mutating func chance(_ oneIn: Int) -> Bool { Int.random(in: 0..<oneIn, using: &random) == 0 }

    private mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int.random(in: elements.indices, using: &random)]
    }

    private mutating func request(_ customer: String, _ at: Int64) -> Record {
        let id = "\(customer)-\(number)"
        requestIDs.append((id, customer))
        let life = pick([hour, 6 * hour, 12 * hour, 3 * day, 3 * day])
        let isPromotion = !chance(4)
        let campaign = pick(["", "", "x", "y"])
        let priority = UInt32.random(in: 3...5, using: &random)
        let hasCause = chance(3)
        let (checkout, since) = (pick(["k1", "k2", "k3"]), at - pick([0, hour, day]))
        let (template, variables) =
            chance(12) ? ("unknown", ["name": "Ada"]) : ("hello", chance(12) ? [:] : ["name": "Ada"])
        return .request(
            promotion(id, at: at, customer: customer) {
                $0.messageClass = isPromotion ? .promotional : .transactional
                $0.expiresAt = .init(milliseconds: at + life)
                $0.campaignID = campaign
                $0.priority = priority
                $0.templateID = template
                $0.variables = variables
                if hasCause {
                    $0.cause.kind = "checkout"
                    $0.cause.id = checkout
                    $0.cause.sinceMs = since
                }
            })
    }

    private mutating func tag(_ customer: String, _ at: Int64) -> Record {
        if chance(40) {
            return .tag(
                TagEvent.with {
                    $0.customerID = customer
                    $0.changedAt = .init(milliseconds: at)
                    $0.customerForgotten = CustomerForgotten()
                })
        }
        let (name, value) = pick([
            ("tier", "gold"), ("tier", "gold"), ("tier", "platinum"), ("tier", ""), ("layer", "seed"),
            ("layer", "active"), ("layer", ""), ("live_fan", "yes"),
        ])
        return .tag(NotificationDispatchTests.tag(name, value, present: !value.isEmpty, at: at, customer: customer))
    }

    private mutating func receipt(_ at: Int64) -> Record {
        let (id, customer) = requestIDs.isEmpty ? ("none", "c1") : pick(requestIDs.suffix(20) + [])
        let result = pick([DeliveryResult.sent, .sent, .permanent, .exhausted])
        return .receipt(NotificationDispatchTests.receipt("\(id)/1", result, at: at, customer: customer))
    }

    private mutating func kind(_ at: Int64) -> CustomerEvent.OneOf_Kind {
        switch Int.random(in: 0..<14, using: &random) {
        case 0, 1:
            let channels = pick([[], [Channel.sms], [.email, .sms], [.wecom]])
            let offset = pick([nil, 480, -300, 0, 765, -720] as [Int32?])
            return .userRegistered(
                UserRegistered.with {
                    $0.contactChannels = channels
                    if let offset { $0.utcOffsetMinutes = offset }
                })
        case 2, 3, 4, 5: return consent(.granted, until: pick([nil, nil, nil, at + day]))
        case 6: return consent(pick([.denied, .revoked]))
        case 7: return chat(pick(["stop", " TD ", "where is it?", "hello"]))
        case 8:
            let id = pick(["p1", "p2"])
            return .complaintFiled(ComplaintFiled.with { $0.complaintID = id })
        case 9, 10:
            let id = pick(["p1", "p2"])
            return .complaintClosed(ComplaintClosed.with { $0.complaintID = id })
        case 11: return paid(checkout: pick(["", "k1", "k2", "k3"]))
        case 12:
            if chance(12) { return .deletionRequested(DeletionRequested.with { $0.requestID = "d" }) }
            let id = pick(["k1", "k2", "k3"])
            return .checkoutCancelled(CheckoutCancelled.with { $0.checkoutID = id })
        default:
            let id = requestIDs.last?.id ?? "none"
            return .messageOpened(MessageOpened.with { $0.sendID = "\(id)/1" })
        }
    }
}
