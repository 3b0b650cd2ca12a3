import ProtobufCodec
import ReferralFraud
import Schemas
import Testing

@Suite("R01: from claims to decisions")
struct PipelineTests {
    static let seeds = Array(UInt64(1)...40)

    /// Claims of few people on few devices and addresses within an hour; each friend claims once where `isOnce`.
    private static func claims(_ random: inout SeededRandom, isOnce: Bool) -> [ReferralClaim] {
        (0..<Int.random(in: 2...30, using: &random)).map { number in
            let friend = isOnce ? "p\(number)" : "p\(Int.random(in: 0..<12, using: &random))"
            let time = Samples.start + Int64.random(in: 0..<3_600, using: &random) * 1_000
            return Samples.claim(
                "c\(number)", referrer: "p\(Int.random(in: 0..<12, using: &random))", friend: friend, at: time
            ) {
                $0.deviceID = "d\(Int.random(in: 0..<8, using: &random))"
                $0.referrerDeviceID = "d\(Int.random(in: 0..<24, using: &random))"
                $0.ipAddress = "198.51.100.\(Int.random(in: 0..<6, using: &random))"
                $0.paymentFingerprint = random.chance(20) ? "" : "pay\(number)"
                $0.emulator = random.chance(20)
            }
        }
    }

    @Test("Every claim is decided once when all is in, and its revisions rise one by one", arguments: seeds)
    func decides(seed: UInt64) throws {
        var random = SeededRandom(seed)
        let claims = Self.claims(&random, isOnce: false)
        var pipeline = Pipeline(claims)
        try pipeline.run(using: &random)
        var last: [String: RiskDecision] = [:]
        for decision in pipeline.decisions {
            let before = last[decision.claimID]
            #expect(decision.revision == (before?.revision ?? 0) + 1)
            #expect(decision.decisionID == "\(decision.claimID)#\(decision.revision)")
            #expect(decision.decision.rank > before?.decision.rank ?? -1)
            #expect(!decision.reasons.contains { $0.ruleID == "R01" })
            last[decision.claimID] = decision
        }
        #expect(Set(last.keys) == Set(claims.map(\.claimID)))
    }

    @Test("Whatever is delivered again changes nothing, at any time", arguments: seeds)
    func redelivery(seed: UInt64) throws {
        var random = SeededRandom(seed)
        var pipeline = Pipeline(Self.claims(&random, isOnce: false))
        while !pipeline.isIdle {
            try pipeline.step(using: &random)
            guard random.chance(20) else { continue }
            let before = pipeline
            for message in before.delivered where random.chance(30) { try pipeline.deliver(message) }
            #expect(pipeline.memory == before.memory)
            #expect(pipeline.decisions == before.decisions)
            #expect(pipeline.isIdle == before.isIdle)
        }
    }

    @Test("The last decisions do not depend on who was faster", arguments: seeds)
    func orderOfArrival(seed: UInt64) throws {
        var random = SeededRandom(seed)
        let claims = Self.claims(&random, isOnce: true)
        // How fast claims come is told to whoever comes in last; all else is told to everyone.
        let rules = Samples.rules {
            $0.velocityReferrerLimit = 999
            $0.velocityDeviceLimit = 999
            $0.velocityIpLimit = 999
            $0.velocityPaymentLimit = 999
        }
        var expected: [String: Decision]?
        for _ in 0..<6 {
            var pipeline = Pipeline(claims)
            pipeline.rules = rules
            try pipeline.run(using: &random)
            let decisions = pipeline.lastDecisions.mapValues(\.decision)
            #expect(expected == nil || decisions == expected)
            expected = decisions
        }
    }

    @Test("The streams hold what they are meant to test")
    func coverage() throws {
        var outcomes: [String: Int] = [:]
        var revisions = 0
        for seed in Self.seeds {
            var random = SeededRandom(seed)
            var pipeline = Pipeline(Self.claims(&random, isOnce: false))
            try pipeline.run(using: &random)
            for decision in pipeline.decisions {
                if decision.revision > 1 { revisions += 1 }
                for reason in decision.reasons { outcomes["\(reason.ruleID)\(reason.outcome)", default: 0] += 1 }
            }
        }
        #expect(revisions > 20)
        for id in ["R02.01", "R02.02", "R03.01", "R03.02", "R04.01", "R05.02", "R05.x00", "R07.01", "R07.06"] {
            #expect(outcomes[id, default: 0] > 0, "\(id): \(outcomes)")
        }
    }
}
