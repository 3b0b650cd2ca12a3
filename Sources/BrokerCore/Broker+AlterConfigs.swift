import KafkaProtocol

extension Broker {
    func alterConfigs(_ message: AlterConfigsRequest, _ request: Request) {
        let alterations = message.resources.map { resource in
            ConfigAlteration(
                resourceType: resource.resourceType, resourceName: resource.resourceName,
                steps: resource.configs.map {
                    ConfigAlteration.Step(name: $0.name, operation: .set, value: $0.value)
                }, replacesAll: true)
        }
        var response = AlterConfigsResponse()
        for (alteration, refusal) in alter(alterations, validateOnly: message.validateOnly) {
            var result = AlterConfigsResponse.AlterConfigsResourceResponse()
            result.resourceType = alteration.resourceType
            result.resourceName = alteration.resourceName
            result.errorCode = refusal?.error.rawValue ?? 0
            result.errorMessage = refusal?.message
            response.responses.append(result)
        }
        reply(request.connection, .alterConfigs(response))
    }

    func incrementalAlterConfigs(_ message: IncrementalAlterConfigsRequest, _ request: Request) {
        let alterations = message.resources.map { resource in
            ConfigAlteration(
                resourceType: resource.resourceType, resourceName: resource.resourceName,
                steps: resource.configs.map {
                    ConfigAlteration.Step(
                        name: $0.name, operation: ConfigAlteration.Operation(rawValue: $0.configOperation),
                        value: $0.value)
                }, replacesAll: false)
        }
        var response = IncrementalAlterConfigsResponse()
        for (alteration, refusal) in alter(alterations, validateOnly: message.validateOnly) {
            var result = IncrementalAlterConfigsResponse.AlterConfigsResourceResponse()
            result.resourceType = alteration.resourceType
            result.resourceName = alteration.resourceName
            result.errorCode = refusal?.error.rawValue ?? 0
            result.errorMessage = refusal?.message
            response.responses.append(result)
        }
        reply(request.connection, .incrementalAlterConfigs(response))
    }

    private struct Resource: Hashable {
        var type: Int8
        var name: String
    }

    /// Alters each resource on its own, in their order.
    private func alter(
        _ alterations: [ConfigAlteration], validateOnly: Bool
    ) -> [(ConfigAlteration, AdminRefusal?)] {
        let counts = Dictionary(
            alterations.map { (Resource(type: $0.resourceType, name: $0.resourceName), 1) }, uniquingKeysWith: +)
        return alterations.map { alteration in
            do throws(AdminRefusal) {
                guard counts[Resource(type: alteration.resourceType, name: alteration.resourceName)] == 1 else {
                    throw AdminRefusal(.invalidRequest, "The request names a resource twice")
                }
                switch ConfigResourceType(rawValue: alteration.resourceType) {
                case .topic: try alterTopic(alteration, validateOnly)
                case .broker: try alterBroker(alteration, validateOnly)
                case nil: throw AdminRefusal(.invalidRequest, "Only topics and the broker have settings here")
                }
                return (alteration, nil)
            } catch {
                return (alteration, error)
            }
        }
    }

    private func alterTopic(_ alteration: ConfigAlteration, _ validateOnly: Bool) throws(AdminRefusal) {
        let name = alteration.resourceName
        guard !name.isEmpty else { throw AdminRefusal(.invalidRequest, "There are no settings for all topics") }
        if let refusal = Topic.refusal(ofName: name) { throw AdminRefusal(.invalidTopicException, refusal) }
        guard let topic = topics.topic(name) else {
            throw AdminRefusal(.unknownTopicOrPartition, "There is no topic \(name)")
        }
        let altered = try alteration.applied(to: topic.configuration, TopicConfigs.byName)
        if let refusal = TopicConfigs.refusal(altered) { throw AdminRefusal(.invalidConfig, refusal) }
        guard !validateOnly, altered != topic.configuration else { return }
        record(.topicConfigured(name: name, configuration: altered))
    }

    private func alterBroker(_ alteration: ConfigAlteration, _ validateOnly: Bool) throws(AdminRefusal) {
        if !alteration.resourceName.isEmpty { try checkBroker(alteration.resourceName) }
        let altered = try alteration.applied(to: dynamicConfiguration, BrokerConfigs.alterable)
        for step in alteration.steps {
            guard let definition = BrokerConfigs.alterable[step.name] else {
                throw AdminRefusal(.invalidRequest, "\(step.name) can not be altered while the broker runs")
            }
            if let value = altered[step.name], let refusal = definition.refusal(value) {
                throw AdminRefusal(.invalidRequest, refusal)
            }
        }
        guard !validateOnly, altered != dynamicConfiguration else { return }
        record(.brokerConfigured(configuration: altered))
    }
}
