import KafkaProtocol

extension Broker {
    func listOffsets(_ message: ListOffsetsRequest, _ request: Request) {
        var response = ListOffsetsResponse()
        let counts = Dictionary(
            message.topics.flatMap { topic in
                topic.partitions.map { (TopicPartition(topic.name, $0.partitionIndex), 1) }
            }, uniquingKeysWith: +)
        var seen: Set<TopicPartition> = []
        for topic in message.topics {
            var answer = ListOffsetsResponse.ListOffsetsTopicResponse()
            answer.name = topic.name
            for partition in topic.partitions {
                var found = ListOffsetsResponse.ListOffsetsPartitionResponse()
                found.partitionIndex = partition.partitionIndex
                let name = TopicPartition(topic.name, partition.partitionIndex)
                guard seen.insert(name).inserted else { continue }
                if counts[name] ?? 0 > 1 {
                    found.errorCode = ErrorCode.invalidRequest.rawValue
                } else if let log = topics.log(name) {
                    find(partition, log, message, request, &found)
                } else {
                    found.errorCode = ErrorCode.unknownTopicOrPartition.rawValue
                }
                answer.partitions.append(found)
            }
            response.topics.append(answer)
        }
        reply(request.connection, .listOffsets(response))
    }

    /// Times that stand for places in a log, and the version that brought each.
    private enum Place: Int64 {
        case latest = -1
        case earliest = -2
        case maxTimestamp = -3
        case earliestLocal = -4
        case latestTiered = -5
        case earliestPendingUpload = -6

        var firstVersion: Int16 {
            switch self {
            case .latest, .earliest: 0
            case .maxTimestamp: 7
            case .earliestLocal: 8
            case .latestTiered: 9
            case .earliestPendingUpload: 11
            }
        }
    }

    private func find(
        _ wanted: ListOffsetsRequest.ListOffsetsPartition, _ log: PartitionLog, _ message: ListOffsetsRequest,
        _ request: Request, _ found: inout ListOffsetsResponse.ListOffsetsPartitionResponse
    ) {
        if let error = leaderEpochError(wanted.currentLeaderEpoch) { return found.errorCode = error.rawValue }
        let bound = log.readableEnd(committed: message.isolationLevel == 1)
        let timed: PartitionLog.TimedOffset?
        if let place = Place(rawValue: wanted.timestamp) {
            guard request.version >= place.firstVersion else {
                return found.errorCode = ErrorCode.unsupportedVersion.rawValue
            }
            switch place {
            case .latest: timed = PartitionLog.TimedOffset(offset: bound, timestamp: -1)
            case .earliest, .earliestLocal: timed = PartitionLog.TimedOffset(offset: log.start, timestamp: -1)
            case .maxTimestamp: timed = log.offsetOfMaxTimestamp().flatMap { $0.offset < bound ? $0 : nil }
            case .latestTiered, .earliestPendingUpload: timed = nil
            }
        } else if wanted.timestamp < 0 {
            return found.errorCode = ErrorCode.unsupportedVersion.rawValue
        } else {
            timed = log.offset(forTimestamp: wanted.timestamp).flatMap { $0.offset < bound ? $0 : nil }
        }
        guard let timed else { return }
        found.offset = timed.offset
        found.timestamp = timed.timestamp
        found.leaderEpoch = Self.leaderEpoch
    }
}
