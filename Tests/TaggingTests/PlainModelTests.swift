import Schemas
import Testing

@testable import Tagging

/// State kept with timers equals the state worked out from scratch, at every event, at every timer and in between.
struct PlainModelTests {
    static let calibration = Calibration.make(
        recency: [1, 3, 9, 27], monetary: [1, 30_000, 60_000, 120_000], interval: (40 * day, 9))

    /// In order of time, each id once, none refused; an order is never told twice and a refund fits its order.
    static func stream(_ seed: UInt64) -> [CustomerEvent] {
        var random = SplitMix(seed: seed)
        var time = Story.start
        var events: [CustomerEvent] = []
        var left: [(id: String, amount: Int64)] = []
        for number in 0..<(20 + random.below(60)) {
            // Now and then the exact distances at which something falls due.
            let steps = [0, 1, hour - 1, hour, day, 7 * day, 30 * day, Int64(random.below(Int(12 * day)))]
            time += steps[random.below(steps.count)]
            // Orders leave after a year, so that refunds and sums of older ones would differ.
            if time > Story.start + 360 * day { break }
            events.append(.make(kind(number, &left, &random), id: "e\(number)", at: time))
        }
        return events
    }

    private static func kind(
        _ number: Int, _ left: inout [(id: String, amount: Int64)], _ random: inout SplitMix
    ) -> CustomerEvent.OneOf_Kind {
        switch random.below(10) {
        case 0, 1:
            let amount = Int64(random.below(50) * 1_000)
            left.append(("o\(number)", amount))
            return .paid("o\(number)", amount, checkout: random.below(2) == 0 ? "k\(number - random.below(6))" : "")
        case 2:
            guard !left.isEmpty else { return .page }
            let index = random.below(left.count)
            let amount = random.below(2) == 0 ? left[index].amount : left[index].amount / 2
            guard amount > 0 else { return .page }
            left[index].amount -= amount
            return .refunded(left[index].id, amount, refund: "r\(number)")
        case 3, 4, 5: return .checkout("k\(number)")
        case 6: return .cancelled("k\(number - random.below(4))")
        case 7: return .joined
        case 8: return random.below(2) == 0 ? .registered() : .ticketEnded
        default: return .page
        }
    }

    private static func compare(_ story: Story, _ events: [CustomerEvent], at: Int64) {
        let model = PlainModel(events, at: at, calibration)
        let moment = "at \(at - Story.start)"
        #expect(story.lifecycle == model.lifecycle, "\(moment)")
        if let rfm = model.rfm {
            #expect(story.rfm == rfm, "\(moment)")
            #expect(
                story.tag("layer")
                    == Lifecycle(rawValue: model.lifecycle).map {
                        LayerTable.layer(RFMScore(code: rfm), $0).rawValue
                    }, "\(moment)")
        }
        #expect(story.tag("churn_gap15") == model.churn, "\(moment)")
        #expect(story.tag("live_fan") == model.liveFan, "\(moment)")
        #expect(story.tag("price_sensitive") == model.priceSensitive, "\(moment)")
        #expect(story.tag("abandoned") == model.abandoned, "\(moment)")
    }

    @Test(arguments: 1...80)
    func agrees(_ seed: Int) throws {
        var random = SplitMix(seed: UInt64(seed) &* 977)
        let events = Self.stream(UInt64(seed))
        var story = Story(Self.calibration)
        for (index, event) in events.enumerated() {
            let time = event.occurredAt.milliseconds ?? 0
            try story.decide(event)
            let taken = Array(events[...index])
            let next = index + 1 < events.count ? events[index + 1].occurredAt.milliseconds ?? 0 : time + 300 * day
            if index + 1 < events.count, next == time { continue }
            Self.compare(story, taken, at: time)
            var probes: [Int64] = (0..<3).map { _ in time + Int64(random.below(Int(max(next - time, 1)))) }
            // Around each timer: a millisecond before nothing has changed, at it everything has.
            var look = story
            while let due = look.due, due < next, probes.count < 60 {
                probes += [due - 1, due]
                look.fire(due, to: due)
            }
            for probe in probes.sorted() {
                story.pass(to: probe - Story.start)
                Self.compare(story, taken, at: probe)
            }
        }
    }
}
