import BrokerCore
import EmbeddedBroker
import Foundation
import KafkaProtocol
import Testing

@Suite("fuzzing", .serialized)
struct FuzzTests {
    /// How many requests there are in all; FUZZ_REQUESTS makes it more.
    private static let requests = ProcessInfo.processInfo.environment["FUZZ_REQUESTS"].flatMap { Int($0) } ?? 50_000

    @Test("damaged and strange requests never stop the core, and its changes always make it again", arguments: 1...4)
    func core(seed: UInt64) throws {
        let outcome = try BrokerFuzzer.runCore(seed: seed, requests: Self.requests / 4)
        #expect(outcome.handled > Self.requests / 10 && outcome.refused > Self.requests / 40)
        #expect(outcome.kinds.count == ApiKey.allCases.count)
        #expect(outcome.residentAfter - outcome.residentBefore < 400 << 20)
        print(
            "seed \(seed): \(outcome.handled) handled, \(outcome.refused) refused, VmRSS",
            "\(outcome.residentBefore >> 20) MiB before, \(outcome.residentAfter >> 20) MiB after")
    }

    @Test("damaged requests over sockets never stop a broker, and a healthy client is served", arguments: 1...2)
    func sockets(seed: UInt64) throws {
        var settings = EmbeddedBrokerSettings()
        settings.configuration = BrokerFuzzer.configuration
        settings.requestMaxBytes = 1 << 20
        settings.connectionMaxIdleMs = 500
        settings.seed = seed
        let broker = try EmbeddedBroker.start(settings)
        let before = ProcessMemory.residentBytes
        BrokerFuzzer.runSockets(broker, seed: seed, requests: Self.requests / 20)
        let healthy = try ProtocolClient(broker.bootstrapServers)
        #expect(try healthy.isServed())
        #expect(broker.requestCount > Self.requests / 100)
        // Its own settings, since the broker's may have been altered.
        try healthy.createTopic(
            "healthy",
            configs: [
                "min.insync.replicas": "1", "max.message.bytes": "1000000", "retention.ms": "-1",
                "retention.bytes": "-1", "cleanup.policy": "delete",
            ])
        #expect(try healthy.produce(TestRequests.produce("healthy", ["v"])).errorCode == 0)
        #expect(try healthy.values("healthy") == ["v"])
        #expect(ProcessMemory.residentBytes - before < 400 << 20)
    }
}
