import ProtobufCodec
import Schemas
import Testing

@testable import Tagging

/// What holds for every stream of events, on seeded random ones.
struct PropertyTests {
    static let calibration: Calibration = {
        var calibration = Calibration.make(
            recency: [1, 3, 9, 27], monetary: [1, 30_000, 60_000, 120_000], interval: (40 * day, 9))
        calibration.versions.append(
            .version(9, from: Story.start + 200 * day, recency: [2, 4, 8, 16], window: 90, interval: (9 * day, 3)))
        return calibration
    }()

    enum Firing: CaseIterable {
        /// Each timer by itself, at its due time.
        case each
        /// All that are due before an event in one call.
        case batch
        /// In pieces of random size.
        case pieces
    }

    /// Plays the events of one customer; late or refused ones included.
    static func play(_ events: [CustomerEvent], _ firing: Firing, seed: UInt64, redelivers: Bool = false) -> Story {
        var random = SplitMix(seed: seed)
        var story = Story(calibration)
        var seen = Story.start
        for event in events {
            seen = max(seen, event.occurredAt.milliseconds ?? 0)
            fire(&story, to: seen, firing, &random)
            _ = try? story.decide(event, firesTimers: false)
            if redelivers, !story.wasDeletedBy(event) {
                let before = story
                _ = try? story.decide(event, firesTimers: false)
                #expect(story.profile == before.profile && story.tags == before.tags && story.due == before.due)
            }
            fire(&story, to: seen, firing, &random)
        }
        fire(&story, to: seen + 900 * day, firing, &random)
        return story
    }

    static func fire(_ story: inout Story, to time: Int64, _ firing: Firing, _ random: inout SplitMix) {
        while let due = story.due, due <= time {
            switch firing {
            case .each: story.fire(due, to: due)
            case .batch: story.fire(due, to: time)
            case .pieces: story.fire(due, to: min(time, due + Int64(random.below(Int(40 * day)))))
            }
        }
    }

    static func stream(_ seed: UInt64) -> [CustomerEvent] {
        var random = SplitMix(seed: seed)
        return RandomEvents.log(customers: 1, events: 40 + random.below(200), days: 400, &random)
    }

    /// Timers fired late and in any batch give the same profile and outputs as each at its due time.
    @Test(arguments: 1...60)
    func latenessOfTimersDoesNotMatter(_ seed: Int) {
        let events = Self.stream(UInt64(seed))
        let each = Self.play(events, .each, seed: 1)
        for firing in [Firing.batch, .pieces] {
            let other = Self.play(events, firing, seed: UInt64(seed))
            #expect(each.profile == other.profile)
            #expect(each.tags == other.tags)
            #expect(each.requests == other.requests)
            #expect(each.audits == other.audits)
        }
        #expect(each.tags.count > 10)
    }

    @Test(arguments: 1...30)
    func redeliveryChangesNothing(_ seed: Int) {
        let events = Self.stream(UInt64(seed))
        let once = Self.play(events, .each, seed: 1)
        let twice = Self.play(events, .each, seed: 1, redelivers: true)
        #expect(once.profile == twice.profile)
        #expect(once.tags == twice.tags && once.requests == twice.requests && once.audits == twice.audits)
    }

    /// The profile survives its encoding at every step, so state read back decides the same.
    @Test(arguments: 1...10)
    func stateSurvivesItsEncoding(_ seed: Int) throws {
        var story = Story(Self.calibration)
        var stored = Story(Self.calibration)
        for event in Self.stream(UInt64(seed)) {
            _ = try? story.decide(event)
            _ = try? stored.decide(event)
            stored.profile = try stored.profile.map { try CustomerProfile(serializedBytes: $0.serializedBytes()) }
            #expect(story.profile == stored.profile)
        }
        #expect(story.tags == stored.tags)
    }

    /// In a stream without late events: times never fall, ids are unique, a timer lies ahead, every bound is kept.
    @Test(arguments: 1...30)
    func invariants(_ seed: Int) throws {
        var story = Story(Self.calibration)
        let events = Self.stream(UInt64(seed)).sorted {
            ($0.occurredAt.milliseconds ?? 0) < ($1.occurredAt.milliseconds ?? 0)
        }
        var requested: Set<String> = []
        for event in events {
            let time = event.occurredAt.milliseconds ?? 0
            _ = try? story.decide(event)
            if let due = story.due { #expect(due > time) }
            guard let profile = story.profile else { continue }
            #expect(profile.openCheckouts.count <= 20 && profile.closedCheckoutHashes.count <= 32)
            #expect(profile.recentEventHashes.count <= 32 && profile.liveJoins.count <= 1)
            #expect(profile.orders.allSatisfy { $0.paidMs > time - 365 * day && $0.refundedMinor <= $0.amountMinor })
            #expect(profile.tags.values.allSatisfy { !$0.value.isEmpty && $0.sinceMs <= time })
        }
        for (left, right) in zip(story.tags, story.tags.dropFirst()) { #expect(left.time <= right.time) }
        for tag in story.tags {
            #expect(tag.ruleVersion == 1 && !tag.ruleID.isEmpty && tag.customerID.hasPrefix("c-"))
            #expect(tag.evidenceEventIds.count <= 5)
        }
        for request in story.requests { requested.insert(request.requestID) }
        // Also across a deletion: each life has ids of its own. Only a deletion told again has the same.
        let changes = story.tags.filter { !$0.tagEventID.contains("/forgotten/") }
        let repeated = Dictionary(grouping: changes, by: \.tagEventID).filter { $0.value.count > 1 }.keys.sorted()
        #expect(repeated == [])
    }
}

extension Story {
    /// A deletion told again is published again, with the same ids.
    func wasDeletedBy(_ event: CustomerEvent) -> Bool {
        if case .deletionRequested = event.kind { true } else { false }
    }
}
