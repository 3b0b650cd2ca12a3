public import KafkaProtocol

extension RequestBody {
    /// The answer that says one error everywhere where this request's answer has room for one.
    ///
    /// Made as Kafka makes its own: what the request names is named again, with the error and with "unknown" for values.
    /// Metadata of all topics, and other requests that name nothing, have answers without room for an error in some
    /// versions; then it is an empty answer.
    public func refusal(_ error: ErrorCode) -> ResponseBody {
        let code = error.rawValue
        switch self {
        case .produce(let request): return .produce(request.refusal(code))
        case .fetch(let request): return .fetch(request.refusal(code))
        case .listOffsets(let request): return .listOffsets(request.refusal(code))
        case .metadata(let request): return .metadata(request.refusal(code))
        case .offsetCommit(let request): return .offsetCommit(request.refusal(code))
        case .offsetFetch(let request): return .offsetFetch(request.refusal(code))
        case .findCoordinator(let request): return .findCoordinator(request.refusal(code))
        case .joinGroup: return .joinGroup(filled { $0.errorCode = code })
        case .heartbeat: return .heartbeat(filled { $0.errorCode = code })
        case .leaveGroup: return .leaveGroup(filled { $0.errorCode = code })
        case .syncGroup: return .syncGroup(filled { $0.errorCode = code })
        case .describeGroups(let request): return .describeGroups(request.refusal(code))
        case .listGroups: return .listGroups(filled { $0.errorCode = code })
        case .apiVersions: return .apiVersions(filled { $0.errorCode = code })
        case .createTopics(let request): return .createTopics(request.refusal(code))
        case .deleteTopics(let request): return .deleteTopics(request.refusal(code))
        case .deleteRecords(let request): return .deleteRecords(request.refusal(code))
        case .initProducerId:
            return .initProducerId(
                filled {
                    $0.errorCode = code
                    $0.producerEpoch = -1
                })
        case .offsetForLeaderEpoch(let request): return .offsetForLeaderEpoch(request.refusal(code))
        case .addPartitionsToTxn(let request): return .addPartitionsToTxn(request.refusal(code))
        case .addOffsetsToTxn: return .addOffsetsToTxn(filled { $0.errorCode = code })
        case .endTxn: return .endTxn(filled { $0.errorCode = code })
        case .writeTxnMarkers(let request): return .writeTxnMarkers(request.refusal(code))
        case .txnOffsetCommit(let request): return .txnOffsetCommit(request.refusal(code))
        case .describeConfigs(let request): return .describeConfigs(request.refusal(code))
        case .alterConfigs(let request): return .alterConfigs(request.refusal(code))
        case .describeLogDirs: return .describeLogDirs(filled { $0.errorCode = code })
        case .createPartitions(let request): return .createPartitions(request.refusal(code))
        case .deleteGroups(let request): return .deleteGroups(request.refusal(code))
        case .incrementalAlterConfigs(let request): return .incrementalAlterConfigs(request.refusal(code))
        case .offsetDelete: return .offsetDelete(filled { $0.errorCode = code })
        case .describeCluster: return .describeCluster(filled { $0.errorCode = code })
        case .describeProducers(let request): return .describeProducers(request.refusal(code))
        case .describeTransactions(let request): return .describeTransactions(request.refusal(code))
        case .listTransactions: return .listTransactions(filled { $0.errorCode = code })
        case .describeTopicPartitions(let request): return .describeTopicPartitions(request.refusal(code))
        }
    }
}

/// A struct of the protocol with some of its fields set.
private func filled<Message: ProtocolStruct>(_ fill: (inout Message) -> Void) -> Message {
    var message = Message()
    fill(&message)
    return message
}

extension ProduceRequest {
    fileprivate func refusal(_ code: Int16) -> ProduceResponse {
        var response = ProduceResponse()
        response.responses = topicData.map { topic in
            filled {
                $0.name = topic.name
                $0.topicId = topic.topicId
                $0.partitionResponses = topic.partitionData.map { ProduceResponse.refusal($0.index, code) }
            }
        }
        return response
    }
}

extension ProduceResponse {
    static func refusal(_ partition: Int32, _ code: Int16) -> PartitionProduceResponse {
        filled {
            $0.index = partition
            $0.errorCode = code
            $0.baseOffset = -1
        }
    }
}

extension FetchRequest {
    fileprivate func refusal(_ code: Int16) -> FetchResponse {
        var response = FetchResponse()
        response.errorCode = code
        response.sessionId = sessionId
        response.responses = topics.map { topic in
            filled {
                $0.topic = topic.topic
                $0.topicId = topic.topicId
                $0.partitions = topic.partitions.map { FetchResponse.refusal($0.partition, code) }
            }
        }
        return response
    }
}

