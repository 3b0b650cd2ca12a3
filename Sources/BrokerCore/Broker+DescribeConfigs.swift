import KafkaProtocol

extension Broker {
    func describeConfigs(_ message: DescribeConfigsRequest, _ request: Request) {
        var response = DescribeConfigsResponse()
        for resource in message.resources {
            var result = DescribeConfigsResponse.DescribeConfigsResult()
            result.resourceType = resource.resourceType
            result.resourceName = resource.resourceName
            do throws(AdminRefusal) {
                // No keys stand for all, as null does.
                let keys = resource.configurationKeys.flatMap { $0.isEmpty ? nil : Set($0) }
                result.configs = try entries(resource).filter { keys?.contains($0.name) ?? true }
                    .map { $0.described(withSynonyms: message.includeSynonyms) }
            } catch {
                result.errorCode = error.error.rawValue
                result.errorMessage = error.message
            }
            response.results.append(result)
        }
        reply(request.connection, .describeConfigs(response))
    }

    private func entries(
        _ resource: DescribeConfigsRequest.DescribeConfigsResource
    ) throws(AdminRefusal) -> [ConfigEntry] {
        switch ConfigResourceType(rawValue: resource.resourceType) {
        case .topic:
            if let refusal = Topic.refusal(ofName: resource.resourceName) {
                throw AdminRefusal(.invalidTopicException, refusal)
            }
            guard let topic = topics.topic(resource.resourceName) else {
                throw AdminRefusal(.unknownTopicOrPartition, "")
            }
            return describedTopicConfigs(topic.configuration)
        case .broker:
            if resource.resourceName.isEmpty { return describedBrokerDefaults() }
            try checkBroker(resource.resourceName)
            return describedBrokerConfigs()
        case nil: throw AdminRefusal(.invalidRequest, "Only topics and the broker have settings here")
        }
    }

    func checkBroker(_ name: String) throws(AdminRefusal) {
        guard let id = Int32(name) else { throw AdminRefusal(.invalidRequest, "A broker's name is its number") }
        guard id == configuration.nodeID else {
            throw AdminRefusal(.invalidRequest, "This broker is \(configuration.nodeID), not \(id)")
        }
    }
}

extension ConfigEntry {
    fileprivate func described(withSynonyms: Bool) -> DescribeConfigsResponse.DescribeConfigsResourceResult {
        var result = DescribeConfigsResponse.DescribeConfigsResourceResult()
        result.name = name
        result.value = value
        result.readOnly = isReadOnly
        result.configSource = source.rawValue
        result.configType = kind.rawValue
        result.documentation = nil
        guard withSynonyms else { return result }
        result.synonyms = synonyms.map { synonym in
            var described = DescribeConfigsResponse.DescribeConfigsSynonym()
            described.name = synonym.name
            described.value = synonym.value
            described.source = synonym.source.rawValue
            return described
        }
        return result
    }
}
