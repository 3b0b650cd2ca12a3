import CommandLineTools
import Foundation
import Kafka
import NotificationDispatch
import Operations
import ProtobufCodec
import ReferralFraud
import RewardSettlement
import Schemas
import Tagging

/// `growthctl definitions publish KIND FILE`: validates a campaign, rule set, template or calibration and publishes it.
enum DefinitionsCommand {
    private static let kind = Argument<String>(
        "kind", help: "campaign, fraud-rules, template or calibration.")
    private static let file = Argument<String>("file", help: "The whole record as canonical Protobuf JSON.")

    static let command = Command(
        "definitions", abstract: "Validates and publishes what the stages read as global tables.",
        subcommands: [publish])

    private static let publish = Command(
        "publish", abstract: "Validates a definition with the stages' own checks; publishes it with --execute.",
        examples: [
            .init("growthctl definitions publish campaign campaign.json", "Only validate."),
            .init("growthctl definitions publish fraud-rules rules.json --execute", "Validate and publish."),
        ],
        parameters: [kind, file, Common.execute]
    ) { parsed in
        let text: String
        do {
            text = try ConfigurationFile.read(parsed[file])
        } catch {
            throw CommandFailure(.notFound, "cannot read \(parsed[file]): \(error)")
        }
        switch parsed[kind] {
        case "campaign":
            try take(parsed, text, Topics.campaigns) { (value: Campaign) throws(Rejection) in try value.validate() }
        case "fraud-rules":
            try take(parsed, text, Topics.fraudRules) { (value: FraudRules) throws(Rejection) in try value.validate() }
        case "template":
            try take(parsed, text, Topics.templates) { (value: Template) throws(Rejection) in
                try TemplateCheck.pass(value)
            }
        case "calibration":
            try take(parsed, text, Topics.calibrations) { (value: Calibration) throws(Rejection) in
                try CalibrationCheck.check(value)
            }
        default:
            throw UsageError("\(parsed[kind]) is no kind of definition: campaign, fraud-rules, template, calibration")
        }
        return .success
    }

    private static func take<Value: Message>(
        _ parsed: ParsedCommand, _ text: String, _ topic: Topic<Value>, _ check: (Value) throws(Rejection) -> Void
    ) throws {
        let value: Value
        do {
            value = try Value(jsonString: text)
        } catch {
            throw CommandFailure(.failure, "\(parsed[file]): \(error)")
        }
        do {
            try check(value)
        } catch {
            throw CommandFailure(.refused, "\(parsed[file]) is refused: \(error.message)")
        }
        guard parsed[Common.execute] else {
            parsed.console.say("valid; nothing was published. Add --execute.")
            return
        }
        try Common.reachable(parsed) {
            let publisher = try RecordPublisher(
                Common.client(parsed), source: "/growthctl/definitions", partitions: Common.partitionCount(parsed))
            try publisher.publish(
                value, to: topic, id: "\(topic.key(value))/\(parsed.console.now().millisecondsSince1970)",
                at: parsed.console.now().millisecondsSince1970)
            try publisher.flush()
        }
        parsed.console.print("published \(topic.key(value)) to \(topic.name)")
    }
}
