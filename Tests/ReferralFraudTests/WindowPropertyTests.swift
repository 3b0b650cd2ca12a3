import ReferralFraud
import Schemas
import Testing

@Suite("R03, R04, R05: windows are exact")
struct WindowPropertyTests {
    /// A stream of claims on one device; late ones come up to `lateness` after their time.
    struct Stream: Sendable, CustomTestStringConvertible {
        var seed: UInt64
        var claims: Int
        var friends: Int
        var span: Int64
        var lateness: Int64
        var accountsWindow: Int64
        var velocityWindow: Int64
        var accountsLimit: UInt32
        var velocityLimit: UInt32

        var testDescription: String { "seed \(seed), \(claims) claims in \(span) ms, late by \(lateness)" }
    }

    /// Times are drawn from few milliseconds, so that window edges are met all the time.
    static let streams: [Stream] = (0..<60).map { seed in
        var random = SeededRandom(UInt64(seed))
        let span = Int64.random(in: 20...400, using: &random)
        return Stream(
            seed: UInt64(seed), claims: Int.random(in: 10...150, using: &random),
            friends: Int.random(in: 2...12, using: &random), span: span,
            lateness: [0, 3, span / 4, span].randomElement(using: &random) ?? 0,
            accountsWindow: Int64.random(in: 1...60, using: &random),
            velocityWindow: Int64.random(in: 1...40, using: &random),
            accountsLimit: UInt32.random(in: 1...6, using: &random),
            velocityLimit: UInt32.random(in: 1...8, using: &random))
    }

    /// Few streams over months, which claims leave at 31 days.
    static let months: [Stream] = (100..<110).map { seed in
        Stream(
            seed: UInt64(seed), claims: 120, friends: 8, span: 70 * Milliseconds.day, lateness: Milliseconds.day,
            accountsWindow: 30 * Milliseconds.day, velocityWindow: 20 * Milliseconds.day, accountsLimit: 6,
            velocityLimit: 40)
    }

    /// One with more claims than are kept.
    static let crowds: [Stream] = [
        Stream(
            seed: 200, claims: 1_300, friends: 9, span: 2_000, lateness: 40, accountsWindow: 300, velocityWindow: 100,
            accountsLimit: 9, velocityLimit: 60)
    ]

    @Test("Figures and who is told are those of the plain model", arguments: streams + months + crowds)
    func againstPlainModel(stream: Stream) throws {
        let rules = Samples.rules {
            $0.deviceAccountsLimit = stream.accountsLimit
            $0.deviceWindowMs = stream.accountsWindow
            $0.velocityDeviceLimit = stream.velocityLimit
            $0.velocityWindowMs = stream.velocityWindow
        }
        var plain = PlainEntity(
            accounts: .init(window: stream.accountsWindow, limit: Int(stream.accountsLimit)),
            velocity: .init(window: stream.velocityWindow, limit: Int(stream.velocityLimit)))
        var book = MemoryBook()
        var found = 0
        for claim in Self.arrivals(stream) {
            let expected = plain.enter(claim)
            let published = try book.ask(.device, Self.referralClaim(claim), rules: rules)
            let answer = Self.answer(published)
            let hasHistory = !published.contains { $0.findings.contains { $0.outcome == ".x00" } }
            #expect(hasHistory || stream.span > Milliseconds.day || stream.claims > 1_000)
            if let expected {
                found += 1
                let isShared = expected.accounts >= Int(stream.accountsLimit)
                let isFast = expected.velocity > Int(stream.velocityLimit)
                #expect(answer.accounts == (isShared ? expected.accounts : nil), "\(claim)")
                #expect(answer.velocity == (isFast ? expected.velocity : nil), "\(claim)")
                #expect(answer.told == expected.told, "\(claim)")
            } else {
                #expect(published.isEmpty)
            }
            #expect(book.histories["device:d"]?.claims.map(\.claimID) == plain.claims.map(\.id))
        }
        #expect(found > 0)
    }

