import BrokerCore
import BrokerTestKit
import EmbeddedBroker
import Foundation
import Synchronization

/// A broker that behaviours are tried on.
protocol BrokerUnderTest: AnyObject, Sendable {
    /// What reports call it.
    var name: String { get }
    /// What clients connect to; the same after a restart.
    var bootstrap: String { get }
    /// Stops it and starts it again on the same data.
    func restart() throws
    /// Ends it for good.
    func stop()
}

/// Apache Kafka, with its periodic work so frequent that a test need not wait for it.
final class ApacheKafka: BrokerUnderTest {
    let name = "Apache Kafka"
    var bootstrap: String { server.bootstrap }
    private let server: KafkaServer

    init(home: String) throws {
        server = try KafkaServer(
            home: home,
            overrides: [
                "transaction.abort.timed.out.transaction.cleanup.interval.ms": "200",
                "log.initial.task.delay.ms": "0",
                "log.retention.check.interval.ms": "300",
                "log.cleaner.backoff.ms": "100",
                "log.cleaner.dedupe.buffer.size": "16777216",
            ])
    }

    func restart() throws {
        server.stop(keepingData: true)
        try server.start()
    }

    func stop() { server.stop() }
}

/// The project's own broker in this process, durable in a temporary folder, with limits as the node above has them.
final class Embedded: BrokerUnderTest {
    let name = "the embedded broker"
    let bootstrap: String
    private let settings: EmbeddedBrokerSettings
    private let folder: URL
    private let broker: Mutex<EmbeddedBroker>

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "growth-broker-\(UUID().uuidString)")
        var settings = EmbeddedBrokerSettings()
        settings.dataFolder = folder.path
        settings.configuration.transactionTimeoutScanMs = 200
        settings.configuration.retentionCheckIntervalMs = 100
        let broker = try EmbeddedBroker.start(settings)
        bootstrap = broker.bootstrapServers
        settings.port = broker.port
        self.settings = settings
        self.broker = Mutex(broker)
    }

    func restart() throws {
        try broker.withLock {
            $0.stop()
            $0 = try EmbeddedBroker.start(settings)
        }
    }

    func stop() {
        broker.withLock { $0.stop() }
        try? FileManager.default.removeItem(at: folder)
    }
}
