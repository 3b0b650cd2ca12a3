import KafkaProtocol

extension Broker {
    func fetch(_ message: FetchRequest, _ request: Request) {
        // No sessions are kept: a client that is given no session asks in full each time. One that thinks it has a
        // session is told that it has none.
        guard message.sessionEpoch <= 0 else {
            var response = FetchResponse()
            response.errorCode = ErrorCode.fetchSessionIdNotFound.rawValue
            return reply(request.connection, .fetch(response))
        }
        let attempt = attempt(message, request)
        if message.maxWaitMs <= 0 || attempt.isComplete || attempt.watched.isEmpty {
            return reply(request.connection, .fetch(attempt.response))
        }
        fetches.wait(
            WaitingFetches.Waiting(
                request: request, message: message, deadline: now &+ Int64(message.maxWaitMs),
                partitions: attempt.watched))
    }

    /// Answers the fetches that have got what they wait for, or whose time is over.
    func completeFetches() {
        for waiting in fetches.due(at: now) {
            let attempt = attempt(waiting.message, waiting.request)
            guard attempt.isComplete || waiting.deadline <= now || attempt.watched.count < waiting.partitions.count
            else { continue }
            fetches.remove(waiting.request.connection)
            reply(waiting.request.connection, .fetch(attempt.response))
        }
    }

    /// One look at the logs for a fetch.
    private struct FetchAttempt {
        var response = FetchResponse()
        /// There is as much as was asked for, or something that the client must hear of at once.
        var isComplete = false
        var bytesReadable: Int64 = 0
        var bytesLeft: Int
        var wantsOneBatch = true
        /// The partitions that exist, whose logs may bring more.
        var watched: [TopicPartition] = []
    }

    private func attempt(_ message: FetchRequest, _ request: Request) -> FetchAttempt {
        let limit = min(max(0, message.maxBytes), configuration.fetchMaxBytes)
        var attempt = FetchAttempt(bytesLeft: Int(limit))
        let isByID = request.version >= 13
        for wanted in message.topics {
            let topic = isByID ? topics.topic(wanted.topicId) : topics.topic(wanted.topic)
            var answer = FetchResponse.FetchableTopicResponse()
            answer.topic = wanted.topic
            answer.topicId = wanted.topicId
            answer.partitions.reserveCapacity(wanted.partitions.count)
            for partition in wanted.partitions {
                if let topic, let log = topic.log(partition.partition) {
                    attempt.watched.append(TopicPartition(topic.name, partition.partition))
                    answer.partitions.append(read(partition, log, message, &attempt))
                } else {
                    answer.partitions.append(
                        .refused(
                            partition.partition,
                            isByID && topic == nil ? .unknownTopicId : .unknownTopicOrPartition))
                }
            }
            attempt.response.responses.append(answer)
        }
        if attempt.bytesReadable >= Int64(min(message.minBytes, limit)) { attempt.isComplete = true }
        return attempt
    }

    private func read(
        _ wanted: FetchRequest.FetchPartition, _ log: PartitionLog, _ message: FetchRequest,
        _ attempt: inout FetchAttempt
    ) -> FetchResponse.PartitionData {
        if let error = leaderEpochError(wanted.currentLeaderEpoch) {
            attempt.isComplete = true
            return .refused(wanted.partition, error)
        }
        let offset = wanted.fetchOffset
        var data = FetchResponse.PartitionData()
        data.partitionIndex = wanted.partition
        data.highWatermark = log.highWatermark
        data.lastStableOffset = log.lastStableOffset
        data.logStartOffset = log.start
        data.abortedTransactions = message.readsCommitted ? [] : nil
        if wanted.lastFetchedEpoch > Self.leaderEpoch {
            attempt.isComplete = true
            return .refused(wanted.partition, .offsetOutOfRange)
        }
        if wanted.lastFetchedEpoch != -1, offset > log.end || wanted.lastFetchedEpoch < Self.leaderEpoch {
            attempt.isComplete = true
            data.divergingEpoch.epoch = max(wanted.lastFetchedEpoch, Self.leaderEpoch)
            data.divergingEpoch.endOffset = wanted.lastFetchedEpoch < Self.leaderEpoch ? log.start : log.end
            return data
        }
        guard offset >= log.start, offset <= log.end else {
            attempt.isComplete = true
            return .refused(wanted.partition, .offsetOutOfRange)
        }
        fill(&data, wanted, log, message, &attempt)
        return data
    }

    private func fill(
        _ data: inout FetchResponse.PartitionData, _ wanted: FetchRequest.FetchPartition, _ log: PartitionLog,
        _ message: FetchRequest, _ attempt: inout FetchAttempt
    ) {
        let bound = log.readableEnd(committed: message.readsCommitted)
        let limit = Int(max(0, wanted.partitionMaxBytes))
        let read = log.read(
            from: wanted.fetchOffset, below: bound, maxBytes: min(limit, attempt.bytesLeft),
            atLeastOne: attempt.wantsOneBatch)
        attempt.bytesLeft = max(0, attempt.bytesLeft - read.byteCount)
        if !read.batches.isEmpty { attempt.wantsOneBatch = false }
        // What waits counts up to the partition's limit, also where this answer has no more room.
        attempt.bytesReadable &+= max(
            Int64(read.byteCount), min(Int64(limit), log.bytes(from: wanted.fetchOffset, to: bound)))
        data.records = RecordSet(read.batches)
        guard message.readsCommitted, !read.batches.isEmpty else { return }
        data.abortedTransactions = log.aborted.overlapping(wanted.fetchOffset, read.end).map { entry in
            var aborted = FetchResponse.AbortedTransaction()
            aborted.producerId = entry.producerID
            aborted.firstOffset = entry.firstOffset
            return aborted
        }
    }

    /// What is wrong with the leader epoch that a client knows; -1 is no knowledge.
    func leaderEpochError(_ epoch: Int32) -> ErrorCode? {
        if epoch == -1 || epoch == Self.leaderEpoch { return nil }
        return epoch < Self.leaderEpoch ? .fencedLeaderEpoch : .unknownLeaderEpoch
    }
}

extension FetchRequest {
    fileprivate var readsCommitted: Bool { isolationLevel == 1 }
}

extension FetchResponse.PartitionData {
    fileprivate static func refused(_ partition: Int32, _ error: ErrorCode) -> FetchResponse.PartitionData {
        var data = FetchResponse.PartitionData()
        data.partitionIndex = partition
        data.errorCode = error.rawValue
        data.highWatermark = -1
        data.abortedTransactions = nil
        return data
    }
}