    @Test("The order in which claims come does not matter to who is found in the end", arguments: streams.prefix(30))
    func orderOfArrival(stream: Stream) throws {
        let rules = Samples.rules {
            $0.deviceAccountsLimit = stream.accountsLimit
            $0.deviceWindowMs = stream.accountsWindow
            $0.velocityDeviceLimit = stream.velocityLimit
            $0.velocityWindowMs = stream.velocityWindow
        }
        // Each moment of any claim is the end of a window; whoever is in a window that is too full is found.
        let claims = Array(Set(Self.arrivals(stream).map(\.id))).sorted().compactMap { id in
            Self.arrivals(stream).first { $0.id == id }
        }
        var expected: [String: Set<String>] = ["R03": [], "R05": []]
        for end in claims {
            func inside(_ length: Int64) -> [PlainEntity.Claim] {
                claims.filter { $0.time > end.time - length && $0.time <= end.time }
            }
            let shared = inside(stream.accountsWindow)
            if Set(shared.map(\.friend)).count >= Int(stream.accountsLimit) {
                expected["R03"]?.formUnion(shared.map(\.id))
            }
            let fast = inside(stream.velocityWindow)
            if fast.count > Int(stream.velocityLimit) { expected["R05"]?.formUnion(fast.map(\.id)) }
        }
        var random = SeededRandom(stream.seed &+ 1_000)
        for _ in 0..<4 {
            var book = MemoryBook()
            var found: [String: Set<String>] = ["R03": [], "R05": []]
            var velocityTold: [String] = []
            for claim in claims.shuffled(using: &random) {
                // Nobody of these streams is ever told more than a hundred others.
                for evidence in try book.ask(.device, Self.referralClaim(claim), rules: rules) {
                    for finding in evidence.findings { found[finding.ruleID]?.insert(evidence.claimID) }
                    let isVelocity = evidence.findings.contains { $0.ruleID == "R05" }
                    if evidence.revised, isVelocity { velocityTold.append(evidence.claimID) }
                }
            }
            #expect(found == expected)
            #expect(Set(velocityTold).count == velocityTold.count, "velocity is told once")
        }
    }

    private static func arrivals(_ stream: Stream) -> [PlainEntity.Claim] {
        var random = SeededRandom(stream.seed &* 7_919)
        let drawn = (0..<stream.claims).map { number in
            let time = Int64.random(in: 0..<stream.span, using: &random)
            let arrival = time + (stream.lateness > 0 ? Int64.random(in: 0..<stream.lateness, using: &random) : 0)
            // Some ids twice: a redelivery, sometimes with another time.
            let id = random.chance(10) ? Int.random(in: 0...number, using: &random) : number
            let friend = Int.random(in: 0..<stream.friends, using: &random)
            return (arrival, PlainEntity.Claim(id: "c\(id)", friend: "f\(friend)", time: Samples.start + time))
        }
        return drawn.enumerated().sorted { ($0.element.0, $0.offset) < ($1.element.0, $1.offset) }.map(\.element.1)
    }

    private static func referralClaim(_ claim: PlainEntity.Claim) -> ReferralClaim {
        Samples.claim(claim.id, friend: claim.friend, at: claim.time) { $0.deviceID = "d" }
    }

    private struct Published: Equatable {
        var accounts: Int?
        var velocity: Int?
        var told: [String] = []
    }

    private static func answer(_ published: [ClaimEvidence]) -> Published {
        var answer = Published()
        for finding in published.first?.findings ?? [] where finding.outcome != ".x00" {
            switch finding.ruleID {
            case "R03": answer.accounts = Int(finding.measured)
            case "R05": answer.velocity = Int(finding.measured)
            default: Issue.record("\(line(finding))")
            }
        }
        for told in published.dropFirst() {
            #expect(told.revised && !told.findings.isEmpty)
            for finding in told.findings {
                let isVelocity = finding.ruleID == "R05"
                #expect(finding.measured == finding.limit + (isVelocity ? 1 : 0) && finding.evidence.count <= 5)
            }
            answer.told.append(([told.claimID] + told.findings.map(\.ruleID)).joined(separator: " "))
        }
        return answer
    }
}
