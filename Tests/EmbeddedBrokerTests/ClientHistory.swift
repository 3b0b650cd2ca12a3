import EmbeddedBroker
import KafkaProtocol
import Testing

/// What clients did to a broker that may be killed at any moment, and what they were told.
struct ClientHistory {
    /// Values of the topic `plain` in their order, as they were acknowledged.
    private(set) var acknowledged: [String] = []
    /// Numbers of the transactions whose commit was acknowledged, or that turned out to be committed.
    private(set) var committed: [Int] = []
    private(set) var aborted = 0
    private(set) var unknown = 0
    private var groupOffset: Int64 = -1

    private var nextValue = 0
    private var nextTransaction = 0
    private var producer: (id: Int64, epoch: Int16)?
    /// Sent, and not known to be kept.
    private var openBatch: String?
    private var openTransaction: Int?
    private var openOffset: Int64?

    /// Works until the broker is gone.
    mutating func work(_ bootstrap: String) throws {
        do {
            let client = try ProtocolClient(bootstrap)
            let session = try TransactionClient(client, id: "worker")
            while true {
                try produce(client)
                try transact(session)
                try commitOffset(client)
            }
        } catch is ProtocolClient.Failure {
            // Killed.
        }
    }

    private mutating func produce(_ client: ProtocolClient) throws {
        let value = openBatch ?? "value \(nextValue)"
        openBatch = value
        let known = try producer ?? newProducer(client)
        producer = known
        let answer = try client.produce(
            TestRequests.produce("plain", [value], producer: (known.id, known.epoch, Int32(nextValue))))
        #expect(answer.errorCode == 0, "\(value): \(ErrorCode(rawValue: answer.errorCode))")
        openBatch = nil
        nextValue += 1
        acknowledged.append(value)
    }

    private func newProducer(_ client: ProtocolClient) throws -> (Int64, Int16) {
        let answer = try client.initProducer()
        return (answer.producerId, answer.producerEpoch)
    }

    /// Writes to both partitions and commits an offset, all in one transaction; every fourth is aborted.
    private mutating func transact(_ session: TransactionClient) throws {
        let number = nextTransaction
        nextTransaction += 1
        let commits = number % 4 != 3
        try session.add("transactional", [0, 1])
        try session.produce("transactional", 0, ["\(number) a", "\(number) b"])
        try session.produce("transactional", 1, ["\(number) c"])
        try session.commitOffset("group", "transactional", 0, Int64(number))
        if commits { openTransaction = number }
        try session.end(committed: commits)
        openTransaction = nil
        if commits { committed.append(number) } else { aborted += 1 }
    }

    private mutating func commitOffset(_ client: ProtocolClient) throws {
        openOffset = groupOffset + 1
        #expect(try client.commitOffset("plain group", "plain", 0, groupOffset + 1) == .none)
        groupOffset += 1
        openOffset = nil
    }

    /// Looks at a broker that was started anew.
    mutating func verify(_ bootstrap: String) throws {
        let client = try ProtocolClient(bootstrap)
        // The batch whose answer was lost is sent again, as an idempotent producer does, and is there once.
        if openBatch != nil {
            unknown += 1
            try produce(client)
        }
        #expect(try client.values("plain") == acknowledged)

        let found = try client.committedOffset("plain group", "plain")
        if let openOffset, found == openOffset { groupOffset = openOffset }
        openOffset = nil
        #expect(found == groupOffset)

        // Whatever was open is aborted by whoever takes the id over; then all is stable.
        _ = try TransactionClient(client, id: "worker")
        let first = try client.values("transactional", 0)
        let second = try client.values("transactional", 1)
        if let open = openTransaction {
            unknown += 1
            openTransaction = nil
            if second.last == "\(open) c" { committed.append(open) }
        }
        #expect(first == committed.flatMap { ["\($0) a", "\($0) b"] })
        #expect(second == committed.map { "\($0) c" })
        #expect(try client.committedOffset("group", "transactional") == Int64(committed.last ?? -1))
    }
}
