import BrokerCore
import EmbeddedBroker
import Foundation
import KafkaProtocol
import Testing

@Suite("connections")
struct ConnectionTests {
    private static func broker(
        _ lines: LogLines = LogLines(), _ change: (inout EmbeddedBrokerSettings) -> Void = { _ in }
    ) throws -> EmbeddedBroker {
        var settings = EmbeddedBrokerSettings()
        settings.log = lines.log
        settings.seed = 1
        change(&settings)
        return try EmbeddedBroker.start(settings)
    }

    private static func frame(_ body: [UInt8]) -> [UInt8] {
        let count = UInt32(body.count)
        return [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: count >> UInt32($0)) } + body
    }

    /// Api, version, correlation id, no client id.
    private static func header(_ api: Int16, _ version: Int16, _ correlation: Int32 = 7) -> [UInt8] {
        var writer = ProtocolWriter()
        writer.int16(api)
        writer.int16(version)
        writer.int32(correlation)
        writer.int16(-1)
        return writer.bytes
    }

    @Test("a broker serves as soon as it has started, and not after it has stopped")
    func life() throws {
        let broker = try Self.broker()
        let client = try ProtocolClient(broker.bootstrapServers)
        #expect(try client.isServed())
        broker.stop()
        broker.stop()
        #expect(broker.waitUntilStopped() == nil)
        #expect(throws: ProtocolClient.Failure.closed) { try client.send(.apiVersions(ApiVersionsRequest())) }
        #expect(throws: ProtocolClient.Failure.self) { try ProtocolClient(broker.bootstrapServers) }
    }

    @Test("an address in use is an error")
    func inUse() throws {
        let broker = try Self.broker()
        #expect(throws: EmbeddedBroker.StartFailure.self) { try Self.broker { $0.port = broker.port } }
        #expect(throws: EmbeddedBroker.StartFailure.self) { try Self.broker { $0.host = "no.such.host" } }
        withExtendedLifetime(broker) {}
    }

    @Test("requests sent at once are answered in their order, slow ones too")
    func order() throws {
        let broker = try Self.broker()
        let client = try ProtocolClient(broker.bootstrapServers)
        try client.createTopic("t")
        // Each fetch waits for data, which only the produce behind it could bring: so its time must pass first.
        var expected: [ApiKey] = []
        for number in 0..<20 {
            try client.sendWithoutWaiting(.fetch(TestRequests.fetch("t", from: Int64(number), waitMs: 5)), version: 12)
            try client.sendWithoutWaiting(.produce(TestRequests.produce("t", ["v\(number)"])), version: 9)
            try client.sendWithoutWaiting(.apiVersions(ApiVersionsRequest()))
            expected += [.fetch, .produce, .apiVersions]
        }
        // `receive` checks correlation ids.
        #expect(try expected.map { _ in try client.receive().api } == expected)
    }

    @Test("a request in pieces of one byte is a request")
    func bytewise() throws {
        let broker = try Self.broker()
        let client = try ProtocolClient(broker.bootstrapServers)
        for byte in Self.frame(Self.header(18, 0)) { try client.send(bytes: [byte]) }
        #expect(try client.receiveFrame().prefix(6) == [0, 0, 0, 7, 0, 0])
    }

    @Test("a client that ends its half gets the answers to what it asked")
    func halfClosed() throws {
        let broker = try Self.broker()
        let client = try ProtocolClient(broker.bootstrapServers)
        try client.createTopic("t")
        try client.sendWithoutWaiting(.fetch(TestRequests.fetch("t", waitMs: 50)), version: 12)
        try client.sendWithoutWaiting(.apiVersions(ApiVersionsRequest()))
        client.endSending()
        #expect(try client.receive().api == .fetch)
        #expect(try client.receive().api == .apiVersions)
        #expect(throws: ProtocolClient.Failure.closed) { try client.receiveFrame() }
    }

    @Test("acks=0 has no answer, and what comes next is answered")
    func noAnswer() throws {
        let broker = try Self.broker()
        let client = try ProtocolClient(broker.bootstrapServers)
        try client.createTopic("t")
        for number in 0..<50 {
            try client.sendWithoutWaiting(
                .produce(TestRequests.produce("t", ["\(number)"], acks: 0)), version: 9, isAnswered: false)
        }
        #expect(try client.values("t") == (0..<50).map { "\($0)" })
    }

    @Test("ApiVersions of an unknown version is answered in version 0 with the range that would do")
    func unknownVersion() throws {
        let broker = try Self.broker()
        let client = try ProtocolClient(broker.bootstrapServers)
        for version in [99, Int16.max, -1] {
            try client.send(bytes: Self.frame(Self.header(18, version) + [1, 2, 3]))
            var reader = ProtocolReader(try client.receiveFrame())
            #expect(try reader.int32() == 7)
            let answer = try ApiVersionsResponse(from: &reader, version: 0)
            #expect(reader.remaining == 0)
            #expect(answer.errorCode == ErrorCode.unsupportedVersion.rawValue)
            #expect(answer.apiKeys.map(\.apiKey) == [18])
            #expect(answer.apiKeys.map(\.maxVersion) == [ApiVersionsRequest.validVersions.upperBound])
        }
        #expect(try client.isServed())
    }

    @Test("bytes behind a request's body are passed over, as Kafka does")
    func bytesBehind() throws {
        let broker = try Self.broker()
        let client = try ProtocolClient(broker.bootstrapServers)
        try client.send(bytes: Self.frame(Self.header(18, 0) + [1, 2, 3]))
        #expect(try client.receiveFrame().prefix(6) == [0, 0, 0, 7, 0, 0])
    }

    @Test(
        "what is no request ends its connection with a reason, and no other",
        arguments: [
            ([0xff, 0xff, 0xff, 0xff], "a frame's length is -1"),
            ([0x7f, 0xff, 0xff, 0xff], "more than the"),
            (Self.frame([]), "truncated"), (Self.frame([0]), "truncated"),
            (Self.frame(Self.header(999, 0)), "unknownApi(999)"),
            (Self.frame(Self.header(3, 99)), "unsupportedVersion"),
            (Self.frame(Self.header(3, 1)), "truncated"),
            (Array("GET / HTTP/1.1\r\n\r\n".utf8), "more than the"),
            (Self.frame([0, 18, 0, 0, 0, 0, 0, 7, 0, 200]), "truncated"),
        ] as [([UInt8], String)])
    func garbage(bytes: [UInt8], reason: String) throws {
        let lines = LogLines()
        let broker = try Self.broker(lines)
        let healthy = try ProtocolClient(broker.bootstrapServers)
        _ = try healthy.send(.apiVersions(ApiVersionsRequest()))
        let client = try ProtocolClient(broker.bootstrapServers)
        try client.send(bytes: bytes)
        #expect(throws: ProtocolClient.Failure.closed) { try client.receiveFrame() }
        #expect(lines.contains(reason), "\(lines.all)")
        #expect(try healthy.isServed())
    }

    @Test("requests before a bad one are answered")
    func answeredBefore() throws {
        let broker = try Self.broker()
        let client = try ProtocolClient(broker.bootstrapServers)
        try client.sendWithoutWaiting(.apiVersions(ApiVersionsRequest()))
        #expect(try client.receive().api == .apiVersions)
        try client.send(bytes: Self.frame([1]))
        #expect(throws: ProtocolClient.Failure.closed) { try client.receiveFrame() }
    }

    @Test("the limit of a request's size is the configured one")
    func oversize() throws {
        let lines = LogLines()
        let broker = try Self.broker(lines) { $0.requestMaxBytes = 2_000 }
        let client = try ProtocolClient(broker.bootstrapServers)
        try client.createTopic("t")
        let small = String(repeating: "x", count: 1_800)
        #expect(try client.produce(TestRequests.produce("t", [small])).errorCode == 0)
        let large = String(repeating: "x", count: 2_000)
        #expect(throws: ProtocolClient.Failure.closed) { try client.produce(TestRequests.produce("t", [large])) }
        #expect(lines.contains("more than the 2000 allowed"), "\(lines.all)")
    }

    @Test("a length alone takes no memory")
    func promised() throws {
        // A process of its own, so that no other test counts.
        let broker = try BrokerProcess([])
        var clients: [ProtocolClient] = []
        let before = broker.residentBytes
        for _ in 0..<50 {
            let client = try ProtocolClient(broker.bootstrap)
            try client.send(bytes: [0x06, 0x3f, 0xff, 0xff, 1, 2, 3])
            clients.append(client)
        }
        let healthy = try ProtocolClient(broker.bootstrap)
        #expect(try healthy.isServed())
        // The lengths say 5 GB.
        #expect(broker.residentBytes - before < 50 << 20)
        withExtendedLifetime(clients) {}
    }

    @Test("a thousand connections are served, and one too many is closed")
    func many() throws {
        let lines = LogLines()
        let broker = try Self.broker(lines) { $0.connectionLimit = 1_000 }
        // Two descriptors a connection, both ends in this process.
        DescriptorLimit.raise()
        let clients = try (0..<1_000).map { _ in try ProtocolClient(broker.bootstrapServers) }
        for _ in 0..<2 {
            for client in clients { try client.sendWithoutWaiting(.apiVersions(ApiVersionsRequest())) }
            for client in clients { #expect(try client.receive().api == .apiVersions) }
        }
        #expect(broker.connectionCount == 1_000)
        let extra = try ProtocolClient(broker.bootstrapServers)
        #expect(throws: ProtocolClient.Failure.closed) { try extra.receiveFrame() }
        #expect(lines.contains("refused: there are 1000"))
    }

    @Test("idle clients and those that never end a request are closed, busy ones stay", .timeLimit(.minutes(5)))
    func idle() throws {
        let lines = LogLines()
        let broker = try Self.broker(lines) { $0.connectionMaxIdleMs = 300 }
        let idle = try ProtocolClient(broker.bootstrapServers)
        let loris = try ProtocolClient(broker.bootstrapServers)
        let busy = try ProtocolClient(broker.bootstrapServers)
        try loris.send(bytes: [0, 0, 1, 0])
        var open = true
        while open {
            _ = try busy.send(.apiVersions(ApiVersionsRequest()))
            do { try loris.send(bytes: [1]) } catch { open = false }
            Thread.sleep(forTimeInterval: 0.02)
        }
        #expect(throws: ProtocolClient.Failure.closed) { try idle.receiveFrame() }
        #expect(try busy.isServed())
        #expect(lines.contains("idle for more than 300 ms") && lines.contains("to arrive"), "\(lines.all)")
    }

    @Test("a slow reader holds its own answers back and nobody else's, in bounded memory")
    func slowReader() throws {
        let broker = try BrokerProcess(["--message-max-bytes", "\(4 << 20)"])
        let slow = try ProtocolClient(broker.bootstrap)
        try slow.createTopic("t")
        let value = String(repeating: "v", count: 2 << 20)
        for _ in 0..<4 { #expect(try slow.produce(TestRequests.produce("t", [value])).errorCode == 0) }
        let before = broker.residentBytes
        // 24 answers of 8 MiB are asked for and none is read.
        for _ in 0..<24 { try slow.sendWithoutWaiting(.fetch(TestRequests.fetch("t")), version: 12) }
        let other = try ProtocolClient(broker.bootstrap)
        for _ in 0..<100 { #expect(try other.isServed()) }
        #expect(broker.residentBytes - before < 60 << 20)
        for _ in 0..<24 {
            guard case .fetch(let answer) = try slow.receive() else {
                Issue.record("another answer")
                return
            }
            #expect(answer.responses[0].partitions[0].records?.byteCount ?? 0 > 8 << 20)
        }
    }

    @Test("answers that nobody reads end the slowest connection before memory does", .timeLimit(.minutes(5)))
    func boundedOutput() throws {
        let lines = LogLines()
        let broker = try Self.broker(lines) {
            $0.configuration.maxMessageBytes = 4 << 20
            $0.bufferMaxBytes = 40 << 20
        }
        let client = try ProtocolClient(broker.bootstrapServers)
        try client.createTopic("t")
        let value = String(repeating: "v", count: 2 << 20)
        for _ in 0..<8 { try client.produce(TestRequests.produce("t", [value])) }
        let readers = try (0..<6).map { _ in try ProtocolClient(broker.bootstrapServers) }
        for reader in readers { try reader.sendWithoutWaiting(.fetch(TestRequests.fetch("t")), version: 12) }
        while !lines.contains("wait to be read take more than") {
            _ = try client.send(.apiVersions(ApiVersionsRequest()))
        }
        let served = readers.filter { (try? $0.receive())?.api == .fetch }
        #expect((1...2).contains(served.count))
    }
}
