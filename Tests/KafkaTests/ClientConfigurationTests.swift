import BrokerTestKit
import Kafka
import Testing

/// How properties reach librdkafka, and which do not. No broker is needed.
@Suite struct ClientConfigurations {
    private func consumer(_ properties: [String: String]) -> KafkaError? {
        do throws(KafkaError) {
            let configuration = ClientConfiguration(
                bootstrapServers: "127.0.0.1:1", clientID: "test", properties: properties, log: { _, _, _ in })
            try Consumer(configuration, group: "group").close()
            return nil
        } catch {
            return error
        }
    }

    @Test("environment variables become properties")
    func environment() {
        let environment = [
            "GROWTH_KAFKA_SASL_MECHANISM": "PLAIN", "GROWTH_KAFKA_LINGER_MS": "7", "GROWTH_KAFKA_": "x",
            "GROWTH_OTHER": "x", "PATH": "/bin", "GROWTH_KAFKA_SASL_PASSWORD_FILE": "/run/secret",
        ]
        #expect(
            ClientConfiguration.properties(fromEnvironment: environment) == [
                "sasl.mechanism": "PLAIN", "linger.ms": "7",
            ])
        let withFiles = ClientConfiguration.properties(fromEnvironment: environment) { "<\($0)>\n\n" }
        #expect(withFiles == ["sasl.mechanism": "PLAIN", "linger.ms": "7", "sasl.password": "<\("/run/secret")>"])
        struct Unreadable: Error {}
        #expect(throws: Unreadable.self) {
            try ClientConfiguration.properties(fromEnvironment: environment) { _ in throw Unreadable() }
        }
    }

    @Test(
        "a property that carries a guarantee cannot be overridden",
        arguments: ClientConfiguration.reservedProperties.sorted())
    func reserved(name: String) {
        let error = consumer([name: "true"])
        #expect(error?.code == .invalidArgument)
        #expect(error?.message.contains(name) == true)
    }

    @Test("an unknown property and a bad value are refused with the property's name")
    func refused() {
        #expect(consumer(["no.such.property": "1"])?.message.contains("no.such.property") == true)
        #expect(consumer(["fetch.wait.max.ms": "soon"])?.message.contains("fetch.wait.max.ms") == true)
        #expect(consumer(["session.timeout.ms": "0"])?.message.contains("session.timeout.ms") == true)
    }

    @Test("a refused secret is not shown")
    func secret() {
        let error = consumer(["ssl.key.pem": "hunter2"])
        #expect(error?.message.contains("ssl") == true || error == nil)
        #expect(error?.message.contains("hunter2") != true)
        let password = consumer(["ssl.keystore.password.wrong": "hunter2"])
        #expect(password?.message.contains("hunter2") == false)
    }

    @Test("a caller's property overrides ours, under its other name too")
    func overrides() throws {
        let log = LatestText()
        var configuration = ClientConfiguration(
            bootstrapServers: "127.0.0.1:1", clientID: "test",
            properties: ["queue.buffering.max.ms": "77", "debug": "conf"],
            log: { _, _, message in if message.contains("queue.buffering.max.ms =") { log.set(message) } })
        try Producer(configuration).close()
        #expect(log.text?.contains("queue.buffering.max.ms = 77") == true)
        configuration.properties = ["linger.ms": "78", "debug": "conf"]
        try Producer(configuration).close()
        #expect(log.text?.contains("queue.buffering.max.ms = 78") == true)
    }

    @Test("log lines arrive with level and facility")
    func logLines() throws {
        let log = LatestText()
        let configuration = ClientConfiguration(
            bootstrapServers: "127.0.0.1:1", clientID: "test",
            log: { level, facility, message in
                if message.contains("127.0.0.1:1") { log.set("\(level) \(facility)") }
            })
        let consumer = try Consumer(configuration, group: "group")
        defer { consumer.close() }
        let batch = RecordBatch()
        consumer.assign([TopicPartition(topic: "in", partition: 0): .beginning])
        let deadline = ContinuousClock.now + .seconds(20)
        while log.text == nil, ContinuousClock.now < deadline {
            _ = try consumer.poll(into: batch, limit: 1, timeoutMilliseconds: 50)
        }
        #expect(log.text == "3 FAIL")
    }

    @Test("clients can be made, dropped and closed in any order, without a broker")
    func lifecycles() throws {
        let configuration = ClientConfiguration(bootstrapServers: "127.0.0.1:1", clientID: "test", log: { _, _, _ in })
        for close in [false, true] {
            let consumer = try Consumer(configuration, group: "group", instanceID: "node-00")
            consumer.hold(TopicPartition(topic: "in", partition: 0))
            if close {
                consumer.close()
                consumer.close()
            }
            let producer = try TransactionalProducer(configuration, transactionalID: "id")
            if close {
                producer.close()
                producer.close()
            }
            let plain = try Producer(configuration)
            if close { plain.close() }
            _ = try Admin(configuration)
            let reader = try PartitionReader(configuration)
            reader.add([TopicPartition(topic: "in", partition: 0): .offset(7)])
            if close { reader.close() }
            _ = ConsumerGroupMetadata(unfencedGroup: "group")
        }
    }
}
