import ProtobufCodec
import ReferralFraud
import Schemas
import Testing

/// A claim in a table: id, friend, time after the start.
typealias Step = (id: String, friend: String, after: Int64)

private let day = Milliseconds.day
private let hour = Milliseconds.hour

/// A claim on one device, one address and one payment means, whoever makes it.
private func shared(_ step: Step, referrer: String = "r1", ip: String = "198.51.100.7") -> ReferralClaim {
    Samples.claim(step.id, referrer: referrer, friend: step.friend, at: Samples.start + step.after) {
        $0.deviceID = "d"
        $0.ipAddress = ip
        $0.paymentFingerprint = "p"
    }
}

/// Asks one kind of entity about each claim and returns what the last one published.
private func last(
    _ kind: EntityKind, _ steps: [Step], rules: FraudRules = Samples.rules, book: inout MemoryBook
) throws -> [String] {
    var published: [ClaimEvidence] = []
    for step in steps { published = try book.ask(kind, shared(step), rules: rules) }
    return lines(published)
}

private func last(_ kind: EntityKind, _ steps: [Step], rules: FraudRules = Samples.rules) throws -> [String] {
    var book = MemoryBook()
    return try last(kind, steps, rules: rules, book: &book)
}

/// Rules under which only distinct accounts are looked at.
private let accountsOnly = Samples.rules {
    $0.velocityDeviceLimit = 999
    $0.velocityIpLimit = 999
}

