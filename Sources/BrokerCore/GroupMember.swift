import KafkaProtocol

/// A request of the member that has no answer yet.
struct WaitingRequest {
    /// Where the answer goes; nil once that connection is closed.
    ///
    /// The member counts as waiting all the same: Kafka does not look at a connection while its request is kept.
    var connection: ConnectionID?
    var version: Int16
}

/// One member of a group.
struct GroupMember {
    typealias SupportedProtocol = JoinGroupRequest.JoinGroupRequestProtocol

    let id: String
    /// `group.instance.id`; a member that has one is static.
    let instanceID: String?
    let clientID: String
    let clientHost: String
    var rebalanceTimeoutMs: Int32
    var sessionTimeoutMs: Int32
    /// What the member can follow, best first.
    var protocols: [SupportedProtocol]
    var assignment: [UInt8] = []
    /// Whether it waits for its first generation; only then its session can end while it waits.
    var isNew = false
    var waitingJoin: WaitingRequest?
    var waitingSync: WaitingRequest?
    /// When its session ends; nil while a kept request stands for its heartbeats.
    var sessionDeadline: Int64?
    /// The order of joining, so that answers come in one order.
    var order: UInt64 = 0

    var isStatic: Bool { instanceID != nil }

    /// Whether the member is alive without heartbeats.
    var hasSatisfiedHeartbeat: Bool { !isNew && (waitingJoin != nil || waitingSync != nil) }

    /// Its metadata for a protocol; empty where it does not know that protocol.
    func metadata(_ protocolName: String?) -> [UInt8] { protocols.first { $0.name == protocolName }?.metadata ?? [] }

    /// The first of its protocols among the candidates.
    func vote(_ candidates: Set<String>) -> String? { protocols.first { candidates.contains($0.name) }?.name }
}
