import KafkaProtocol

extension Broker {
    /// Whose coordinator a client looks for, as the protocol numbers it; share groups are not served.
    private enum CoordinatorKind: Int8 {
        case group = 0
        case transaction = 1
    }

    /// Names this node, the only one, for every group and every transactional id.
    func findCoordinator(_ message: FindCoordinatorRequest, _ request: Request) {
        let isServed = CoordinatorKind(rawValue: message.keyType) != nil
        var response = FindCoordinatorResponse()
        if request.version >= 4 {
            response.coordinators = message.coordinatorKeys.map { key in
                var coordinator = FindCoordinatorResponse.Coordinator()
                coordinator.key = key
                coordinator.nodeId = isServed ? configuration.nodeID : -1
                coordinator.host = isServed ? configuration.host : ""
                coordinator.port = isServed ? configuration.port : -1
                coordinator.errorCode = isServed ? 0 : ErrorCode.invalidRequest.rawValue
                return coordinator
            }
        } else {
            response.nodeId = isServed ? configuration.nodeID : -1
            response.host = isServed ? configuration.host : ""
            response.port = isServed ? configuration.port : -1
            response.errorCode = isServed ? 0 : ErrorCode.invalidRequest.rawValue
            response.errorMessage = isServed ? "NONE" : "There is no coordinator of this type."
        }
        reply(request.connection, .findCoordinator(response))
    }
}
