import Foundation
import NotificationDispatch
import ProtobufCodec
import Schemas
import Testing

/// Properties on seeded streams: the plain model says the same, and the promises hold for what was published.
@Suite struct RandomStreamTests {
    /// One task in event mode: timers first, then the record.
    struct Task {
        var book = MemoryBook.ready { $0.customerID = "nobody" }
        var streamTime: Int64 = 0
        let dispatcher = Dispatcher()

        init() {
            book.recipients = [:]
            book.shares = [:]
        }

        mutating func advance(to time: Int64) throws {
            while let (key, due) = book.releases.min(by: { ($0.value, $0.key) < ($1.value, $1.key) }), due <= time {
                try dispatcher.release(key, at: due, &book)
            }
        }

        mutating func take(_ record: RandomStream.Record) throws {
            streamTime = max(streamTime, record.time)
            try advance(to: streamTime)
            switch record {
            case .request(let request): try book.take(request)
            case .event(let event): try book.take(event)
            case .tag(let tag): try book.take(tag)
            case .receipt(let receipt): try book.take(receipt)
            }
        }

        /// What was published, as the plain model tells it.
        var told: [PlainModel.Told] {
            book.published.compactMap { published in
                switch published.output {
                case .outcome(let outcome):
                    PlainModel.Told(
                        requestID: outcome.requestID,
                        what: outcome.reason.isEmpty ? "\(outcome.state)" : outcome.reason, rule: outcome.ruleID,
                        at: published.at)
                case .task(let task) where task.kind == "night_reply":
                    PlainModel.Told(requestID: task.taskID, what: task.kind, at: published.at)
                case .alert(let alert):
                    PlainModel.Told(requestID: alert.alertID, what: "alert", rule: alert.ruleID, at: published.at)
                case .task, .send: nil
                }
            }
        }
    }

    @Test(arguments: 1...30 as ClosedRange<UInt64>) func thePlainModelAgrees(_ seed: UInt64) throws {
        var stream = RandomStream(seed: seed)
        var task = Task()
        var model = PlainModel()
        for _ in 0..<300 {
            let record = stream.next()
            try task.take(record)
            model.advance(to: task.streamTime)
            switch record {
            case .request(let request): model.take(request)
            case .event(let event): model.take(event)
            case .tag(let tag): model.take(tag)
            case .receipt(let receipt): model.take(receipt)
            }
            try #require(task.told == model.told, "after \(record)")
        }
    }

    /// Everything that the model can tell is told on some stream, so that agreeing means something.
    @Test func theStreamsReachEveryAnswer() throws {
        var seen: Set<String> = []
        for seed in 1...30 as ClosedRange<UInt64> {
            var stream = RandomStream(seed: seed)
            var task = Task()
            for _ in 0..<300 { try task.take(stream.next()) }
            seen.formUnion(task.told.map(\.what))
        }
        let all = Reason.allCases.map(\.rawValue) + ["sending", "sent", "opened", "night_reply", "alert"]
        #expect(Set(all).subtracting(seen).isEmpty)
    }

    /// Redelivery, at once or later, changes neither state nor outputs.
    @Test(arguments: 31...40 as ClosedRange<UInt64>) func redeliveryChangesNothing(_ seed: UInt64) throws {
        var stream = RandomStream(seed: seed)
        var random = SeededRandom(seed)
        var task = Task()
        var requests: [NotificationRequest] = []
        for _ in 0..<300 {
            let record = stream.next()
            let forgotten = task.book.recipients.keys
            try task.take(record)
            if task.book.recipients.keys.count < forgotten.count { requests = [] }
            if case .request(let request) = record { requests.append(request) }
            // A late request may wait for a morning that is past: its timer fires before any record.
            try task.advance(to: task.streamTime)
            let before = task.book
            if !isForgetting(record) { try task.take(record) }
            if let earlier = requests.randomElement(using: &random) { try task.take(.request(earlier)) }
            #expect(task.book.published == before.published)
            #expect(task.book.state == before.state)
        }
        // Each request has one answer besides those of deferral, the provider and the customer.
        let last = task.book.outcomes.filter {
            ![.deferred, .sent, .opened, .clicked].contains($0.state) && !$0.reason.hasPrefix("provider")
        }
        #expect(Set(last.map(\.requestID)).count == last.count)
        #expect(Set(task.book.sends.map(\.sendID)).count == task.book.sends.count)
    }

    private func isForgetting(_ record: RandomStream.Record) -> Bool {
        switch record {
        case .event(let event): if case .deletionRequested = event.kind { true } else { false }
        // Nothing marks a tag as seen; told again it says the same.
        case .tag, .request, .receipt: false
        }
    }