extension FetchResponse {
    static func refusal(_ partition: Int32, _ code: Int16) -> PartitionData {
        filled {
            $0.partitionIndex = partition
            $0.errorCode = code
            $0.highWatermark = -1
        }
    }
}

extension ListOffsetsRequest {
    fileprivate func refusal(_ code: Int16) -> ListOffsetsResponse {
        var response = ListOffsetsResponse()
        response.topics = topics.map { topic in
            filled {
                $0.name = topic.name
                $0.partitions = topic.partitions.map { partition in
                    filled {
                        $0.partitionIndex = partition.partitionIndex
                        $0.errorCode = code
                    }
                }
            }
        }
        return response
    }
}

extension MetadataRequest {
    fileprivate func refusal(_ code: Int16) -> MetadataResponse {
        var response = MetadataResponse()
        response.errorCode = code
        response.topics = (topics ?? []).map { topic in
            filled {
                $0.name = topic.name ?? ""
                $0.topicId = topic.topicId
                $0.errorCode = code
            }
        }
        return response
    }
}

extension OffsetCommitRequest {
    fileprivate func refusal(_ code: Int16) -> OffsetCommitResponse {
        var response = OffsetCommitResponse()
        response.topics = topics.map { topic in
            filled {
                $0.name = topic.name
                $0.topicId = topic.topicId
                $0.partitions = topic.partitions.map { partition in
                    filled {
                        $0.partitionIndex = partition.partitionIndex
                        $0.errorCode = code
                    }
                }
            }
        }
        return response
    }
}

extension OffsetFetchRequest {
    /// The partitions are named, too: the oldest version has no other room for the error.
    fileprivate func refusal(_ code: Int16) -> OffsetFetchResponse {
        var response = OffsetFetchResponse()
        response.errorCode = code
        response.topics = (topics ?? []).map { topic in
            filled {
                $0.name = topic.name
                $0.partitions = topic.partitionIndexes.map { partition in
                    filled {
                        $0.partitionIndex = partition
                        $0.committedOffset = -1
                        $0.errorCode = code
                    }
                }
            }
        }
        response.groups = groups.map { group in
            filled {
                $0.groupId = group.groupId
                $0.errorCode = code
            }
        }
        return response
    }
}

extension FindCoordinatorRequest {
    fileprivate func refusal(_ code: Int16) -> FindCoordinatorResponse {
        var response = FindCoordinatorResponse()
        response.errorCode = code
        response.nodeId = -1
        response.port = -1
        response.coordinators = coordinatorKeys.map { key in
            filled {
                $0.key = key
                $0.nodeId = -1
                $0.port = -1
                $0.errorCode = code
            }
        }
        return response
    }
}

extension DescribeGroupsRequest {
    fileprivate func refusal(_ code: Int16) -> DescribeGroupsResponse {
        var response = DescribeGroupsResponse()
        response.groups = groups.map { group in
            filled {
                $0.groupId = group
                $0.errorCode = code
            }
        }
        return response
    }
}

extension CreateTopicsRequest {
    fileprivate func refusal(_ code: Int16) -> CreateTopicsResponse {
        var response = CreateTopicsResponse()
        response.topics = topics.map { topic in
            filled {
                $0.name = topic.name
                $0.errorCode = code
                $0.errorMessage = nil
            }
        }
        return response
    }
}

extension DeleteTopicsRequest {
    /// Old versions name topics in one list, newer ones in the other.
    fileprivate func refusal(_ code: Int16) -> DeleteTopicsResponse {
        var response = DeleteTopicsResponse()
        let named = topics + topicNames.map { name in filled { $0.name = name } }
        response.responses = named.map { topic in
            filled {
                $0.name = topic.name
                $0.topicId = topic.topicId
                $0.errorCode = code
            }
        }
        return response
    }
}

extension DeleteRecordsRequest {
    fileprivate func refusal(_ code: Int16) -> DeleteRecordsResponse {
        var response = DeleteRecordsResponse()
        response.topics = topics.map { topic in
            filled {
                $0.name = topic.name
                $0.partitions = topic.partitions.map { partition in
                    filled {
                        $0.partitionIndex = partition.partitionIndex
                        $0.lowWatermark = -1
                        $0.errorCode = code
                    }
                }
            }
        }
        return response
    }
}

extension OffsetForLeaderEpochRequest {
    fileprivate func refusal(_ code: Int16) -> OffsetForLeaderEpochResponse {
        var response = OffsetForLeaderEpochResponse()
        response.topics = topics.map { topic in
            filled {
                $0.topic = topic.topic
                $0.partitions = topic.partitions.map { partition in
                    filled {
                        $0.partition = partition.partition
                        $0.errorCode = code
                    }
                }
            }
        }
        return response
    }
}

