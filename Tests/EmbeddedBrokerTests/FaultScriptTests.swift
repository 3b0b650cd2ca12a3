import BrokerCore
import KafkaProtocol
import Testing

@Suite("fault scripts")
struct FaultScriptTests {
    @Test(
        "a line is read, and written back as it reads",
        arguments: [
            (
                "fault api=endTxn client=w-1 skip=2 times=1 close-after",
                .rule(FaultRule(.closeAfter, apis: [.endTxn], clientID: "w-1", skipped: 2))
            ),
            (
                "fault api=JOINGROUP,heartbeat key=orders times=3 error=NOT_COORDINATOR",
                .rule(FaultRule(.answer(.notCoordinator), apis: [.joinGroup, .heartbeat], key: "orders", times: 3))
            ),
            ("fault error=15", .rule(FaultRule(.answer(.coordinatorNotAvailable)))),
            ("fault delay=500 times=always", .rule(FaultRule(.delay(milliseconds: 500), times: nil))),
            ("fault lose-answer", .rule(FaultRule(.loseAnswer))),
            ("fault hold", .rule(FaultRule(.hold))), ("fault close-before", .rule(FaultRule(.closeBefore))),
            (
                #"fault client="a b\"c\\" key="" hold"#, .rule(FaultRule(.hold, clientID: #"a b"c\"#, key: ""))
            ),
            (
                "freeze topic=orders partition=0",
                .rule(
                    FaultRule(
                        .answer(.notLeaderOrFollower), apis: [.produce, .fetch],
                        partition: TopicPartition("orders", 0), times: nil))
            ),
            (
                "freeze topic=orders partition=1 hold",
                .rule(
                    FaultRule(.hold, apis: [.produce, .fetch], partition: TopicPartition("orders", 1), times: nil))
            ),
            ("thaw topic=orders partition=0", .thaw(TopicPartition("orders", 0))),
            ("expire group=g", .expire(group: "g", member: nil)),
            ("expire group=g member=m-1", .expire(group: "g", member: "m-1")),
            ("fence id=tx", .fence(transactionalID: "tx")), ("clear", .clear), ("  list  ", .list),
        ] as [(String, FaultScript.Instruction)])
    func lines(line: String, instruction: FaultScript.Instruction) throws {
        #expect(try FaultScript(line).instructions == [instruction])
        #expect(try FaultScript("\(instruction)").instructions == [instruction])
    }

    @Test(
        "lines that say nothing that can be done",
        arguments: [
            ("flt", "flt is none of"), ("fault", "is needed"), ("fault hold close-after", "one of"),
            ("fault error=NOT_AN_ERROR", "no error is called NOT_AN_ERROR"), ("fault api=endtx hold", "endtx"),
            ("fault hold times=0", "times=0"), ("fault hold times=1 times=2", "given twice"),
            ("fault hold foo=1", "does not take foo"), ("fault boom", "boom is no fault"),
            ("fault topic=t hold", "partition="), ("fault delay=-1", "delay=-1"), ("expire", "group= is needed"),
            ("fence", "id= is needed"), ("clear now", "does not take now"), ("fault client=\"x", "open"),
            ("catalogue", "needs a name"), ("catalogue nonsense", "no fault is called nonsense"),
            ("freeze topic=t partition=99999999999", "partition="),
        ])
    func refused(line: String, words: String) {
        let problem = #expect(throws: FaultScript.Problem.self) { try FaultScript("# first\n\n" + line) }
        #expect(problem?.line == 3)
        #expect(problem?.message.contains(words) == true, "\(problem?.message ?? "")")
    }

    @Test("a fault of the catalogue by its name, for one client, so many times")
    func catalogue() throws {
        let script = try FaultScript("catalogue lost-commit-answer client=c key=tx times=2")
        let rule = FaultRule(.closeAfter, apis: [.endTxn], clientID: "c", key: "tx", times: 2)
        #expect(script.instructions == [.rule(rule)])
    }

    @Test("the catalogue's names are unique and each has its rules and its sentence")
    func entries() {
        let names = FaultCatalogue.entries.map(\.name)
        #expect(Set(names).count == names.count)
        for entry in FaultCatalogue.entries {
            #expect(!entry.rules.isEmpty && entry.summary.hasSuffix("."), "\(entry.name)")
        }
    }

