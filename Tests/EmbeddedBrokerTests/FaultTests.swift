import BrokerCore
import EmbeddedBroker
import Foundation
import KafkaProtocol
import Testing

@Suite("faults")
struct FaultTests {
    private static func broker(control: String? = nil) throws -> EmbeddedBroker {
        var settings = EmbeddedBrokerSettings()
        settings.seed = 1
        settings.controlPath = control
        return try EmbeddedBroker.start(settings)
    }

    private static func errorCodes(_ value: Any) -> [Int16] {
        Mirror(reflecting: value).children.flatMap { child -> [Int16] in
            if let code = child.value as? Int16, child.label?.lowercased().hasSuffix("errorcode") == true {
                return [code]
            }
            return errorCodes(child.value)
        }
    }

    @Test("each fault of the catalogue does by its name what it says", arguments: FaultCatalogue.entries.map(\.name))
    func catalogue(name: String) throws {
        let entry = try #require(FaultCatalogue.entry(named: name))
        let broker = try Self.broker()
        try ProtocolClient(broker.bootstrapServers).createTopic("t0")
        for rule in entry.rules {
            for api in rule.apis.isEmpty ? [.heartbeat] : rule.apis.sorted(by: { $0.rawValue < $1.rawValue }) {
                try Self.meet(rule, api, broker, name)
            }
        }
    }