extension AddPartitionsToTxnRequest {
    /// Old versions say it per partition, newer ones once.
    fileprivate func refusal(_ code: Int16) -> AddPartitionsToTxnResponse {
        var response = AddPartitionsToTxnResponse()
        response.errorCode = code
        response.resultsByTopicV3AndBelow = v3AndBelowTopics.map { topic in
            filled {
                $0.name = topic.name
                $0.resultsByPartition = topic.partitions.map { partition in
                    filled {
                        $0.partitionIndex = partition
                        $0.partitionErrorCode = code
                    }
                }
            }
        }
        return response
    }
}

extension WriteTxnMarkersRequest {
    fileprivate func refusal(_ code: Int16) -> WriteTxnMarkersResponse {
        var response = WriteTxnMarkersResponse()
        response.markers = markers.map { marker in
            filled {
                $0.producerId = marker.producerId
                $0.topics = marker.topics.map { topic in
                    filled {
                        $0.name = topic.name
                        $0.partitions = topic.partitionIndexes.map { partition in
                            filled {
                                $0.partitionIndex = partition
                                $0.errorCode = code
                            }
                        }
                    }
                }
            }
        }
        return response
    }
}

extension TxnOffsetCommitRequest {
    fileprivate func refusal(_ code: Int16) -> TxnOffsetCommitResponse {
        var response = TxnOffsetCommitResponse()
        response.topics = topics.map { topic in
            filled {
                $0.name = topic.name
                $0.partitions = topic.partitions.map { partition in
                    filled {
                        $0.partitionIndex = partition.partitionIndex
                        $0.errorCode = code
                    }
                }
            }
        }
        return response
    }
}

extension DescribeConfigsRequest {
    fileprivate func refusal(_ code: Int16) -> DescribeConfigsResponse {
        var response = DescribeConfigsResponse()
        response.results = resources.map { resource in
            filled {
                $0.errorCode = code
                $0.errorMessage = nil
                $0.resourceType = resource.resourceType
                $0.resourceName = resource.resourceName
            }
        }
        return response
    }
}

extension AlterConfigsRequest {
    fileprivate func refusal(_ code: Int16) -> AlterConfigsResponse {
        var response = AlterConfigsResponse()
        response.responses = resources.map { resource in
            filled {
                $0.errorCode = code
                $0.errorMessage = nil
                $0.resourceType = resource.resourceType
                $0.resourceName = resource.resourceName
            }
        }
        return response
    }
}

extension IncrementalAlterConfigsRequest {
    fileprivate func refusal(_ code: Int16) -> IncrementalAlterConfigsResponse {
        var response = IncrementalAlterConfigsResponse()
        response.responses = resources.map { resource in
            filled {
                $0.errorCode = code
                $0.errorMessage = nil
                $0.resourceType = resource.resourceType
                $0.resourceName = resource.resourceName
            }
        }
        return response
    }
}

extension CreatePartitionsRequest {
    fileprivate func refusal(_ code: Int16) -> CreatePartitionsResponse {
        var response = CreatePartitionsResponse()
        response.results = topics.map { topic in
            filled {
                $0.name = topic.name
                $0.errorCode = code
            }
        }
        return response
    }
}

extension DeleteGroupsRequest {
    fileprivate func refusal(_ code: Int16) -> DeleteGroupsResponse {
        var response = DeleteGroupsResponse()
        response.results = groupsNames.map { group in
            filled {
                $0.groupId = group
                $0.errorCode = code
            }
        }
        return response
    }
}

extension DescribeProducersRequest {
    fileprivate func refusal(_ code: Int16) -> DescribeProducersResponse {
        var response = DescribeProducersResponse()
        response.topics = topics.map { topic in
            filled {
                $0.name = topic.name
                $0.partitions = topic.partitionIndexes.map { partition in
                    filled {
                        $0.partitionIndex = partition
                        $0.errorCode = code
                    }
                }
            }
        }
        return response
    }
}

extension DescribeTransactionsRequest {
    fileprivate func refusal(_ code: Int16) -> DescribeTransactionsResponse {
        var response = DescribeTransactionsResponse()
        response.transactionStates = transactionalIds.map { id in
            filled {
                $0.transactionalId = id
                $0.errorCode = code
            }
        }
        return response
    }
}

extension DescribeTopicPartitionsRequest {
    fileprivate func refusal(_ code: Int16) -> DescribeTopicPartitionsResponse {
        var response = DescribeTopicPartitionsResponse()
        response.topics = topics.map { topic in
            filled {
                $0.name = topic.name
                $0.errorCode = code
            }
        }
        return response
    }
}
