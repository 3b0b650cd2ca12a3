import CommandLineTools
import ProtobufCodec
import Schemas
import WorkerRuntime

/// Keeps each account's last sequence and each desk's sum of money.
struct TotalsStage: Stage {
    static let declaration = SimulatedStages.totals

    init(configuration: Configuration) throws {}

    func decide(_ record: borrowing InputRecord, _ context: DecisionContext) throws {
        let move = try record.decode(SimulatedStages.moves)
        let desk = SimulatedStages.desk(move.key)
        var sequence = try context.get(SimulatedStages.sequences, move.key) ?? Parcel.with { $0.key = move.key }
        // How many records came out of turn; the audit wants none.
        if move.sequence != sequence.sequence + 1 { sequence.amount += 1 }
        sequence.sequence = move.sequence
        try context.put(SimulatedStages.sequences, move.key, sequence)
        var total = try context.get(SimulatedStages.desks, desk) ?? Parcel.with { $0.key = desk }
        total.sequence += 1
        total.amount += move.amount
        try context.put(SimulatedStages.desks, desk, total)
        var balance = move
        balance.sequence = total.sequence
        balance.amount = total.amount
        try context.publish(balance, to: SimulatedStages.balances)
    }
}
