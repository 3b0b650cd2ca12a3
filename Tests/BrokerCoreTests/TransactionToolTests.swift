import KafkaProtocol
import Testing

@testable import BrokerCore

/// The requests behind `kafka-transactions.sh`.
@Suite struct TransactionToolTests {
    private static func describe(_ world: TransactionWorld, _ ids: [String])
        -> [DescribeTransactionsResponse.TransactionState]
    {
        var message = DescribeTransactionsRequest()
        message.transactionalIds = ids
        guard
            case .describeTransactions(let answer)? = world.ask(
                .describeTransactions, 0, .describeTransactions(message))
        else { return [] }
        return answer.transactionStates
    }

    private static func list(_ world: TransactionWorld, _ fill: (inout ListTransactionsRequest) -> Void)
        -> ListTransactionsResponse
    {
        var message = ListTransactionsRequest()
        fill(&message)
        guard case .listTransactions(let answer)? = world.ask(.listTransactions, 2, .listTransactions(message)) else {
            return ListTransactionsResponse()
        }
        return answer
    }

    @Test("description of an open transaction, of an unknown id and of none")
    func description() {
        let world = TransactionWorld()
        let producer = world.initialize("x", timeoutMs: 4_000).producer
        _ = world.add([2, 0], to: "x", producer)
        _ = world.addOffsets(of: "my-group", to: "x", producer)
        let states = Self.describe(world, ["x", "y", ""])
        #expect(
            states.map(\.errorCode) == [
                0, ErrorCode.transactionalIdNotFound.rawValue, ErrorCode.invalidRequest.rawValue,
            ])
        #expect(states.map(\.transactionalId) == ["x", "y", ""])
        let state = states[0]
        #expect(state.transactionState == "Ongoing" && state.transactionTimeoutMs == 4_000)
        #expect(state.producerId == producer.id && state.producerEpoch == 0)
        #expect(state.transactionStartTimeMs == world.now)
        #expect(state.topics.map(\.topic) == ["__consumer_offsets", "t"])
        #expect(state.topics.last?.partitions == [0, 2])
    }

    @Test("a group's partition of offsets is the one that Kafka shows")
    func offsetsPartition() {
        // String.hashCode of the Java language, sign cut off, modulo 50.
        #expect(Broker.offsetsPartition(of: "") == 0)
        #expect(Broker.offsetsPartition(of: "my-group") == 36)
        #expect(Broker.offsetsPartition(of: "polygenelubricants") == 0, "its hash is the smallest number")
    }

    @Test("lists by state, producer, duration and pattern")
    func list() {
        let world = TransactionWorld()
        let first = world.initialize("a-1").producer
        _ = world.add([0], to: "a-1", first)
        world.wait(100)
        let second = world.initialize("b-2").producer
        _ = world.add([1], to: "b-2", second)
        _ = world.end("b-2", second, committed: true)
        _ = world.initialize("b-3")
        func ids(_ fill: (inout ListTransactionsRequest) -> Void) -> [String] {
            Self.list(world, fill).transactionStates.map(\.transactionalId)
        }
        #expect(ids { _ in } == ["a-1", "b-2", "b-3"])
        #expect(ids { $0.stateFilters = ["Ongoing", "Empty"] } == ["a-1", "b-3"])
        #expect(ids { $0.stateFilters = ["Odd"] } == [])
        #expect(Self.list(world) { $0.stateFilters = ["Odd", "Empty"] }.unknownStateFilters == ["Odd"])
        #expect(ids { $0.producerIdFilters = [second.id, 99] } == ["b-2"])
        #expect(
            ids {
                $0.durationFilter = 99; $0.stateFilters = ["Ongoing"]
            } == ["a-1"])
        #expect(
            ids {
                $0.durationFilter = 100; $0.stateFilters = ["Ongoing"]
            } == [])
        #expect(ids { $0.transactionalIdPattern = "b-.*" } == ["b-2", "b-3"])
        #expect(ids { $0.transactionalIdPattern = "b" } == [], "the whole id")
        #expect(ids { $0.transactionalIdPattern = "" } == ["a-1", "b-2", "b-3"])
        let bad = Self.list(world) { $0.transactionalIdPattern = "b-(" }
        #expect(bad.errorCode == ErrorCode.invalidRegularExpression.rawValue && bad.transactionStates.isEmpty)
        #expect(
            Self.list(world) { _ in }.transactionStates.map(\.transactionState) == [
                "Ongoing", "CompleteCommit", "Empty",
            ])
    }

    @Test("markers from outside end a hanging transaction; stale ones are refused")
    func markers() {
        let world = TransactionWorld()
        let producer = world.initialize("x").producer
        _ = world.add([0], to: "x", producer)
        _ = world.produce("v", 0, "x", producer, sequence: 0)
        func write(
            _ epoch: Int16, coordinator: Int32 = 0, _ partition: Int32 = 0, producer id: Int64? = nil,
            transactionVersion: Int8 = 0
        ) -> ErrorCode {
            var topic = WriteTxnMarkersRequest.WritableTxnMarkerTopic()
            topic.name = "t"
            topic.partitionIndexes = [partition]
            var marker = WriteTxnMarkersRequest.WritableTxnMarker()
            marker.producerId = id ?? producer.id
            marker.producerEpoch = epoch
            marker.coordinatorEpoch = coordinator
            marker.transactionVersion = transactionVersion
            marker.topics = [topic]
            var message = WriteTxnMarkersRequest()
            message.markers = [marker]
            guard case .writeTxnMarkers(let answer)? = world.ask(.writeTxnMarkers, 2, .writeTxnMarkers(message)) else {
                return .networkException
            }
            return ErrorCode(rawValue: answer.markers[0].topics[0].partitions[0].errorCode)
        }
        #expect(write(-1) == .invalidRequest)
        #expect(write(0, producer: -1) == .invalidRequest)
        #expect(write(0, 3) == .unknownTopicOrPartition)
        #expect(write(0, transactionVersion: 2) == .invalidProducerEpoch, "there a marker has a higher epoch")
        #expect(world.read(0, committed: true).lastStable == 0)
        #expect(write(0, coordinator: 5) == .none)
        #expect(world.read(0, committed: true) == .init(values: [], lastStable: 2, end: 2))
        #expect(write(0, coordinator: 4) == .transactionCoordinatorFenced)
        #expect(write(2, coordinator: 5) == .none)
        #expect(write(1, coordinator: 5) == .invalidProducerEpoch)
        #expect(write(2, coordinator: 5, transactionVersion: 2) == .none, "the same one once more")
        #expect(write(7, producer: 77) == .none, "of a producer that the log does not know")
    }

    @Test(
        "patterns against whole ids",
        arguments: [
            ("abc", ["abc"], ["ab", "abcd", ""]), ("", [""], ["a"]), (".*", ["", "abc", "é"], ["a\nb"]),
            ("a|bc|", ["a", "bc", ""], ["b", "ab"]), ("(a|b)+c?", ["a", "abba", "bc"], ["", "c", "cc"]),
            ("a{2}", ["aa"], ["a", "aaa"]), ("a{2,}", ["aa", "aaaa"], ["a"]), ("a{1,3}", ["a", "aaa"], ["", "aaaa"]),
            ("[a-c_]x[^0-9]", ["axb", "_x-"], ["dxb", "ax1"]), ("[]a]", ["]", "a"], ["b"]),
            ("[a-]", ["a", "-"], ["b"]),
            (#"\d+\.\w\s"#, ["12.a "], ["12xa ", "12.a"]), (#"\D\W\S"#, ["a-b"], ["1-b"]), ("^ab$", ["ab"], ["b"]),
            ("a^b", [], ["ab"]), ("(?:ab)*", ["", "abab"], ["aba"]), ("a.*?b", ["ab", "axxb"], ["a"]),
            ("a{x}", ["a{x}"], ["a"]), ("{", ["{"], [""]), ("(a*)*b", ["b", "aab"], ["aac"]),
            (#"app-[0-9]{1,2}-(orders|payments)"#, ["app-7-orders", "app-12-payments"], ["app-123-orders"]),
        ] as [(String, [String], [String])])
    func patterns(text: String, matching: [String], others: [String]) throws {
        let pattern = try #require(TransactionalIDPattern(text))
        for id in matching { #expect(pattern.matches(id), "\(text) on \(id)") }
        for id in others { #expect(!pattern.matches(id), "\(text) on \(id)") }
    }

    @Test(
        "what is no pattern, or too large a one",
        arguments: [
            "(", ")", "a)", "[a", "[", "*", "+a", "a**", "a{2}{3}", "a{3,2}", "a{1001}", "a{999999999999999999999}",
            #"\"#, #"\q"#, "[z-a]", "(?=a)", String(repeating: "(", count: 60) + String(repeating: ")", count: 60),
            "(((a{100}){100}){100})", "(((((){1000}){1000}){1000}){1000}){1000}", "(a{1000}){1000}",
        ])
    func noPatterns(text: String) {
        #expect(TransactionalIDPattern(text) == nil)
    }

    @Test("a pattern that makes backtracking engines run for ages takes no time to speak of")
    func bounded() throws {
        let pattern = try #require(TransactionalIDPattern("(a|a)*(a*)*(a|aa)+b"))
        #expect(!pattern.matches(String(repeating: "a", count: 2_000)))
    }
}