@Suite("R03, R04: accounts that share an entity")
struct SharedEntityTests {
    @Test("The third account on a device is found, and the first two are told")
    func device() throws {
        var book = MemoryBook()
        #expect(try last(.device, [("c1", "f1", 0)], rules: accountsOnly, book: &book) == ["c1"])
        #expect(try last(.device, [("c2", "f2", 1)], rules: accountsOnly, book: &book) == ["c2"])
        #expect(
            try last(.device, [("c3", "f3", 2)], rules: accountsOnly, book: &book) == [
                "c3; R03.01 DEVICE_SHARED 45 review 3/3 [device:d c2 c1]",
                "c1*; R03.01 DEVICE_SHARED 45 review 3/3 [device:d c3 c2]",
                "c2*; R03.01 DEVICE_SHARED 45 review 3/3 [device:d c3 c1]",
            ])
        #expect(
            try last(.device, [("c4", "f4", 3)], rules: accountsOnly, book: &book) == [
                "c4; R03.01 DEVICE_SHARED 45 review 4/3 [device:d c3 c2 c1]"
            ])
        #expect(
            try last(.device, [("c5", "f1", 4), ("c6", "f2", 5)], rules: accountsOnly, book: &book) == [
                "c6; R03.01 DEVICE_SHARED 45 review 4/3 [device:d c5 c4 c3 c2]"
            ])
    }

    @Test("One account is one account, however many claims it makes")
    func distinct() throws {
        let steps: [Step] = (1...20).map { ("c\($0)", $0.isMultiple(of: 2) ? "f1" : "f2", Int64($0)) }
        #expect(try last(.device, steps, rules: accountsOnly) == ["c20"])
    }

    @Test(
        "A window ends with the claim and begins a millisecond less than its length before it",
        arguments: [(30 * day - 1, true), (30 * day, false), (30 * day + 1, false)] as [(Int64, Bool)])
    func deviceWindow(last offset: Int64, isFound: Bool) throws {
        let steps: [Step] = [("c1", "f1", 0), ("c2", "f2", 1), ("c3", "f3", offset)]
        #expect(try last(.device, steps, rules: accountsOnly).count == (isFound ? 3 : 1))
    }

    @Test(
        "The fifth account on an address and the twentieth in a block are found",
        arguments: [
            (EntityKind.ip, 4, nil), (.ip, 5, "R04.01 IP_SHARED 25 approve 5/5 [ip:198.51.100.7 c4 c3 c2 c1]"),
            (.ipBlock, 19, nil),
            (.ipBlock, 20, "R04.02 IP_BLOCK_SHARED 15 approve 20/20 [block:198.51.100.0/24 c19 c18 c17 c16]"),
        ] as [(EntityKind, Int, String?)])
    func addresses(kind: EntityKind, accounts: Int, finding: String?) throws {
        let steps: [Step] = (1...accounts).map { ("c\($0)", "f\($0)", Int64($0)) }
        let published = try last(kind, steps, rules: accountsOnly)
        #expect(published.first == (["c\(accounts)"] + (finding.map { [$0] } ?? [])).joined(separator: "; "))
        #expect(published.count == (finding == nil ? 1 : accounts))
    }

    @Test(
        "A day of an address ends to the millisecond",
        arguments: [(day - 1, true), (day, false)] as [(Int64, Bool)])
    func addressWindow(last offset: Int64, isFound: Bool) throws {
        var steps: [Step] = (1...4).map { ("c\($0)", "f\($0)", 0) }
        steps.append(("c5", "f5", offset))
        #expect(try last(.ip, steps, rules: accountsOnly).count == (isFound ? 5 : 1))
    }

    @Test(
        "In a carrier's network a finding weighs its percent, rounded down",
        arguments: [
            ("198.51.100.7", 25, 40, "R04.01 IP_SHARED 10 approve 5/5 [ip:198.51.100.7 carrier c4 c3 c2]"),
            ("198.51.100.7", 19, 33, "R04.01 IP_SHARED 6 approve 5/5 [ip:198.51.100.7 carrier c4 c3 c2]"),
            ("198.51.101.7", 25, 40, "R04.01 IP_SHARED 25 approve 5/5 [ip:198.51.101.7 c4 c3 c2 c1]"),
            ("2001:db8:1::9", 25, 0, "R04.01 IP_SHARED 0 approve 5/5 [ip:2001:db8:1::9 carrier c4 c3 c2]"),
        ] as [(String, UInt32, UInt32, String)])
    func carriers(ip: String, weight: UInt32, percent: UInt32, finding: String) throws {
        let rules = Samples.rules {
            $0.velocityIpLimit = 999
            $0.carrierBlocks = ["10.0.0.0/8", "198.51.100.0/24", "2001:db8:1::/48"]
            $0.ipWeight = weight
            $0.carrierWeightPercent = percent
        }
        var book = MemoryBook()
        var published: [ClaimEvidence] = []
        for number in 1...5 {
            let claim = shared(("c\(number)", "f\(number)", Int64(number)), ip: ip)
            published = try book.ask(.ip, claim, rules: rules)
        }
        #expect(lines(published).first == "c5; \(finding)")
        #expect(published.count == 5)
        #expect(published.dropFirst().allSatisfy { $0.findings[0].weight == published[0].findings[0].weight })
    }

    @Test("A block of a carrier lightens its block, and never a device")
    func carrierKinds() throws {
        let rules = Samples.rules {
            $0.velocityDeviceLimit = 999
            $0.carrierBlocks = ["198.51.100.0/24"]
            $0.ipBlockAccountsLimit = 2
            $0.deviceAccountsLimit = 2
        }
        let steps: [Step] = [("c1", "f1", 0), ("c2", "f2", 1)]
        #expect(
            try last(.ipBlock, steps, rules: rules).first
                == "c2; R04.02 IP_BLOCK_SHARED 6 approve 2/2 [block:198.51.100.0/24 carrier c1]")
        #expect(try last(.device, steps, rules: rules).first == "c2; R03.01 DEVICE_SHARED 45 review 2/2 [device:d c1]")
    }

    @Test("Whatever is found of a carrier's address says that it is one; velocity weighs in full there")
    func carrierEvidence() throws {
        let rules = Samples.rules {
            $0.carrierBlocks = ["198.51.100.0/24"]
            $0.historySinceMs = Samples.start
            $0.velocityIpLimit = 1
        }
        let steps: [Step] = [("c1", "f1", 0), ("c2", "f1", day - 1)]
        #expect(
            try last(.ip, [steps[0]], rules: rules) == [
                "c1; R04.x00 NOT_ENOUGH_HISTORY 0 review 1/5 [ip:198.51.100.7 carrier]; "
                    + "R05.x00 NOT_ENOUGH_HISTORY 0 review 1/1 [ip:198.51.100.7 carrier]"
            ])
        #expect(
            try last(.ipBlock, steps, rules: rules) == [
                "c2; R04.x00 NOT_ENOUGH_HISTORY 0 review 1/20 [block:198.51.100.0/24 carrier c1]"
            ])
        let fast: [Step] = [("c1", "f1", 2 * day), ("c2", "f1", 2 * day)]
        #expect(
            try last(.ip, fast, rules: rules) == [
                "c2; R05.03 VELOCITY_IP 35 review 2/1 [ip:198.51.100.7 carrier c1]",
                "c1*; R05.03 VELOCITY_IP 35 review 2/1 [ip:198.51.100.7 carrier c2]",
            ])
        #expect(
            try last(.device, [steps[0]], rules: rules)[0].hasSuffix(
                "R05.x00 NOT_ENOUGH_HISTORY 0 review 1/3 [device:d]"))
    }

    @Test("A device that comes to the limit anew tells everyone in the window")
    func toldAnew() throws {
        var book = MemoryBook()
        let first: [Step] = [("c1", "f1", 0), ("c2", "f2", 5 * day), ("c3", "f3", 6 * day)]
        #expect(try last(.device, first, rules: accountsOnly, book: &book).count == 3)
        // c1 has left the window: two accounts, then three again.
        let next: [Step] = [("c4", "f2", 32 * day), ("c5", "f4", 33 * day)]
        #expect(
            try last(.device, next, rules: accountsOnly, book: &book) == [
                "c5; R03.01 DEVICE_SHARED 45 review 3/3 [device:d c4 c3 c2]",
                "c2*; R03.01 DEVICE_SHARED 45 review 3/3 [device:d c5 c4 c3]",
                "c3*; R03.01 DEVICE_SHARED 45 review 3/3 [device:d c5 c4 c2]",
                "c4*; R03.01 DEVICE_SHARED 45 review 3/3 [device:d c5 c3 c2]",
            ])
        // The limit is reached, and by a friend who was there before: nobody is told.
        #expect(
            try last(.device, [("c6", "f4", 34 * day)], rules: accountsOnly, book: &book) == [
                "c6; R03.01 DEVICE_SHARED 45 review 3/3 [device:d c5 c4 c3 c2]"
            ])
    }

    @Test("At most the newest hundred are told")
    func toldLimit() throws {
        let steps: [Step] = (1...120).map { ("c\($0)", "f\($0 % 2)", Int64($0)) } + [("z", "f9", 1_000)]
        let published = try last(.device, steps, rules: accountsOnly)
        #expect(published.count == 101)
        #expect(published.dropFirst().first?.hasPrefix("c21*;") == true)
        #expect(published.last?.hasPrefix("c120*;") == true)
    }

    @Test("A rule-set version of the claim's time is named, also to those who are told")
    func version() throws {
        var rules = accountsOnly
        rules.versions.append(rules.versions[0])
        rules.versions[1].version = 2
        rules.versions[1].validFromMs = Samples.start + 2
        rules.versions[1].deviceWeight = 50
        var book = MemoryBook()
        var published: [ClaimEvidence] = []
        for step in [("c1", "f1", 0), ("c2", "f2", 1), ("c3", "f3", 2)] as [Step] {
            published = try book.ask(.device, shared(step), rules: rules)
        }
        #expect(published.map(\.ruleSetVersion) == [2, 2, 2])
        #expect(published.allSatisfy { $0.findings[0].weight == 50 })
    }
}

