import CommandLineTools
import ProtobufCodec
import Schemas
import WorkerRuntime

/// Counts and sums an account's records, remembers some of them by timer, and says when an account has been idle.
struct TallyStage: Stage {
    static let declaration = SimulatedStages.tally

    init(configuration: Configuration) throws {}

    func decide(_ record: borrowing InputRecord, _ context: DecisionContext) throws {
        let parcel =
            record.isFrom(SimulatedStages.orders)
            ? try record.decode(SimulatedStages.orders) : try record.decode(SimulatedStages.refunds)
        var account = try context.get(SimulatedStages.accounts, parcel.key) ?? Parcel.with { $0.key = parcel.key }
        account.sequence += 1
        account.amount += parcel.amount
        account.id = parcel.id
        try context.put(
            SimulatedStages.accounts, parcel.key, account, timer: context.at + SimulatedStages.idleMilliseconds)
        if parcel.delay > 0 {
            try context.put(SimulatedStages.waiting, parcel.id, parcel, timer: context.at + parcel.delay)
        }
        var move = parcel
        move.sequence = account.sequence
        move.delay = 0
        try context.publish(move, to: SimulatedStages.moves)
        // Refused after it wrote and published: nothing of it may stay.
        if parcel.amount == 0 { throw Rejection(.businessReject, "no amount") }
    }

    func punctuate(table: UInt8, key: String, due: Int64, _ context: DecisionContext) throws {
        if table == SimulatedStages.waiting.id {
            guard var parcel = try context.get(SimulatedStages.waiting, key) else { return }
            parcel.delay = 0
            try context.publish(parcel, to: SimulatedStages.reminders)
            try context.delete(SimulatedStages.waiting, key)
        } else {
            guard var account = try context.get(SimulatedStages.accounts, key) else { return }
            account.id = "idle"
            // The entry stays as it is, which takes its timer away.
            try context.publish(account, to: SimulatedStages.reminders)
        }
    }
}
