import CommandLineTools
import ProtobufCodec
import Schemas
import WorkerRuntime

/// A stage small enough to predict: counts a customer's orders, and says so again an hour after the last one.
struct CountingStage: Stage {
    static let declaration = Stages.profiles

    init(configuration: Configuration) throws {}

    func decide(_ record: borrowing InputRecord, _ context: DecisionContext) throws {
        let event: CustomerEvent = try record.decode(Topics.customerEvents)
        try Validation.identifier(event.customerID, "customer_id")
        var profile = try context.get(Tables.profiles, event.customerID) ?? CustomerProfile()
        profile.orderCount += 1
        try context.put(Tables.profiles, event.customerID, profile, timer: context.at + Milliseconds.hour)
        try publish("order", event.customerID, profile, context)
        // Refused after it wrote and published: nothing of it may stay.
        if event.eventID == "refuse" { throw Rejection(.businessReject, "asked to") }
    }

    func punctuate(table: UInt8, key: String, due: Int64, _ context: DecisionContext) throws {
        guard let profile = try context.get(Tables.profiles, key) else { return }
        try publish("timer", key, profile, context)
    }

    private func publish(
        _ what: String, _ customer: String, _ profile: CustomerProfile, _ context: DecisionContext
    ) throws {
        try context.publish(
            TagEvent.with {
                $0.tagEventID = "\(what)/\(profile.orderCount)@\(context.at)"
                $0.customerID = customer
            }, to: Topics.tags)
    }
}

extension CustomerEvent {
    static func order(_ id: String, _ customer: String) -> CustomerEvent {
        .with {
            $0.eventID = id
            $0.customerID = customer
            $0.orderPaid = .with { $0.orderID = id }
        }
    }
}