@Suite("R03, R04, R05: claims that come late")
struct LateClaimTests {
    @Test("Three accounts within a second are found in whatever order they come", arguments: permutations(3))
    func anyOrder(order: [Int]) throws {
        let steps: [Step] = [("c1", "f1", 0), ("c2", "f2", 400), ("c3", "f3", 800)]
        var book = MemoryBook()
        var found: Set<String> = []
        for index in order {
            let published = try book.ask(.device, shared(steps[index]), rules: accountsOnly)
            for evidence in published where !evidence.findings.isEmpty { found.insert(evidence.claimID) }
        }
        #expect(found == ["c1", "c2", "c3"])
    }

    @Test(
        "A late claim is held against later windows that hold it",
        arguments: [(1, true), (0, false)] as [(Int64, Bool)])
    func laterWindow(after: Int64, isFound: Bool) throws {
        var book = MemoryBook()
        _ = try last(
            .device, [("c2", "f2", 10 * day), ("c3", "f3", 30 * day)], rules: accountsOnly, book: &book)
        let published = try last(.device, [("c1", "f1", after)], rules: accountsOnly, book: &book)
        #expect(
            published
                == (isFound
                    ? [
                        "c1; R03.01 DEVICE_SHARED 45 review 3/3 [device:d c3 c2]",
                        "c2*; R03.01 DEVICE_SHARED 45 review 3/3 [device:d c3 c1]",
                        "c3*; R03.01 DEVICE_SHARED 45 review 3/3 [device:d c2 c1]",
                    ] : ["c1; R03.x00 NOT_ENOUGH_HISTORY 0 review 2/3 [device:d c2]"]))
    }

    @Test("An hour that a late claim makes too full is found for all of it")
    func velocity() throws {
        let steps: [Step] = [("c2", "f1", 1), ("c3", "f1", 2), ("c4", "f1", hour), ("c1", "f1", 1)]
        #expect(
            try last(.payment, steps) == [
                "c1; R05.04 VELOCITY_PAYMENT 35 review 4/3 [payment:p c4 c3 c2]",
                "c2*; R05.04 VELOCITY_PAYMENT 35 review 4/3 [payment:p c4 c3 c1]",
                "c3*; R05.04 VELOCITY_PAYMENT 35 review 4/3 [payment:p c4 c2 c1]",
                "c4*; R05.04 VELOCITY_PAYMENT 35 review 4/3 [payment:p c3 c2 c1]",
            ])
        let apart: [Step] = [("c2", "f1", 1), ("c3", "f1", 2), ("c4", "f1", hour), ("c1", "f1", 0)]
        #expect(try last(.payment, apart) == ["c1"])
    }

    @Test("Of windows that measure the same, the earliest is the evidence")
    func earliestWindow() throws {
        let fast: [Step] = [
            ("c1", "f1", 0), ("c2", "f1", 1), ("c3", "f1", 2), ("c5", "f1", hour), ("c6", "f1", hour + 1),
            ("c4", "f1", 3),
        ]
        #expect(
            try last(.payment, fast) == [
                "c4; R05.04 VELOCITY_PAYMENT 35 review 4/3 [payment:p c3 c2 c1]",
                "c1*; R05.04 VELOCITY_PAYMENT 35 review 4/3 [payment:p c4 c3 c2]",
                "c2*; R05.04 VELOCITY_PAYMENT 35 review 4/3 [payment:p c4 c3 c1]",
                "c3*; R05.04 VELOCITY_PAYMENT 35 review 4/3 [payment:p c4 c2 c1]",
                "c5*; R05.04 VELOCITY_PAYMENT 35 review 4/3 [payment:p c4 c3 c2]",
                "c6*; R05.04 VELOCITY_PAYMENT 35 review 4/3 [payment:p c5 c4 c3]",
            ])
        let shared: [Step] = [("c1", "f1", 0), ("c2", "f2", 1), ("c4", "f3", 30 * day), ("c3", "f4", 2)]
        #expect(
            try last(.device, shared, rules: accountsOnly) == [
                "c3; R03.01 DEVICE_SHARED 45 review 3/3 [device:d c2 c1]",
                "c1*; R03.01 DEVICE_SHARED 45 review 3/3 [device:d c3 c2]",
                "c2*; R03.01 DEVICE_SHARED 45 review 3/3 [device:d c3 c1]",
                "c4*; R03.01 DEVICE_SHARED 45 review 3/3 [device:d c3 c2]",
            ])
    }

    @Test("Claims of one moment are in each other's window")
    func sameMoment() throws {
        let steps: [Step] = [("c2", "f2", 0), ("c3", "f3", 0), ("c1", "f1", 0)]
        #expect(
            try last(.device, steps, rules: accountsOnly) == [
                "c1; R03.01 DEVICE_SHARED 45 review 3/3 [device:d c3 c2]",
                "c2*; R03.01 DEVICE_SHARED 45 review 3/3 [device:d c3 c1]",
                "c3*; R03.01 DEVICE_SHARED 45 review 3/3 [device:d c2 c1]",
            ])
    }
}

