import BrokerTestKit
import Testing

/// One thing that a client can see a broker do.
struct Behaviour: Sendable, CustomTestStringConvertible {
    /// What the broker does, in a few words; unique.
    let name: String
    /// The file its answers stand in.
    let subject: String
    /// Whether the broker must serve nothing else meanwhile, because it is started anew or its own settings change.
    let isAlone: Bool
    /// Does it and notes what it sees.
    let body: Body

    typealias Body = @Sendable (_ trial: Trial, _ seen: Notes, _ peer: Peer) throws -> Void

    init(_ name: String, alone: Bool = false, _ body: @escaping Body) {
        self.init(name: name, subject: "", isAlone: alone, body: body)
    }

    private init(name: String, subject: String, isAlone: Bool, body: @escaping Body) {
        self.name = name
        self.subject = subject
        self.isAlone = isAlone
        self.body = body
    }

    var testDescription: String { "\(subject): \(name)" }

    /// Every behaviour, by subject.
    static let all: [Behaviour] = [
        ("Transactions", transactions), ("TransactionOffsets", transactionOffsets), ("Fencing", fencing),
        ("Idempotence", idempotence), ("Groups", groups), ("StaticMembers", staticMembers), ("Offsets", offsets),
        ("Topics", topics), ("Configs", configs), ("Records", records), ("Fetching", fetching),
        ("Producing", producing), ("Compaction", compaction), ("Retention", retention), ("Protocol", wire),
        ("Versions", versions), ("Clients", clients), ("Restarts", restarts),
    ].flatMap { subject, behaviours in
        behaviours.map { Behaviour(name: $0.name, subject: subject, isAlone: $0.isAlone, body: $0.body) }
    }
}

/// What a behaviour works with: fresh names at a broker, and the notes it takes.
final class Trial {
    let bench: Bench
    let seen: Notes
    let broker: any BrokerUnderTest

    init(_ broker: any BrokerUnderTest) throws {
        self.broker = broker
        bench = try Bench(bootstrap: broker.bootstrap)
        seen = Notes(bench)
    }
}
