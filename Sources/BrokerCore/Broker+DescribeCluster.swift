import KafkaProtocol

extension Broker {
    func describeCluster(_ message: DescribeClusterRequest, _ request: Request) {
        var response = DescribeClusterResponse()
        response.endpointType = message.endpointType
        // Type 1 asks for brokers, 2 for controllers, which are asked elsewhere.
        guard message.endpointType == 1 else {
            let error: ErrorCode = message.endpointType == 2 ? .mismatchedEndpointType : .unsupportedEndpointType
            response.errorCode = error.rawValue
            return reply(request.connection, .describeCluster(response))
        }
        var broker = DescribeClusterResponse.DescribeClusterBroker()
        broker.brokerId = configuration.nodeID
        broker.host = configuration.host
        broker.port = configuration.port
        response.brokers = [broker]
        response.clusterId = configuration.clusterID
        response.controllerId = configuration.nodeID
        if message.includeClusterAuthorizedOperations {
            response.clusterAuthorizedOperations = AuthorizedOperations.cluster
        }
        reply(request.connection, .describeCluster(response))
    }
}