@Suite("R05: claims that come too fast")
struct VelocityTests {
    @Test(
        "The limit itself is allowed, one more is not",
        arguments: [
            (EntityKind.payment, 3, nil), (.payment, 4, "R05.04 VELOCITY_PAYMENT 35 review 4/3 [payment:p c3 c2 c1]"),
            (.device, 3, nil), (.device, 4, "R05.02 VELOCITY_DEVICE 35 review 4/3 [device:d c3 c2 c1]"),
            (.ip, 8, nil), (.ip, 9, "R05.03 VELOCITY_IP 35 review 9/8 [ip:198.51.100.7 c8 c7 c6 c5]"),
            (.referrer, 10, nil), (.referrer, 11, "R05.01 VELOCITY_REFERRER 35 review 11/10 [referrer:r1 c9 c8 c7 c6]"),
            (.ipBlock, 50, nil),
        ] as [(EntityKind, Int, String?)])
    func limits(kind: EntityKind, claims: Int, finding: String?) throws {
        // One friend throughout, so that no accounts are counted; ids sort by text within one time, so times differ.
        let steps: [Step] = (1...claims).map { ("c\($0)", "f1", Int64($0)) }
        let published = try last(kind, steps)
        let newest = finding?.replacing("c9 c8 c7 c6", with: "c10 c9 c8 c7")
        #expect(published.first == (["c\(claims)"] + (newest.map { [$0] } ?? [])).joined(separator: "; "))
        #expect(published.count == (finding == nil ? 1 : claims))
    }

