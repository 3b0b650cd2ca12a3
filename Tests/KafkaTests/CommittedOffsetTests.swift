import Kafka
import Testing

/// What a consumer makes of answers about its group's offsets: "no offset" only where the coordinator said so.
@Suite(.serialized) struct CommittedOffsetAnswers {
    private let partition = TopicPartition(topic: "in", partition: 0)

    private func committed(_ codes: [KafkaError.Code]) throws -> [TopicPartition: Int64] {
        let cluster = try MockCluster()
        cluster.createTopic("in", partitions: 1)
        cluster.fail(.fetchOffsets, with: codes)
        let consumer = try Consumer(
            ClientConfiguration(
                bootstrapServers: cluster.bootstrap, clientID: "mock", properties: ["retry.backoff.ms": "10"]),
            group: "group")
        defer { consumer.close() }
        return try consumer.committed([partition], timeoutMilliseconds: 10_000)
    }

    @Test(
        "a passing error is waited out",
        arguments: [KafkaError.Code.coordinatorLoading, .notCoordinator, .unstableOffsetCommit])
    func passing(code: KafkaError.Code) throws {
        #expect(try committed(Array(repeating: code, count: 5)) == [:])
    }

    @Test("another error is an error, not the absence of an offset")
    func lasting() {
        let error = #expect(throws: KafkaError.self) { try committed([.groupAuthorizationFailed]) }
        #expect(error?.code == .groupAuthorizationFailed)
    }

    @Test("a cluster that does not answer is a timeout, not the absence of an offset")
    func silence() throws {
        let consumer = try Consumer(
            ClientConfiguration(bootstrapServers: "127.0.0.1:1", clientID: "mock", log: { _, _, _ in }), group: "group")
        defer { consumer.close() }
        let error = #expect(throws: KafkaError.self) { try consumer.committed([partition], timeoutMilliseconds: 200) }
        #expect(error?.code == .timedOut)
    }
}
