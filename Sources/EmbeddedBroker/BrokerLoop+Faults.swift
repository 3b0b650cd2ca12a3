import BrokerCore
import KafkaProtocol

extension BrokerLoop {
    /// Under this number the loop asks the core itself; no client has it.
    static let ownConnection = ConnectionID(0)

    func runCommands() {
        for command in shared.takeCommands() { command.finish(run(command.instruction)) }
    }

    /// Runs one line of a script, as it came over the control socket; gives the lines of the answer.
    func run(line: String) -> [String] {
        do throws(FaultScript.Problem) {
            var answer: [String] = []
            for instruction in try FaultScript(line).instructions {
                switch run(instruction) {
                case .lines(let lines): answer += lines.map { "- " + $0 }
                case .failed(let reason): return answer + ["error: " + reason]
                }
            }
            return answer + ["ok"]
        } catch {
            return ["error: " + error.message]
        }
    }

    func run(_ instruction: FaultScript.Instruction) -> BrokerShared.Command.Outcome {
        switch instruction {
        case .rule(let rule):
            guard shared.withFaults({ $0.add(rule) }) else { return .failed("there are too many rules") }
            return .lines([])
        case .thaw(let partition):
            let count = shared.withFaults { $0.remove(about: partition) }
            return .lines(["\(count) rules taken back"])
        case .clear:
            shared.withFaults { $0.removeAll() }
            return .lines([])
        case .list:
            return .lines(shared.withFaults { $0.rules.map { "\($0.rule) seen=\($0.seen)" } })
        case .expire(let group, let member): return expire(group, member)
        case .fence(let id): return fence(id)
        }
    }

    private func expire(_ group: String, _ member: String?) -> BrokerShared.Command.Outcome {
        var describe = DescribeGroupsRequest()
        describe.groups = [group]
        guard case .describeGroups(let description)? = ask(.describeGroups(describe)),
            let described = description.groups.first
        else { return .failed("the group cannot be described") }
        let members = described.members.filter { found in
            member.map { $0 == found.memberId || $0 == found.groupInstanceId } ?? true
        }
        guard !members.isEmpty else { return .failed("group \(group) has no such member") }
        var leave = LeaveGroupRequest()
        leave.groupId = group
        leave.members = members.map { found in
            var identity = LeaveGroupRequest.MemberIdentity()
            identity.memberId = found.memberId
            identity.groupInstanceId = found.groupInstanceId
            identity.reason = "its session has ended, by a fault"
            return identity
        }
        guard case .leaveGroup(let left)? = ask(.leaveGroup(leave)) else { return .failed("no member has left") }
        let error = ErrorCode(rawValue: left.errorCode)
        return error == .none ? .lines(members.map { "\($0.memberId) has left" }) : .failed("\(error)")
    }

    private func fence(_ id: String) -> BrokerShared.Command.Outcome {
        var request = InitProducerIdRequest()
        request.transactionalId = id
        request.transactionTimeoutMs = 60_000
        guard case .initProducerId(let answer)? = ask(.initProducerId(request)) else {
            return .failed("\(id) cannot be fenced now")
        }
        switch ErrorCode(rawValue: answer.errorCode) {
        case .none: return .lines(["epoch \(answer.producerEpoch) of producer \(answer.producerId)"])
        // The epoch is bumped; what was open is being aborted.
        case .concurrentTransactions: return .lines(["an open transaction is being aborted"])
        case let error: return .failed("\(error)")
        }
    }

    /// Asks the core in the loop's own name; nil if it does not answer at once.
    private func ask(_ body: RequestBody) -> ResponseBody? {
        let header = RequestHeader(
            api: body.api, version: body.api.validVersions.upperBound, correlationID: 0, clientID: "growth-broker")
        ownAnswer = nil
        perform(broker.handle(Request(connection: Self.ownConnection, header: header, body: body), at: now))
        defer { ownAnswer = nil }
        if ownAnswer == nil { perform(broker.disconnected(Self.ownConnection, at: now)) }
        return ownAnswer
    }
}