    @Test("The claim that passes the limit tells the others of its window, and later ones tell only who is new to it")
    func toldOnce() throws {
        var book = MemoryBook()
        let burst: [Step] = [("c1", "f1", 0), ("c2", "f1", 1), ("c3", "f1", 2), ("c4", "f1", 3)]
        #expect(
            try last(.payment, burst, book: &book) == [
                "c4; R05.04 VELOCITY_PAYMENT 35 review 4/3 [payment:p c3 c2 c1]",
                "c1*; R05.04 VELOCITY_PAYMENT 35 review 4/3 [payment:p c4 c3 c2]",
                "c2*; R05.04 VELOCITY_PAYMENT 35 review 4/3 [payment:p c4 c3 c1]",
                "c3*; R05.04 VELOCITY_PAYMENT 35 review 4/3 [payment:p c4 c2 c1]",
            ])
        #expect(
            try last(.payment, [("c5", "f1", 4)], book: &book) == [
                "c5; R05.04 VELOCITY_PAYMENT 35 review 5/3 [payment:p c4 c3 c2 c1]"
            ])
        // c1 to c3 have left the hour: c4, c5, c6, and with c7 one too many again.
        let next: [Step] = [("c6", "f1", hour + 2), ("c7", "f1", hour + 2)]
        #expect(
            try last(.payment, next, book: &book) == [
                "c7; R05.04 VELOCITY_PAYMENT 35 review 4/3 [payment:p c6 c5 c4]",
                "c6*; R05.04 VELOCITY_PAYMENT 35 review 4/3 [payment:p c7 c5 c4]",
            ])
    }

    @Test(
        "Whoever has left the hour when it is too full is not told",
        arguments: [(hour + 1, ["c1", "c2", "c3", "c4"]), (hour + 2, ["c2", "c3", "c4"])] as [(Int64, Set<String>)])
    func toldWindow(last offset: Int64, found: Set<String>) throws {
        let rules = Samples.rules { $0.velocityPaymentLimit = 2 }
        var book = MemoryBook()
        var names: Set<String> = []
        for step in [("c1", "f1", 2), ("c2", "f1", hour), ("c3", "f1", offset), ("c4", "f1", offset)] as [Step] {
            let published = try book.ask(.payment, shared(step), rules: rules)
            names.formUnion(published.filter { !$0.findings.isEmpty }.map(\.claimID))
        }
        #expect(names == found)
    }

    @Test("At most the newest hundred are told, and the version is that of the claim that tells")
    func toldLimit() throws {
        var rules = Samples.rules { $0.velocityReferrerLimit = 119 }
        rules.versions.append(rules.versions[0])
        rules.versions[1].version = 2
        rules.versions[1].validFromMs = Samples.start + 1_000
        rules.versions[1].velocityWeight = 7
        var book = MemoryBook()
        for number in 1...119 {
            let step: Step = ("c\(number)", "f1", Int64(number))
            #expect(try book.ask(.referrer, shared(step), rules: rules).count == 1)
        }
        let published = try book.ask(.referrer, shared(("z", "f9", 1_000)), rules: rules)
        #expect(published.count == 101)
        #expect(published[1].claimID == "c20")
        #expect(published[100].claimID == "c119")
        #expect(published[1].friendID == "f1")
        #expect(published.allSatisfy { $0.ruleSetVersion == 2 && $0.findings[0].weight == 7 })
    }

    @Test(
        "An hour ends to the millisecond",
        arguments: [(hour - 1, true), (hour, false), (hour + 1, false)] as [(Int64, Bool)])
    func window(last offset: Int64, isFound: Bool) throws {
        let steps: [Step] = [("c1", "f1", 0), ("c2", "f1", 1), ("c3", "f1", 2), ("c4", "f1", offset)]
        #expect(try last(.payment, steps)[0].contains("VELOCITY") == isFound)
    }

    @Test("A redelivered query does not count twice")
    func redelivery() throws {
        var book = MemoryBook()
        _ = try last(.payment, [("c1", "f1", 0), ("c2", "f1", 1), ("c3", "f1", 2)], book: &book)
        let before = book
        for step in [("c1", "f1", 0), ("c2", "f1", 1), ("c3", "f1", 2)] as [Step] {
            #expect(try book.ask(.payment, shared(step)) == [])
        }
        #expect(book == before)
    }

    @Test("A device can be shared and too fast at once, and each claim is told once of both")
    func both() throws {
        let steps: [Step] = [("c1", "f1", 0), ("c2", "f2", hour), ("c3", "f1", hour + 1), ("c4", "f1", hour + 2)]
        let all: [Step] = steps + [("c5", "f3", hour + 3)]
        #expect(
            try last(.device, all) == [
                "c5; R03.01 DEVICE_SHARED 45 review 3/3 [device:d c4 c3 c2 c1]; "
                    + "R05.02 VELOCITY_DEVICE 35 review 4/3 [device:d c4 c3 c2]",
                "c1*; R03.01 DEVICE_SHARED 45 review 3/3 [device:d c5 c4 c3 c2]",
                "c2*; R03.01 DEVICE_SHARED 45 review 3/3 [device:d c5 c4 c3 c1]; "
                    + "R05.02 VELOCITY_DEVICE 35 review 4/3 [device:d c5 c4 c3]",
                "c3*; R03.01 DEVICE_SHARED 45 review 3/3 [device:d c5 c4 c2 c1]; "
                    + "R05.02 VELOCITY_DEVICE 35 review 4/3 [device:d c5 c4 c2]",
                "c4*; R03.01 DEVICE_SHARED 45 review 3/3 [device:d c5 c3 c2 c1]; "
                    + "R05.02 VELOCITY_DEVICE 35 review 4/3 [device:d c5 c3 c2]",
            ])
    }
}

