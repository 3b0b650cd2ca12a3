import EmbeddedBroker
import Foundation
import KafkaProtocol
import Testing

/// What a broker owes its clients after `kill -9`: all that it acknowledged, nothing twice, transactions whole.
@Suite("durability", .serialized)
struct DurabilityTests {
    /// DURABILITY_CYCLES makes it more.
    private static let cycles = ProcessInfo.processInfo.environment["DURABILITY_CYCLES"].flatMap { Int($0) } ?? 50

    @Test("killed again and again, it loses nothing acknowledged, doubles nothing and tears no transaction")
    func kills() throws {
        let folder = try TemporaryFolder()
        var random = SeededRandom(1)
        var history = ClientHistory()
        for cycle in 0..<Self.cycles {
            let broker = try BrokerProcess(["--data", folder.file("data"), "--log-level", "warning"])
            if cycle == 0 {
                let client = try ProtocolClient(broker.bootstrap)
                try client.createTopic("plain")
                try client.createTopic("transactional", partitions: 2)
            }
            try history.verify(broker.bootstrap)
            let killer = Thread { [delay = Double.random(in: 0.005...0.15, using: &random)] in
                Thread.sleep(forTimeInterval: delay)
                broker.kill()
            }
            killer.start()
            try history.work(broker.bootstrap)
            _ = try broker.wait()
        }
        let broker = try BrokerProcess(["--data", folder.file("data")])
        try history.verify(broker.bootstrap)
        #expect(history.acknowledged.count > Self.cycles && history.committed.count > Self.cycles)
        print(
            "\(Self.cycles) kills: \(history.acknowledged.count) batches, \(history.committed.count) transactions,",
            "\(history.aborted) aborts, \(history.unknown) outcomes left open by a kill")
        broker.terminate()
        #expect(try broker.wait().status == 0)
    }

    @Test("a file that cannot grow ends service: no acknowledgement, connections closed, exit code 1, nothing lost")
    func fullDisk() throws {
        let folder = try TemporaryFolder()
        // Files of at most 512 KiB, and an error instead of a signal beyond.
        let broker = try BrokerProcess(["--data", folder.file("data")], before: "trap '' XFSZ; ulimit -f 1024; ")
        let client = try ProtocolClient(broker.bootstrap)
        try client.createTopic("plain")
        var acknowledged: [String] = []
        let filling = String(repeating: "x", count: 20_000)
        #expect(throws: ProtocolClient.Failure.closed) {
            for number in 0..<1_000 {
                let value = "\(number) \(filling)"
                guard try client.produce(TestRequests.produce("plain", [value])).errorCode == 0 else { return }
                acknowledged.append(value)
            }
        }
        let (status, words) = try broker.wait()
        #expect(status == 1)
        #expect(words.contains("File too large") && words.contains("nothing more is served"), "\(words)")
        #expect(!acknowledged.isEmpty)
        let next = try BrokerProcess(["--data", folder.file("data")])
        let found = try ProtocolClient(next.bootstrap).values("plain")
        #expect(found == acknowledged)
    }

    @Test("a second broker on one folder says so and ends with code 6")
    func locked() throws {
        let folder = try TemporaryFolder()
        let broker = try BrokerProcess(["--data", folder.file("data")])
        let failure = #expect(throws: BrokerProcess.Failure.self) {
            try BrokerProcess(["--data", folder.file("data")])
        }
        #expect(failure?.status == 6 && failure?.words.contains("in use by another broker") == true)
        withExtendedLifetime(broker) {}
    }

    @Test("snapshots while it serves lose nothing, over many restarts")
    func snapshots() throws {
        let folder = try TemporaryFolder()
        var settings = EmbeddedBrokerSettings()
        settings.dataFolder = folder.file("data")
        settings.segmentBytes = 8_000
        settings.snapshotMinBytes = 20_000
        let lines = LogLines()
        settings.log = lines.log
        var expected: [String] = []
        for cycle in 0..<6 {
            let broker = try EmbeddedBroker.start(settings)
            let client = try ProtocolClient(broker.bootstrapServers)
            if cycle == 0 { try client.createTopic("t", configs: ["retention.ms": "-1"]) }
            let producer = try client.initProducer()
            for number in 0..<40 {
                let value = "\(cycle)-\(number)-" + String(repeating: "v", count: 500)
                let answer = try client.produce(
                    TestRequests.produce(
                        "t", [value], producer: (producer.producerId, producer.producerEpoch, Int32(number))))
                #expect(answer.errorCode == 0)
                expected.append(value)
                #expect(try client.commitOffset("g", "t", 0, Int64(number)) == .none)
            }
            // What is deleted makes the journal larger than what is alive.
            try client.deleteRecords("t", before: Int64(expected.count) - 10)
            let kept = Array(expected.suffix(10))
            #expect(try client.values("t", from: Int64(expected.count) - 10) == kept)
            broker.stop()
            let again = try EmbeddedBroker.start(settings)
            let reader = try ProtocolClient(again.bootstrapServers)
            #expect(try reader.values("t", from: Int64(expected.count) - 10) == kept)
            #expect(try reader.committedOffset("g", "t") == 39)
            again.stop()
        }
        #expect(lines.contains("snapshot: "))
    }
}
