import BrokerTestKit
import Foundation
import Kafka
import Testing

/// The tests that need Apache Kafka: they run where `KAFKA_HOME` is set, all on one node, one after another.
@Suite(.serialized, .apacheKafka, .enabled(if: KafkaServer.home != nil, "KAFKA_HOME is not set"))
enum ApacheKafka {}

/// Starts a node around a suite and stops it afterwards.
struct ApacheKafkaTrait: SuiteTrait, TestScoping {
    @TaskLocal static var server: KafkaServer?

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        guard let home = KafkaServer.home else { return }
        let server = try KafkaServer(home: home)
        defer { server.stop() }
        try await Self.$server.withValue(server) { try await function() }
    }
}

extension Trait where Self == ApacheKafkaTrait {
    static var apacheKafka: Self { Self() }
}

extension Bench {
    init() throws { try self.init(server: try #require(ApacheKafkaTrait.server)) }

    init(server: KafkaServer) throws { try self.init(bootstrap: server.bootstrap) }

    /// The bytes of a topic's log on the node's disk, indexes left out.
    func logByteCount(_ topic: String) throws -> Int {
        let data = try #require(ApacheKafkaTrait.server).folder.appending(path: "data")
        var count = 0
        for case let folder in try FileManager.default.contentsOfDirectory(at: data, includingPropertiesForKeys: nil)
        where folder.lastPathComponent.hasPrefix("\(topic)-") {
            for file in try FileManager.default.contentsOfDirectory(
                at: folder, includingPropertiesForKeys: [.fileSizeKey])
            where file.pathExtension == "log" {
                count += try file.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0
            }
        }
        return count
    }
}