@Suite("R03, R04, R05: not enough history is never no risk")
struct HistoryTests {
    /// History since the given time before the claim.
    private func evidence(_ kind: EntityKind, since: Int64) throws -> [String] {
        let rules = Samples.rules { $0.historySinceMs = Samples.start - since }
        return try last(kind, [("c1", "f1", 0)], rules: rules)
    }

    @Test("A window that history fills is judged; one that reaches a millisecond further is not")
    func edges() throws {
        let device = "R03.x00 NOT_ENOUGH_HISTORY 0 review 1/3 [device:d]"
        let velocity = "R05.x00 NOT_ENOUGH_HISTORY 0 review 1/3 [device:d]"
        #expect(try evidence(.device, since: 30 * day) == ["c1"])
        #expect(try evidence(.device, since: 30 * day - 1) == ["c1; \(device)"])
        #expect(try evidence(.device, since: hour) == ["c1; \(device)"])
        #expect(try evidence(.device, since: hour - 1) == ["c1; \(device); \(velocity)"])
        #expect(try evidence(.ip, since: day) == ["c1"])
        #expect(try evidence(.ip, since: day - 1) == ["c1; R04.x00 NOT_ENOUGH_HISTORY 0 review 1/5 [ip:198.51.100.7]"])
        #expect(
            try evidence(.ipBlock, since: 0) == [
                "c1; R04.x00 NOT_ENOUGH_HISTORY 0 review 1/20 [block:198.51.100.0/24]"
            ])
        #expect(try evidence(.payment, since: hour) == ["c1"])
        #expect(try evidence(.payment, since: 0) == ["c1; R05.x00 NOT_ENOUGH_HISTORY 0 review 1/3 [payment:p]"])
        #expect(try evidence(.referrer, since: 0) == ["c1; R05.x00 NOT_ENOUGH_HISTORY 0 review 1/10 [referrer:r1]"])
        #expect(try evidence(.circle, since: 0) == ["c1"])
    }

    @Test("What little history shows may be enough to find")
    func reachedAnyway() throws {
        let rules = Samples.rules { $0.historySinceMs = Samples.start }
        let steps: [Step] = [("c1", "f1", 0), ("c2", "f2", 1), ("c3", "f3", 2), ("c4", "f3", 3)]
        #expect(
            try last(.device, steps, rules: rules) == [
                "c4; R03.01 DEVICE_SHARED 45 review 3/3 [device:d c3 c2 c1]; "
                    + "R05.02 VELOCITY_DEVICE 35 review 4/3 [device:d c3 c2 c1]",
                "c1*; R05.02 VELOCITY_DEVICE 35 review 4/3 [device:d c4 c3 c2]",
                "c2*; R05.02 VELOCITY_DEVICE 35 review 4/3 [device:d c4 c3 c1]",
                "c3*; R05.02 VELOCITY_DEVICE 35 review 4/3 [device:d c4 c2 c1]",
            ])
    }

    @Test(
        "Behind what is kept of an entity nothing is known",
        arguments: [(day, false), (day + 1, true)] as [(Int64, Bool)])
    func lateBeyondRetention(late: Int64, isUnknown: Bool) throws {
        let steps: [Step] = [("c2", "f2", 40 * day), ("c1", "f1", 40 * day - late)]
        let published = try last(.device, steps, rules: accountsOnly)
        #expect(
            published
                == (isUnknown
                    ? ["c1; R03.x00 NOT_ENOUGH_HISTORY 0 review 2/3 [device:d c2]"] : ["c1"]))
    }

    @Test("Claims leave 31 days before the newest")
    func retention() throws {
        var book = MemoryBook()
        _ = try last(
            .device, [("c1", "f1", 0), ("c2", "f2", 1), ("c3", "f3", 31 * day)], rules: accountsOnly, book: &book)
        #expect(book.histories["device:d"]?.claims.map(\.claimID) == ["c2", "c3"])
        _ = try last(.device, [("c0", "f0", 0)], rules: accountsOnly, book: &book)
        #expect(book.histories["device:d"]?.claims.map(\.claimID) == ["c2", "c3"])
    }

    @Test("A thousand claims are kept, and a window that reaches behind them is not believed")
    func bound() throws {
        var book = MemoryBook()
        let rules = Samples.rules {
            $0.velocityDeviceLimit = 999
            $0.deviceAccountsLimit = 5
        }
        let steps: [Step] = (1...1_000).map { ("c\($0)", "f1", Int64($0)) }
        #expect(
            try last(.device, steps, rules: rules, book: &book)[0].hasPrefix(
                "c1000; R05.02 VELOCITY_DEVICE 35 review 1000/999"))
        let next = try last(.device, [("d1", "f1", 2_000)], rules: rules, book: &book)
        #expect(next[0].hasPrefix("d1; R03.x00 NOT_ENOUGH_HISTORY 0 review 1/5 [device:d c1000 c999"))
        #expect(book.histories["device:d"]?.claims.count == 1_000)
        #expect(book.histories["device:d"]?.claims.first?.claimID == "c2")
        // A window that begins at the oldest kept is whole.
        let whole = try last(.device, [("d2", "f1", 2 + 30 * day)], rules: rules, book: &book)
        #expect(whole == ["d2"])
    }
}

