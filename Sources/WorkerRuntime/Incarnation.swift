import Kafka
import Schemas

/// The clients of one life of a loop, from a fatal error to the next.
final class Incarnation<Client: BrokerClient> {
    let consumer: Client.Consumer
    let producer: Client.Producer
    let globals: GlobalReader<Client.Reader>
    let restorer: Restorer<Client.Reader>
    private let stage: String
    private let topics: [String: Client.Producer.Topic]
    private let forgetsDoomedSends: Bool
    /// Reused for every record that is sent.
    private var headers = RecordHeaders()

    /// Connects: global tables whole, then the producer with its predecessor fenced, then the consumer.
    init(
        _ settings: LoopConfiguration, client: Client, tables: GlobalTables, stop: StopFlag
    ) throws {
        let declaration = settings.declaration
        stage = declaration.group
        globals = try GlobalReader(declaration.globalTables, tables: tables) {
            try client.makeReader(clientID: settings.memberID)
        }
        try globals.readWhole(stop: stop)

        producer = try client.makeProducer(
            clientID: settings.memberID, transactionalID: settings.memberID, settings: Self.producing(settings),
            stop: { stop.isImmediate })
        let outputs =
            declaration.outputs + [declaration.changelog, declaration.deadLetters, Topics.executions.declaration]
        try producer.warm(outputs.map(\.name))
        try producer.track([declaration.changelog.name])
        var topics: [String: Client.Producer.Topic] = [:]
        for topic in outputs { topics[topic.name] = try producer.topicHandle(topic.name) }
        self.topics = topics
        // Planted: a predecessor's open transaction, and the predecessor itself, are left alone.
        if !settings.plantedFaults.contains(.skipInitTransactions) {
            // Ends what a dead predecessor left open, before any committed offset is read.
            try producer.initTransactions()
        }

        consumer = try client.makeConsumer(
            clientID: settings.memberID, group: declaration.group,
            instanceID: settings.isStaticMember ? settings.memberID : nil, settings: Self.consuming(settings))
        restorer = Restorer(
            changelog: declaration.changelog.name, reader: try client.makeReader(clientID: settings.memberID),
            plantedFaults: settings.plantedFaults)
        forgetsDoomedSends = settings.plantedFaults.contains(.forgetDoomedSend)
    }

    private static func producing(_ settings: LoopConfiguration) -> ProducerSettings {
        var producing = ProducerSettings()
        producing.transactionTimeoutMilliseconds = settings.transactionTimeoutMilliseconds
        producing.lingerMilliseconds = 2
        return producing
    }

    private static func consuming(_ settings: LoopConfiguration) -> ConsumerSettings {
        var consuming = ConsumerSettings()
        consuming.sessionTimeoutMilliseconds = settings.sessionTimeoutMilliseconds
        consuming.fetchWaitMilliseconds = 100
        consuming.queuedMinMessages = 20_000
        consuming.autoOffsetReset = .error
        return consuming
    }

    /// Adds a record to the open transaction.
    func send(_ record: OutputRecord) throws {
        guard let topic = topics[record.topic.name] else {
            throw RuntimeFailure.undeclaredOutput(stage: stage, topic: record.topic.name)
        }
        headers.removeAll()
        for header in record.headers { headers.append(header) }
        do {
            try unsafe producer.send(
                to: topic, partition: record.partition, key: record.key?.span.bytes, value: record.value?.span.bytes,
                headers: headers, timestampMilliseconds: record.timestamp)
        } catch let failure as TransactionError {
            // Planted: the transaction goes on without the record.
            if !forgetsDoomedSends { throw failure }
        }
    }

    func close() {
        consumer.close()
        producer.close()
        globals.close()
        restorer.close()
    }
}