    /// The promises to customers, from the outputs alone (N07, N08, N17).
    @Test(arguments: 41...60 as ClosedRange<UInt64>) func nothingGoesThatMustNot(_ seed: UInt64) throws {
        var stream = RandomStream(seed: seed)
        var task = Task()
        var consents: [String: [(Int64, CustomerEvent)]] = [:]
        var counted = 0
        var perDay: [String: Int] = [:]
        for _ in 0..<300 {
            let record = stream.next()
            // What is released now was decided before the record is known.
            try task.advance(to: max(task.streamTime, record.time))
            for step in 0...1 {
                if step == 1 { try task.take(record) }
                for published in task.book.published[counted...] {
                    guard case .send(let send) = published.output, send.messageClass == .promotional else { continue }
                    let offset = Int64(
                        task.book.recipients[send.customerID].map { $0.hasUtcOffsetMinutes ? $0.utcOffsetMinutes : 480 }
                            ?? 480)
                    let local = published.at + offset * 60_000
                    #expect((8 * hour..<21 * hour).contains(local % day))
                    #expect(send.expiresAt.milliseconds ?? .max <= local - local % day + 21 * hour - offset * 60_000)
                    let key = "\(send.customerID) \(offset) \(local / day)"
                    perDay[key, default: 0] += 1
                    #expect(perDay[key] ?? 0 <= 2)
                    let last = consents[send.customerID]?.last { isAboutMarketing($0.1) }
                    #expect(last.map { grants($0.1, at: published.at) } ?? false)
                }
                counted = task.book.published.count
            }
            if case .event(let event) = record, isAboutMarketing(event) || isDeletion(event) {
                if isDeletion(event) { consents[event.customerID] = [] }
                // A grant that came late behind a refusal does not count.
                let refusals = (consents[event.customerID] ?? []).filter { !grants($0.1, at: 0) }.map(\.0)
                let isLate = grants(event, at: 0) && refusals.contains { $0 > record.time }
                if !isLate || (consents[event.customerID]?.last).map({ grants($0.1, at: 0) }) ?? false {
                    consents[event.customerID, default: []].append((record.time, event))
                }
            }
            if case .tag(let tag) = record, case .customerForgotten = tag.kind { consents[tag.customerID] = [] }
        }
    }

    private func isDeletion(_ event: CustomerEvent) -> Bool {
        if case .deletionRequested = event.kind { true } else { false }
    }

    private func isAboutMarketing(_ event: CustomerEvent) -> Bool {
        switch event.kind {
        case .consentChanged: true
        case .chatMessage(let chat): ["stop", "TD"].contains(chat.text.trimmingCharacters(in: .whitespaces))
        default: false
        }
    }

    /// Whether the event is a grant that holds at the time; at 0 every grant does.
    private func grants(_ event: CustomerEvent, at time: Int64) -> Bool {
        guard case .consentChanged(let consent) = event.kind, consent.status == .granted else { return false }
        return !consent.hasRevokeAt || consent.revokeAt.milliseconds ?? 0 > time
    }

    /// After every automated touch the share of the last 30 days is at most 65 % (N02), whatever the mix.
    @Test(arguments: 61...70 as ClosedRange<UInt64>) func theShareNeverPassesTheCeiling(_ seed: UInt64) throws {
        var random = SeededRandom(seed)
        var book = MemoryBook.ready()
        book.shares = [:]
        var touches: [(day: Int64, isAutomated: Bool)] = []
        var at = noon
        var automated = 0
        for number in 0..<3_000 {
            at += Int64.random(in: 0...2 * hour, using: &random)
            let customer = "c\(number)"
            let isVIP = Int.random(in: 0..<Int(seed - 58), using: &random) == 0
            book.recipients[customer] = Recipient.with {
                $0.customerID = customer
                $0.marketingGranted = true
                $0.channels = [.email]
                $0.tier = isVIP ? "platinum" : "gold"
            }
            book.published = []
            try book.take(promotion("r\(number)", at: at, customer: customer))
            let state = try #require(book.outcomes.first).state
            guard state == .sending || state == .handedOff else { continue }
            touches.append((at / day, state == .sending))
            touches.removeAll { $0.day <= at / day - 30 }
            if state == .sending {
                automated += 1
                let count = touches.filter(\.isAutomated).count
                #expect(count * 100 <= 65 * touches.count)
            }
        }
        #expect(automated > 500)
    }
}