@Suite("R07: circles of referrals")
struct CircleTests {
    /// Who refers whom, and when.
    private func claim(_ id: String, _ referrer: String, _ friend: String, _ after: Int64) -> ReferralClaim {
        Samples.claim(id, referrer: referrer, friend: friend, at: Samples.start + after)
    }

    private let circle = "R07.06 CIRCULAR_REFERRAL 70 block 1/1 [referrer:a c1]"

    @Test("Whoever is referred by somebody he has referred is found")
    func found() throws {
        var book = MemoryBook()
        #expect(try lines(book.ask(.referrer, claim("c1", "a", "b", 0))) == ["c1"])
        #expect(try lines(book.ask(.circle, claim("c1", "a", "b", 0))) == ["c1"])
        #expect(try lines(book.ask(.circle, claim("c2", "b", "a", 1))) == ["c2; \(circle)"])
        #expect(try lines(book.ask(.circle, claim("c3", "x", "a", 2))) == ["c3"])
    }

    @Test("The later claim is told, in whatever order the two come")
    func lateReferral() throws {
        var book = MemoryBook()
        #expect(try lines(book.ask(.circle, claim("c2", "b", "a", 1))) == ["c2"])
        let published = try book.ask(.referrer, claim("c1", "a", "b", 0))
        #expect(lines(published) == ["c1", "c2*; \(circle)"])
        #expect(published.last?.kind == .circle)
        #expect(published.last?.friendID == "a")
        #expect(published.last?.entityKey == "referrer:a")
        // The earlier claim asks b, who has referred a, but later.
        _ = try book.ask(.referrer, claim("c2", "b", "a", 1))
        #expect(try lines(book.ask(.circle, claim("c1", "a", "b", 0))) == ["c1"])
    }

    @Test(
        "A referral that is too late to be kept still closes the circle of a later claim", arguments: [0, 1] as [Int64])
    func lateBeyondRetention(after: Int64) throws {
        var book = MemoryBook()
        _ = try book.ask(.circle, claim("c2", "b", "a", 2))
        _ = try book.ask(.referrer, claim("c3", "a", "x", 31 * day + after))
        #expect(try lines(book.ask(.referrer, claim("c1", "a", "b", 0))) == ["c1; " + history, "c2*; \(circle)"])
        #expect(book.histories["referrer:a"]?.claims.map(\.claimID) == ["c3"])
    }

    private let history = "R05.x00 NOT_ENOUGH_HISTORY 0 review 1/10 [referrer:a]"

