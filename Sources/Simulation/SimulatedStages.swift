import Schemas

/// The topics, tables and stages of the simulated fleet: two chained stages, the first with two inputs.
///
///     orders ─┐
///             ├▶ tally ─ moves ─▶ totals ─▶ balances
///     refunds ┘    └──▶ reminders
enum SimulatedStages {
    static let orders = Topic<Parcel>("simulation.orders.v1", keyed: "account", isPublic: false) { $0.key }
    static let refunds = Topic<Parcel>("simulation.refunds.v1", keyed: "account", isPublic: false) { $0.key }
    /// Keyed by desk, so that the records of several accounts meet.
    static let moves = Topic<Parcel>("simulation.moves.v1", keyed: "desk", isPublic: false) { desk($0.key) }
    static let reminders = Topic<Parcel>("simulation.reminders.v1", keyed: "account", isPublic: false) { $0.key }
    static let balances = Topic<Parcel>("simulation.balances.v1", keyed: "desk", isPublic: false) { desk($0.key) }

    static let accounts = Table<Parcel>(1, "accounts")
    static let waiting = Table<Parcel>(2, "waiting")
    static let sequences = Table<Parcel>(1, "sequences")
    static let desks = Table<Parcel>(2, "desks")

    static let tally = StageDeclaration(
        group: "simulation.tally", worker: "simulation", inputs: [orders.declaration, refunds.declaration],
        tables: [accounts.declaration, waiting.declaration],
        outputs: [moves.declaration, reminders.declaration])
    static let totals = StageDeclaration(
        group: "simulation.totals", worker: "simulation", inputs: [moves.declaration],
        tables: [sequences.declaration, desks.declaration], outputs: [balances.declaration])

    static let all = [tally, totals]

    /// How long after an account's last record it is called idle; ms.
    static let idleMilliseconds: Int64 = 3_000

    /// The desk that an account's records go to, in order.
    static func desk(_ account: String) -> String {
        "desk-" + String(account.utf8.reduce(0) { ($0 &* 31 &+ Int($1)) & 0xffff } % 3)
    }
}
