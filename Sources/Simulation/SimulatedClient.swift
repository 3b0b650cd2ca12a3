import BrokerCore
import Kafka
import KafkaProtocol
import WorkerRuntime

/// The clients of one life of a process, on the simulated broker.
///
/// They keep to what librdkafka 2.0.2 does wherever the task loop can tell the difference (kafka.md 3.2 to 3.4): the join
/// and heartbeat states, held partitions, one batch of a partition in flight, what is repeated, what is abortable and
/// what is fatal. They speak typed requests: nothing is encoded but record batches and what the group's members tell
/// one another.
struct SimulatedClient: BrokerClient {
    let world: World
    let loop: LoopPlace

    /// Which loop of which life it belongs to.
    struct LoopPlace {
        let life: Life
        let stage: Int
    }

    func makeConsumer(
        clientID: String, group: String, instanceID: String?, settings: ConsumerSettings
    ) throws -> SimulatedConsumer {
        try world.enter(loop.life)
        return SimulatedConsumer(
            world, loop, clientID: clientID, group: group, instanceID: instanceID, settings: settings)
    }

    func makeProducer(
        clientID: String, transactionalID: String, settings: ProducerSettings, stop: @escaping () -> Bool
    ) throws -> SimulatedProducer {
        try world.enter(loop.life)
        return SimulatedProducer(
            world, loop, clientID: clientID, transactionalID: transactionalID, settings: settings, stop: stop)
    }

    func makeReader(clientID: String) throws -> SimulatedReader {
        try world.enter(loop.life)
        return SimulatedReader(world, loop, clientID: clientID)
    }
}

/// What a client does by itself, without the application: in librdkafka a thread of its own.
class BackgroundClient {
    let life: Life
    /// Nothing happens any more.
    var isClosed = false

    init(_ life: Life) { self.life = life }

    /// When time alone gives it something to do; `.max` if nothing does.
    var nextDeadline: Int64 { .max }

    func serve() {}
}

extension KafkaError.Code {
    init(_ error: ErrorCode) { self.init(rawValue: Int32(error.rawValue)) }
}