    private static func meet(_ rule: FaultRule, _ api: ApiKey, _ broker: EmbeddedBroker, _ name: String) throws {
        broker.clearFaults()
        broker.inject(rule)
        var samples = SampleRequests(seed: 7)
        // Requests whose answer is made at once and is wanted.
        var body = samples.next(api)
        if case .produce = body { body = .produce(TestRequests.produce("t0", ["v"])) }
        if case .fetch = body { body = .fetch(TestRequests.fetch("t0")) }
        if case .metadata(var metadata) = body {
            var topic = MetadataRequest.MetadataRequestTopic()
            topic.name = "t0"
            metadata.topics = [topic]
            body = .metadata(metadata)
        }
        let version = min(api.validVersions.upperBound, 9)
        for _ in 0..<(rule.times ?? 1) {
            let client = try ProtocolClient(broker.bootstrapServers, timeoutMs: rule.action == .hold ? 100 : 30_000)
            switch rule.action {
            case .answer(let error):
                let codes = try errorCodes(client.send(body, version: version))
                #expect(codes.contains(error.rawValue), "\(name) at \(api)")
            case .closeBefore, .closeAfter:
                #expect(throws: ProtocolClient.Failure.closed, "\(name) at \(api)") {
                    try client.send(body, version: version)
                }
            case .loseAnswer, .hold:
                let hasty = try ProtocolClient(broker.bootstrapServers, timeoutMs: 100)
                #expect(throws: ProtocolClient.Failure.timedOut, "\(name) at \(api)") {
                    try hasty.send(body, version: version)
                }
            case .delay(let milliseconds):
                let start = ContinuousClock.now
                _ = try client.send(body, version: version)
                #expect(start.duration(to: .now) >= .milliseconds(milliseconds - 5), "\(name) at \(api)")
            }
        }
        #expect(broker.faults.isEmpty, "\(name)")
    }

    @Test("a lost answer of EndTxn: the transaction is committed, and the client does not know")
    func lostCommit() throws {
        let broker = try Self.broker()
        let client = try ProtocolClient(broker.bootstrapServers)
        try client.createTopic("t")
        try broker.inject(FaultScript("catalogue lost-commit-answer key=tx"))
        let session = try TransactionClient(client, id: "tx")
        try session.add("t", [0])
        try session.produce("t", 0, ["a", "b"])
        #expect(throws: ProtocolClient.Failure.closed) { try session.end(committed: true) }
        let reader = try ProtocolClient(broker.bootstrapServers)
        #expect(try reader.values("t") == ["a", "b"])
    }

    @Test("a connection closed before EndTxn is applied: the transaction is open")
    func lostRequest() throws {
        let broker = try Self.broker()
        let client = try ProtocolClient(broker.bootstrapServers)
        try client.createTopic("t")
        try broker.inject(FaultScript("catalogue lost-commit key=tx"))
        let session = try TransactionClient(client, id: "tx")
        try session.add("t", [0])
        try session.produce("t", 0, ["a", "b"])
        #expect(throws: ProtocolClient.Failure.closed) { try session.end(committed: true) }
        let reader = try ProtocolClient(broker.bootstrapServers)
        #expect(try reader.values("t") == [])
        #expect(try reader.values("t", isolation: 0) == ["a", "b"])
    }

    @Test("a batch whose acknowledgement is lost is kept once, though it is sent again")
    func lostProduce() throws {
        let broker = try Self.broker()
        let client = try ProtocolClient(broker.bootstrapServers)
        try client.createTopic("t")
        let producer = try client.initProducer()
        broker.inject(FaultRule(.closeAfter, apis: [.produce]))
        let request = TestRequests.produce(
            "t", ["once"], producer: (producer.producerId, producer.producerEpoch, 0))
        #expect(throws: ProtocolClient.Failure.closed) { try client.produce(request) }
        let again = try ProtocolClient(broker.bootstrapServers)
        let answer = try again.produce(request)
        #expect(answer.errorCode == 0 && answer.baseOffset == 0)
        #expect(try again.values("t") == ["once"])
    }

    @Test("a producer that wants no answers gets none from a fault either, but the end of its connection")
    func unanswered() throws {
        let broker = try Self.broker()
        let admin = try ProtocolClient(broker.bootstrapServers)
        try admin.createTopic("t")
        for (line, kept) in [
            ("fault api=produce error=NOT_ENOUGH_REPLICAS", false), ("freeze topic=t partition=0", false),
            ("fault api=produce close-after", true),
        ] {
            broker.clearFaults()
            try broker.inject(FaultScript(line))
            let client = try ProtocolClient(broker.bootstrapServers)
            try client.sendWithoutWaiting(
                .produce(TestRequests.produce("t", [line], acks: 0)), version: 9, isAnswered: false)
            #expect(throws: ProtocolClient.Failure.closed, "\(line)") { try client.receiveFrame() }
            broker.clearFaults()
            #expect(try admin.values("t").contains(line) == kept, "\(line)")
        }
    }

    @Test("a silent connection goes when its client does", .timeLimit(.minutes(5)))
    func silence() throws {
        let broker = try Self.broker()
        broker.inject(FaultRule(.hold, apis: [.apiVersions], clientID: "victim"))
        do {
            let victim = try ProtocolClient(broker.bootstrapServers, clientID: "victim", timeoutMs: 50)
            #expect(throws: ProtocolClient.Failure.timedOut) { try victim.isServed() }
            #expect(broker.connectionCount == 1)
        }
        let other = try ProtocolClient(broker.bootstrapServers)
        while broker.connectionCount > 1 { #expect(try other.isServed()) }
    }

    @Test("a frozen partition is refused alone, until it is thawed")
    func freeze() throws {
        let broker = try Self.broker()
        let client = try ProtocolClient(broker.bootstrapServers)
        try client.createTopic("t", partitions: 2)
        try broker.inject(FaultScript("freeze topic=t partition=1"))
        var both = TestRequests.produce("t", ["x"])
        both.topicData[0].partitionData += TestRequests.produce("t", ["y"], partition: 1).topicData[0].partitionData
        func errors() throws -> [Int32: Int16] {
            guard case .produce(let answer) = try client.send(.produce(both), version: 9) else { return [:] }
            let found = answer.responses.flatMap(\.partitionResponses).map { ($0.index, $0.errorCode) }
            return Dictionary(found) { first, _ in first }
        }
        #expect(try errors() == [0: 0, 1: ErrorCode.notLeaderOrFollower.rawValue])
        #expect(try client.values("t", 0) == ["x"])
        #expect(try client.fetch(TestRequests.fetch("t", 1)).errorCode == ErrorCode.notLeaderOrFollower.rawValue)
        #expect(try broker.inject(FaultScript("thaw topic=t partition=1")) == ["1 rules taken back"])
        #expect(try errors() == [0: 0, 1: 0])
        #expect(try client.values("t", 1) == ["y"])
    }

    @Test("a frozen partition is found by its topic's id, too")
    func freezeByID() throws {
        let broker = try Self.broker()
        let client = try ProtocolClient(broker.bootstrapServers)
        try client.createTopic("t")
        var named = MetadataRequest.MetadataRequestTopic()
        named.name = "t"
        var metadata = MetadataRequest()
        metadata.topics = [named]
        guard case .metadata(let found) = try client.send(.metadata(metadata)) else { return }
        try broker.inject(FaultScript("freeze topic=t partition=0"))
        var request = TestRequests.fetch("t")
        request.topics[0].topicId = try #require(found.topics.first?.topicId)
        guard case .fetch(let answer) = try client.send(.fetch(request), version: 13) else { return }
        #expect(answer.responses.map { $0.partitions.map(\.errorCode) } == [[6]])
    }

    @Test("an expired member is unknown to its group")
    func expire() throws {
        let broker = try Self.broker()
        let client = try ProtocolClient(broker.bootstrapServers)
        let member = try client.join("g")
        #expect(try client.heartbeat("g", member) == .none)
        #expect(throws: FaultClient.Failure.self) { try broker.inject(FaultScript("expire group=g member=other")) }
        #expect(try client.heartbeat("g", member) == .none)
        #expect(try broker.inject(FaultScript("expire group=g member=\(member.id)")) == ["\(member.id) has left"])
        #expect(try client.heartbeat("g", member) == .unknownMemberId)
        #expect(throws: FaultClient.Failure.self) { try broker.inject(FaultScript("expire group=g")) }
    }

    @Test("a fenced id's producer is refused")
    func fence() throws {
        let broker = try Self.broker()
        let client = try ProtocolClient(broker.bootstrapServers)
        try client.createTopic("t")
        let session = try TransactionClient(client, id: "tx")
        try session.add("t", [0])
        try session.produce("t", 0, ["a"])
        try session.end(committed: true)
        #expect(try broker.inject(FaultScript("fence id=tx")).count == 1)
        #expect(throws: TransactionClient.Refusal(error: .producerFenced)) { try session.add("t", [0]) }
    }

    @Test("a moved coordinator is said so many times to those who ask for that group, and to nobody else")
    func moved() throws {
        let broker = try Self.broker()
        let client = try ProtocolClient(broker.bootstrapServers)
        let member = try client.join("g")
        let other = try client.join("h")
        try broker.inject(FaultScript("fault api=heartbeat key=g times=2 error=NOT_COORDINATOR"))
        #expect(try client.heartbeat("h", other) == .none)
        let answers = try (0..<3).map { _ in try client.heartbeat("g", member) }
        #expect(answers == [.notCoordinator, .notCoordinator, .none])
    }

    @Test("the control socket takes a script, answers each line, and says what is wrong")
    func control() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("control")
        let broker = try Self.broker(control: path)
        #expect(try FaultClient.run(lines: ["catalogue lost-commit", "fault hold api=fetch"], controlPath: path) == [])
        let list = try FaultClient.run(FaultScript([.list]), controlPath: path)
        #expect(list == ["fault api=endTxn times=1 close-before seen=0", "fault api=fetch times=1 hold seen=0"])
        let failure = #expect(throws: FaultClient.Failure.self) {
            try FaultClient.run(lines: ["catalogue nonsense", "clear"], controlPath: path)
        }
        #expect(failure?.message.contains("nonsense") == true)
        #expect(broker.faults.count == 2)
        _ = try FaultClient.run(FaultScript([.clear]), controlPath: path)
        #expect(broker.faults.isEmpty)
        #expect(throws: EmbeddedBroker.StartFailure.self) { try Self.broker(control: path) }
        broker.stop()
        #expect(throws: FaultClient.Failure.self) { try FaultClient.run(FaultScript([.list]), controlPath: path) }
        // What a killed process leaves behind is no obstacle.
        let next = try Self.broker(control: path)
        #expect(try FaultClient.run(FaultScript([.list]), controlPath: path) == [])
        withExtendedLifetime(next) {}
    }
}
