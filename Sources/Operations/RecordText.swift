public import CommandLineTools
public import Kafka
import ProtobufCodec
public import Schemas

/// A record's value as text that people can read.
public enum RecordText {
    private static let decoders: [String: @Sendable ([UInt8]) throws -> String] = {
        var decoders: [String: @Sendable ([UInt8]) throws -> String] = [:]
        func add<Value: Message & SendableMetatype>(_ type: Value.Type) {
            decoders[Value.protoMessageName] = { try Value(serializedBytes: $0).jsonString() }
        }
        add(CustomerEvent.self)
        add(ReferralClaim.self)
        add(CampaignEvent.self)
        add(TagEvent.self)
        add(EntityQuery.self)
        add(ClaimEvidence.self)
        add(RiskDecision.self)
        add(ReviewOutcome.self)
        add(RiskCase.self)
        add(RewardEvent.self)
        add(BudgetRequest.self)
        add(AccountTransfer.self)
        add(LedgerEntry.self)
        add(PayoutResult.self)
        add(NotificationRequest.self)
        add(NotificationSend.self)
        add(NotificationReceipt.self)
        add(NotificationOutcome.self)
        add(HumanTask.self)
        add(HumanTaskDone.self)
        add(Campaign.self)
        add(Calibration.self)
        add(FraudRules.self)
        add(Template.self)
        add(AuditEntry.self)
        add(OpsAlert.self)
        add(ExecutionRecord.self)
        add(ClockTick.self)
        return decoders
    }()

    /// Canonical JSON of a message of the topic, or of the message that a dead letter was; else the bytes' number.
    public static func value(of record: OwnedRecord, _ topic: TopicDeclaration) -> String {
        guard let bytes = record.value else { return "null" }
        let origin = record.headers.last { $0.name == "growth-origin-topic" }?.text
        let name = origin.flatMap { FleetTopics.named($0)?.messageName } ?? topic.messageName
        if let decode = decoders[name], let text = try? decode(bytes) { return text }
        return "\"\(bytes.count) bytes that are no \(name.isEmpty ? "message" : name)\""
    }

    /// The same as a JSON value.
    public static func json(_ text: String) -> JSONValue {
        (try? JSONParser.parse(text, dialect: .strict).value) ?? .string(text)
    }
}