    /// The rows of the error table that a transactional client is tested by: request and error.
    @Test(
        "every fault of the error table has a name",
        arguments: [
            (ApiKey.endTxn, "INVALID_PRODUCER_EPOCH"), (.endTxn, "PRODUCER_FENCED"), (.endTxn, "INVALID_TXN_STATE"),
            (.addPartitionsToTxn, "INVALID_PRODUCER_EPOCH"), (.addPartitionsToTxn, "PRODUCER_FENCED"),
            (.addPartitionsToTxn, "INVALID_TXN_STATE"), (.produce, "INVALID_PRODUCER_EPOCH"),
            (.produce, "OUT_OF_ORDER_SEQUENCE_NUMBER"), (.addOffsetsToTxn, "PRODUCER_FENCED"),
            (.txnOffsetCommit, "PRODUCER_FENCED"), (.txnOffsetCommit, "ILLEGAL_GENERATION"),
            (.txnOffsetCommit, "UNKNOWN_MEMBER_ID"), (.txnOffsetCommit, "REBALANCE_IN_PROGRESS"),
            (.txnOffsetCommit, "FENCED_INSTANCE_ID"), (.txnOffsetCommit, "UNSTABLE_OFFSET_COMMIT"),
            (.endTxn, "UNKNOWN_PRODUCER_ID"), (.endTxn, "REQUEST_TIMED_OUT"), (.produce, "MESSAGE_TOO_LARGE"),
            (.produce, "INVALID_RECORD"), (.produce, "INVALID_TXN_STATE"),
            (.produce, "TOPIC_AUTHORIZATION_FAILED"), (.txnOffsetCommit, "GROUP_AUTHORIZATION_FAILED"),
            (.initProducerId, "TRANSACTIONAL_ID_AUTHORIZATION_FAILED"), (.initProducerId, "REQUEST_TIMED_OUT"),
            (.initProducerId, "CONCURRENT_TRANSACTIONS"), (.addPartitionsToTxn, "CONCURRENT_TRANSACTIONS"),
            (.endTxn, "CONCURRENT_TRANSACTIONS"), (.endTxn, "NOT_COORDINATOR"), (.txnOffsetCommit, "NOT_COORDINATOR"),
            (.endTxn, "COORDINATOR_NOT_AVAILABLE"), (.initProducerId, "COORDINATOR_LOAD_IN_PROGRESS"),
            (.produce, "NOT_ENOUGH_REPLICAS"), (.produce, "NOT_LEADER_OR_FOLLOWER"),
        ])
    func errorTable(api: ApiKey, error: String) throws {
        let code = try #require(ErrorCode(name: error))
        let named = FaultCatalogue.entries.contains { entry in
            entry.rules.contains { $0.apis.contains(api) && $0.action == .answer(code) }
        }
        #expect(named)
    }

    // MARK: The injector

    private static func request(_ body: RequestBody, client: String? = nil) -> Request {
        Request(
            connection: ConnectionID(1),
            header: RequestHeader(
                api: body.api, version: body.api.validVersions.upperBound, correlationID: 1,
                clientID: client), body: body)
    }

    private static func expect(_ injector: inout FaultInjector, _ request: Request, meets: Bool) {
        let fault = injector.fault(for: request)
        #expect((fault != nil) == meets)
    }

    @Test("a rule lets some by, meets so many, and is gone")
    func counts() {
        var injector = FaultInjector()
        injector.add(FaultRule(.hold, apis: [.heartbeat], skipped: 2, times: 3))
        let met = (0..<8).map { _ in injector.fault(for: Self.request(.heartbeat(HeartbeatRequest()))) != nil }
        #expect(met == [false, false, true, true, true, false, false, false])
        #expect(injector.isEmpty)
    }

    @Test("a rule without end stays, and others count on behind it")
    func endless() {
        var injector = FaultInjector()
        injector.add(FaultRule(.hold, apis: [.heartbeat], times: nil))
        for _ in 0..<100 { Self.expect(&injector, Self.request(.heartbeat(HeartbeatRequest())), meets: true) }
        Self.expect(&injector, Self.request(.apiVersions(ApiVersionsRequest())), meets: false)
    }

    @Test("client and key choose")
    func choice() {
        var injector = FaultInjector()
        injector.add(FaultRule(.hold, clientID: "a", key: "g", times: nil))
        var heartbeat = HeartbeatRequest()
        heartbeat.groupId = "g"
        Self.expect(&injector, Self.request(.heartbeat(heartbeat), client: "a"), meets: true)
        Self.expect(&injector, Self.request(.heartbeat(heartbeat), client: "b"), meets: false)
        heartbeat.groupId = "h"
        Self.expect(&injector, Self.request(.heartbeat(heartbeat), client: "a"), meets: false)
    }

    @Test("a frozen partition is taken out of a request, by name or by id, and refused in the answer")
    func split() throws {
        var injector = FaultInjector()
        let partition = TopicPartition("t", 1)
        injector.add(FaultRule(.answer(.notLeaderOrFollower), partition: partition, times: nil))
        for byID in [false, true] {
            let id = KafkaUUID(high: 7, low: 7)
            var topic = ProduceRequest.TopicProduceData()
            if byID { topic.topicId = id } else { topic.name = "t" }
            topic.partitionData = [0, 1, 2].map { index in
                var data = ProduceRequest.PartitionProduceData()
                data.index = Int32(index)
                return data
            }
            var produce = ProduceRequest()
            produce.topicData = [topic]
            let fault = injector.fault(for: Self.request(.produce(produce))) { $0 == id ? "t" : nil }
            guard case .split(let split)? = fault, case .produce(let rest)? = split.rest else {
                Issue.record("no split")
                continue
            }
            #expect(rest.topicData.map { $0.partitionData.map(\.index) } == [[0, 2]])
            guard case .produce(let answer) = split.joined(with: nil) else {
                Issue.record("another answer")
                continue
            }
            #expect(answer.responses.map { $0.partitionResponses.map(\.index) } == [[1]])
            #expect(answer.responses[0].partitionResponses[0].errorCode == ErrorCode.notLeaderOrFollower.rawValue)
            #expect(answer.responses[0].topicId == (byID ? id : .zero))
        }
    }

    @Test("there is an end to rules")
    func limit() {
        var injector = FaultInjector()
        for _ in 0..<FaultInjector.ruleLimit { injector.add(FaultRule(.hold)) }
        let isAdded = injector.add(FaultRule(.hold))
        #expect(!isAdded)
    }
}
