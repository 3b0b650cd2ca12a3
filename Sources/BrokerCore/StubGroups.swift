import KafkaProtocol

struct GroupTable {}

extension Broker {
    func offsetCommit(_ message: OffsetCommitRequest, _ request: Request) { close(request.connection, "not served") }
    func offsetFetch(_ message: OffsetFetchRequest, _ request: Request) { close(request.connection, "not served") }
    func findCoordinator(_ message: FindCoordinatorRequest, _ request: Request) {
        close(request.connection, "not served")
    }
    func joinGroup(_ message: JoinGroupRequest, _ request: Request) { close(request.connection, "not served") }
    func heartbeat(_ message: HeartbeatRequest, _ request: Request) { close(request.connection, "not served") }
    func leaveGroup(_ message: LeaveGroupRequest, _ request: Request) { close(request.connection, "not served") }
    func syncGroup(_ message: SyncGroupRequest, _ request: Request) { close(request.connection, "not served") }
    func describeGroups(_ message: DescribeGroupsRequest, _ request: Request) {
        close(request.connection, "not served")
    }
    func listGroups(_ message: ListGroupsRequest, _ request: Request) { close(request.connection, "not served") }
    func deleteGroups(_ message: DeleteGroupsRequest, _ request: Request) { close(request.connection, "not served") }
    func offsetDelete(_ message: OffsetDeleteRequest, _ request: Request) { close(request.connection, "not served") }

    func tickGroups() {}
    var groupDeadline: Int64? { nil }
    func disconnectGroups(_ connection: ConnectionID) {}
    func applyToGroups(_ change: Change) {}
    func groupSnapshot() -> [Change] { [] }
    func resumeGroups() {}
}
