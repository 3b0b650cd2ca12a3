import Schemas
import Testing

@testable import Tagging

/// I06.
struct ConsentTests {
    @Test func auditsEachChangeOfStatus() throws {
        var story = Story()
        try story.at(0, .consent("marketing", .granted, proof: "form 1"), id: "a")
        try story.at(1, .consent("marketing", .granted, proof: "form 2"), id: "b")
        try story.at(2, .consent("marketing", .denied), id: "c")
        try story.at(3, .consent("marketing", .revoked), id: "d")
        try story.at(4, .consent("analytics", .granted), id: "e")
        #expect(
            story.audits.map(\.auditID) == [
                "c-1/consent_granted/a", "c-1/consent_denied/c", "c-1/consent_revoked/d", "c-1/consent_granted/e",
            ])
        let first = try #require(story.audits.first)
        #expect(first.at.milliseconds == Story.start)
        #expect(first.actor == "c-1" && first.subject == "c-1" && first.action == "consent_granted")
        #expect(first.details == ["purpose": "marketing", "proof": "form 1"])
        #expect(first.evidenceEventIds == ["a"])
        // Marketing is not profiling: tags and stages stay.
        #expect(story.lifecycle == "new")
    }

    @Test func theLaterEventCounts() throws {
        var story = Story()
        try story.at(10, .consent("marketing", .revoked), id: "m")
        try story.at(9, .consent("marketing", .granted), id: "z", firesTimers: false)
        try story.at(10, .consent("marketing", .granted), id: "l")
        #expect(story.audits.count == 1)
        try story.at(10, .consent("marketing", .granted), id: "n")
        #expect(story.audits.map(\.auditID).last == "c-1/consent_granted/n")
    }

    @Test func lapsesAtTheExactTime() throws {
        var story = Story()
        try story.at(0, .consent("marketing", .granted, proof: "form", revokeAt: 5 * day), id: "g")
        #expect(story.dueTime == 5 * day)
        story.pass(to: 5 * day - 1)
        #expect(story.audits.count == 1)
        story.pass(to: 5 * day)
        let lapse = try #require(story.audits.last)
        #expect(lapse.auditID == "c-1/consent_lapsed/g")
        #expect(lapse.actor == "clock" && lapse.at.milliseconds == Story.start + 5 * day)
        #expect(lapse.details == ["purpose": "marketing", "proof": "form"])
        let record = try #require(story.profile?.consents["marketing"])
        #expect(record.status == 3 && record.revokeMs == 0 && record.statusMs == Story.start)
        // An event between grant and lapse that comes late counts over the grant.
        try story.at(2 * day, .consent("marketing", .granted), id: "late", firesTimers: false)
        #expect(story.audits.last?.auditID == "c-1/consent_granted/late")
        story.pass(to: 20 * day)
        #expect(story.audits.count == 3)
    }

    @Test func grantThatHasLapsedBeforeItComes() throws {
        var story = Story()
        try story.at(10, .page)
        try story.at(5, .consent("profiling", .granted, revokeAt: 7), firesTimers: false)
        #expect(story.audits.map(\.action) == ["consent_granted", "consent_lapsed"])
        #expect(story.lifecycle == nil)
    }

    @Test(arguments: [ConsentStatus.denied, .revoked])
    func withdrawalRemovesAllThatWasDerived(_ status: ConsentStatus) throws {
        var story = Story(.make(interval: (2, 1)))
        try story.at(0, .registered("store"))
        try story.at(7 * day, .paid("o", 30_000), id: "order")
        try story.at(7 * day + 1, .joined)
        try story.at(7 * day + 2, .checkout("k"))
        try story.at(7 * day + 3 * hour, .checkout("j"))
        let before = Set(try #require(story.profile).tags.keys)
        #expect(
            before == [
                "abandoned", "churn_gap15", "first_channel", "layer", "live_fan", "price_sensitive", "tier",
            ])
        let decision = try story.at(7 * day + 4 * hour - 1, .consent("profiling", status), id: "no")
        #expect(decision.tags.map { $0.tagChanged.name } == before.sorted())
        #expect(decision.tags.allSatisfy { !$0.tagChanged.present && $0.ruleID == "I06" })
        #expect(decision.tags.allSatisfy { $0.evidenceEventIds == ["no"] && $0.calibrationVersion == 0 })
        let profile = try #require(story.profile)
        #expect(profile.tags.isEmpty && profile.scores.isEmpty && profile.stages.isEmpty && !profile.hasTier)
        #expect(profile.openCheckouts.isEmpty && profile.liveJoins.isEmpty)
        #expect(profile.orders.count == 1 && profile.firstChannel == "store")
        #expect(story.dueTime == (7 + 365) * day)

        // While it is withdrawn events leave facts and nothing else.
        let published = story.tags.count
        try story.at(8 * day, .paid("p", 30_000))
        try story.at(9 * day, .checkout("l"))
        try story.at(9 * day, .joined)
        try story.at(9 * day, .clicked("ad"))
        story.pass(to: 100 * day)
        #expect(story.tags.count == published && story.requests.count == 1)
        #expect(story.profile?.orderCount == 2)
        #expect(story.profile?.openCheckouts.isEmpty == true && story.profile?.liveJoins.isEmpty == true)
        #expect(story.profile?.lastActivityMs == Story.start + 9 * day)

        // Granted again: everything that rests on facts is back at once, in the order of the rules.
        let grant = try story.at(100 * day, .consent("profiling", .granted))
        #expect(grant.tags.map(\.ruleID) == ["T30", "T38", "T07", "T01", "T08", "T16"])
        #expect(story.tag("tier") == "gold" && story.profile?.tier.periodEndMs == Story.start + 465 * day)
        #expect(story.lifecycle == "lost")
        #expect(story.tags.last?.tagEventID == "c-1/088e7b07b539b883/\(story.tags.count)")
        #expect(grant.tags.first { $0.ruleID == "T01" }?.scoreChanged.hasPreviousValue == false)
    }

    @Test func withdrawnByLapse() throws {
        var story = Story()
        try story.at(0, .consent("profiling", .granted, revokeAt: 3 * day), id: "g")
        try story.at(1, .registered("store"))
        story.pass(to: 3 * day)
        #expect(story.changes("first_channel") == ["1 store", "\(3 * day) −"])
        #expect(story.tags.last?.evidenceEventIds == ["g"])
        story.pass(to: 30 * day)
        #expect(story.tag("price_sensitive") == nil)
    }

    @Test func registeredWhileWithdrawn() throws {
        var story = Story()
        try story.at(0, .consent("profiling", .denied))
        try story.at(1, .registered("store"))
        try story.at(2, .consent("profiling", .granted))
        story.pass(to: 30 * day)
        #expect(story.profile?.registeredMs == Story.start + 1)
        #expect(story.tag("price_sensitive") == nil && story.tag("first_channel") == nil)
    }

    @Test func deletionForgets() throws {
        var story = Story()
        try story.at(0, .registered("store"))
        let decision = try story.at(5, .deletion("q"), id: "d")
        #expect(story.profile == nil && decision.isDeleted && decision.nextDue == nil)
        let tag = try #require(decision.tags.first)
        #expect(decision.tags.count == 1 && decision.audits.count == 1)
        #expect(tag.tagEventID == "c-1/forgotten/q" && tag.customerForgotten.requestID == "q")
        #expect(tag.ruleID == "I06" && tag.evidenceEventIds == ["d"] && tag.time == 5)
        let audit = try #require(decision.audits.first)
        #expect(audit.auditID == "c-1/forgotten/q" && audit.action == "customer_forgotten")
        #expect(audit.actor == "c-1" && audit.subject == "c-1" && audit.details.isEmpty)
        // A later event starts anew: another life, from the first sequence number.
        let again = try story.at(6, .page, id: "e0")
        #expect(again.tags.first?.tagEventID == "c-1/088e7a07b539b6d0/1")
        #expect(story.profile?.firstSeenMs == Story.start + 6)
    }

    @Test func deletionOfAStranger() throws {
        var story = Story()
        let decision = try story.at(5, .deletion("q"))
        #expect(decision.isDeleted && decision.tags.count == 1 && decision.audits.count == 1)
    }
}
