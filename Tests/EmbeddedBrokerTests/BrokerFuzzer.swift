import BrokerCore
import Foundation
import KafkaProtocol
import Testing

@testable import EmbeddedBroker

/// Feeds a broker with requests that are damaged and requests that are only strange.
enum BrokerFuzzer {
    struct Outcome {
        /// Requests that were whole, so that the core saw them.
        var handled = 0
        var refused = 0
        var residentBefore = 0
        var residentAfter = 0
        /// Requests of each kind that the core saw.
        var kinds: [ApiKey: Int] = [:]
    }

    /// Limits that keep a long run's memory small, and so within reach of the drawn requests.
    static var configuration: BrokerConfiguration {
        var configuration = BrokerConfiguration()
        configuration.createsTopicsOnDemand = true
        configuration.partitionLimit = 40
        configuration.recordsChanges = true
        // Producers that time alone forgets are no change: a broker made again forgets them at its next look.
        configuration.producerIDExpirationMs = .max / 2
        return configuration
    }

    /// Hands frames straight to the core, at its full speed. Every answer must be writable and readable in its
    /// request's version, and what has changed must make the same broker again.
    static func runCore(seed: UInt64, requests: Int) throws -> Outcome {
        var mutation = RequestMutation(seed: seed)
        let broker = Broker(configuration)
        let replica = Broker(configuration)
        var outcome = Outcome()
        outcome.residentBefore = ProcessMemory.residentBytes
        var time: Int64 = 1_700_000_000_000
        var pending: [ConnectionID: RequestHeader] = [:]
        for number in 0..<requests {
            let connection = ConnectionID(UInt64(mutation.number(1...20)))
            time += Int64(mutation.number(0...50))
            var effects: [Effect] = []
            if pending[connection] != nil {
                effects += broker.disconnected(connection, at: time)
                pending[connection] = nil
            }
            if number % 8 == 0 { effects += broker.tick(at: time) }
            guard case .request(let header, let body)? = try? IncomingRequest(mutation.next()) else {
                outcome.refused += 1
                try settle(effects, &pending)
                continue
            }
            pending[connection] = header
            outcome.handled += 1
            outcome.kinds[header.api, default: 0] += 1
            effects += broker.handle(Request(connection: connection, header: header, body: body), at: time)
            try settle(effects, &pending)
            for change in broker.takeChanges() { replica.apply(change) }
            // Nothing that grows with the number of requests may stay.
            if number % 5_000 == 0 { truncateLogs(broker, time) }
        }
        outcome.residentAfter = ProcessMemory.residentBytes
        for change in broker.takeChanges() { replica.apply(change) }
        #expect(difference(replica, broker) == nil, "seed \(seed): the changes make another broker")
        let copy = Broker(configuration)
        for change in broker.snapshot() { copy.apply(change) }
        #expect(difference(copy, broker) == nil, "seed \(seed): the snapshot makes another broker")
        return outcome
    }

    /// The first place where two brokers' states differ.
    private static func difference(_ one: Broker, _ other: Broker) -> String? {
        let left = one.snapshot()
        let right = other.snapshot()
        if let index = zip(left, right).enumerated().first(where: { $1.0 != $1.1 })?.offset {
            return "\(left[index]) and \(right[index])"
        }
        return left.count == right.count ? nil : "\(left.count) and \(right.count) changes"
    }

    private static func settle(_ effects: [Effect], _ pending: inout [ConnectionID: RequestHeader]) throws {
        for effect in effects {
            switch effect {
            case .reply(let connection, let body):
                guard let header = pending.removeValue(forKey: connection) else { continue }
                #expect(body.api == header.api)
                let frame = AnswerFrame.bytes(body, header)
                var reader = ProtocolReader(frame, from: 4)
                _ = try header.readResponseHeader(from: &reader)
                _ = try ResponseBody.read(header.api, version: header.version, from: &reader)
                try reader.expectEnd()
            case .done(let connection), .close(let connection, _):
                pending[connection] = nil
            }
        }
    }

    private static func truncateLogs(_ broker: Broker, _ time: Int64) {
        var request = DeleteRecordsRequest()
        request.topics = ["t0", "t1", "t2", "t-compact", "unknown", "größe"].map { name in
            var topic = DeleteRecordsRequest.DeleteRecordsTopic()
            topic.name = name
            topic.partitions = (0..<8).map { index in
                var partition = DeleteRecordsRequest.DeleteRecordsPartition()
                partition.partitionIndex = Int32(index)
                partition.offset = -1
                return partition
            }
            return topic
        }
        let header = RequestHeader(api: .deleteRecords, version: 2, correlationID: 0)
        let body = RequestBody.deleteRecords(request)
        _ = broker.handle(Request(connection: ConnectionID(1_000), header: header, body: body), at: time)
    }

    /// Sends frames over sockets, by clients of which some are slow, some stop in the middle, some never read.
    static func runSockets(_ broker: EmbeddedBroker, seed: UInt64, requests: Int) {
        var mutation = RequestMutation(seed: seed)
        var clients: [ProtocolClient] = []
        for _ in 0..<requests {
            if clients.count < 10, let client = try? ProtocolClient(broker.bootstrapServers, timeoutMs: 5) {
                clients.append(client)
            }
            guard !clients.isEmpty else { continue }
            let index = mutation.number(0...clients.count - 1)
            let bytes = mutation.onTheWire(mutation.next())
            let isAlive = send(bytes, to: clients[index], &mutation)
            if !isAlive || mutation.number(0...50) == 0 { clients.remove(at: index) }
        }
    }

    private static func send(_ bytes: [UInt8], to client: ProtocolClient, _ mutation: inout RequestMutation) -> Bool {
        do throws(ProtocolClient.Failure) {
            switch mutation.number(0...9) {
            case 0:
                // In two parts, or only the first of them.
                let cut = mutation.number(0...bytes.count)
                try client.send(bytes: Array(bytes[..<cut]))
                if mutation.number(0...1) == 0 { try client.send(bytes: Array(bytes[cut...])) }
            case 1: client.endSending()
            default: try client.send(bytes: bytes)
            }
            if mutation.number(0...2) == 0 { _ = try client.receiveFrame() }
            return true
        } catch {
            return error == .timedOut
        }
    }
}