    @Test("A referral after the asker's is no circle of his")
    func laterReferral() throws {
        var book = MemoryBook()
        #expect(try lines(book.ask(.circle, claim("c1", "b", "a", 0))) == ["c1"])
        #expect(try lines(book.ask(.referrer, claim("c2", "a", "b", 1))) == ["c2"])
        #expect(try lines(book.ask(.circle, claim("c0", "b", "a", 1))) == ["c0"])
        #expect(
            try lines(book.ask(.circle, claim("c3", "b", "a", 1))) == [
                "c3; R07.06 CIRCULAR_REFERRAL 70 block 1/1 [referrer:a c2]"
            ])
    }

    @Test("Who is told of a referral asked after it")
    func askersBefore() throws {
        var book = MemoryBook()
        _ = try book.ask(.referrer, claim("c1", "a", "b", 1))
        _ = try book.ask(.circle, claim("c5", "b", "a", 5))
        #expect(try lines(book.ask(.referrer, claim("c9", "a", "b", 9))) == ["c9"])
        #expect(
            try lines(book.ask(.referrer, claim("c0", "a", "b", 0))) == [
                "c0", "c5*; R07.06 CIRCULAR_REFERRAL 70 block 2/1 [referrer:a c0]",
            ])
        #expect(try lines(book.ask(.referrer, claim("c2", "a", "x", 2))) == ["c2"])
    }

    @Test("The first of several is the evidence")
    func several() throws {
        var book = MemoryBook()
        _ = try book.ask(.referrer, claim("c2", "a", "b", 2))
        _ = try book.ask(.referrer, claim("c1", "a", "b", 1))
        _ = try book.ask(.referrer, claim("c0", "a", "x", 0))
        #expect(
            try lines(book.ask(.circle, claim("c9", "b", "a", 9))) == [
                "c9; R07.06 CIRCULAR_REFERRAL 70 block 2/1 [referrer:a c1]"
            ])
    }

    @Test("A redelivered circle query changes nothing")
    func redelivery() throws {
        var book = MemoryBook()
        _ = try book.ask(.referrer, claim("c1", "a", "b", 0))
        _ = try book.ask(.circle, claim("c2", "b", "a", 1))
        let before = book
        #expect(try book.ask(.circle, claim("c2", "b", "a", 1)) == [])
        #expect(try book.ask(.referrer, claim("c1", "a", "b", 0)) == [])
        #expect(book == before)
    }

    @Test("Askers do not count among the referrer's claims")
    func askersApart() throws {
        var book = MemoryBook()
        for number in 0..<20 { _ = try book.ask(.circle, claim("q\(number)", "x\(number)", "a", Int64(number))) }
        #expect(try lines(book.ask(.referrer, claim("c1", "a", "b", 30))) == ["c1"])
    }
}

@Suite("R01: queries refused at the door")
struct QueryDoorTests {
    private func reason(_ query: EntityQuery, rules: FraudRules? = Samples.rules) -> Rejection.Reason? {
        var book = MemoryBook()
        let rejection = #expect(throws: Rejection.self) { try EntityDecider.decide(query, &book, rules: rules) }
        #expect(book.histories.isEmpty)
        return rejection?.reason
    }

    @Test("A key that is not the claim's would let one claim count elsewhere")
    func keys() {
        var query = Samples.query(.device, Samples.claim())
        query.entityKey = "device:other"
        #expect(reason(query) == .validation)
        query = Samples.query(.device, Samples.claim())
        query.kind = .payment
        #expect(reason(query) == .validation)
        #expect(reason(Samples.query(.device, Samples.claim { $0.deviceID = "" })) == .validation)
        #expect(reason(Samples.query(.circle, Samples.claim { $0.referrerID = "f1" })) == .validation)
    }

    @Test("No kind, no claim, no rules")
    func others() {
        var query = Samples.query(.device, Samples.claim())
        query.kind = .unspecified
        #expect(reason(query) == .schema)
        query.kind = .UNRECOGNIZED(77)
        #expect(reason(query) == .schema)
        #expect(reason(EntityQuery.with { $0.kind = .device }) == .validation)
        #expect(reason(Samples.query(.device, Samples.claim()), rules: nil) == .businessReject)
        #expect(reason(Samples.query(.device, Samples.claim()), rules: .defaults) == .businessReject)
    }
}

/// All orders of the numbers below `count`.
func permutations(_ count: Int) -> [[Int]] {
    guard count > 1 else { return [Array(0..<count)] }
    return permutations(count - 1).flatMap { shorter in
        (0...shorter.count).map { place in
            var longer = shorter
            longer.insert(count - 1, at: place)
            return longer
        }
    }
}
