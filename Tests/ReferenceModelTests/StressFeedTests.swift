import Kafka
import Operations
import ProtobufCodec
import Schemas
import Testing

/// The stress history on a broker, with many partitions and kills; `StressRunTests` runs it in this process every time.
///
/// Publishes the stress history to an empty broker that has the topics; the workers take it, then `RecordedRunTests`
/// compares. `GROWTH_E2E_FEED` holds the seed.
@Suite(.enabled(if: EndToEnd.bootstrap != nil && EndToEnd.seed != nil))
struct StressFeedTests {
    @Test func feed() throws {
        let client = ClientConfiguration(bootstrapServers: EndToEnd.bootstrap ?? "", clientID: "stress-feed")
        let publisher = try RecordPublisher(client, source: "/stress", partitions: EndToEnd.partitions)
        let from = StressDefinitions.from
        for campaign in StressDefinitions.campaigns {
            try publisher.publish(campaign, to: Topics.campaigns, id: campaign.campaignID, at: from)
        }
        try publisher.publish(StressDefinitions.rules, to: Topics.fraudRules, id: "rules", at: from)
        try publisher.publish(StressDefinitions.calibration, to: Topics.calibrations, id: "rfm", at: from)
        for template in StressDefinitions.templates {
            try publisher.publish(template, to: Topics.templates, id: template.templateID, at: from)
        }
        for record in StressHistory(seed: EndToEnd.seed ?? 1, count: 20_000).records {
            switch record.content {
            case .event(let event):
                try publisher.publish(event, to: Topics.customerEvents, id: event.eventID, at: record.timestamp)
            case .claim(let claim):
                try publisher.publish(claim, to: Topics.referralClaims, id: claim.claimID, at: record.timestamp)
            case .review(let review):
                try publisher.publish(review, to: Topics.fraudReviews, id: review.claimID, at: record.timestamp)
            case .request(let request):
                try publisher.publish(
                    request, to: Topics.notificationRequests, id: request.requestID, at: record.timestamp)
            case .tick(let time): try publisher.tick(time)
            }
        }
        try publisher.flush()
        publisher.close()
    }
}
