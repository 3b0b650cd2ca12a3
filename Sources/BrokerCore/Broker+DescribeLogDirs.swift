import KafkaProtocol

extension Broker {
    /// Where the logs are said to lie; they may be in memory alone.
    private static let logDirectory = "/embedded"

    func describeLogDirs(_ message: DescribeLogDirsRequest, _ request: Request) {
        var directory = DescribeLogDirsResponse.DescribeLogDirsResult()
        directory.logDir = Self.logDirectory
        if let wanted = message.topics {
            for topic in wanted {
                guard let known = topics.topic(topic.topic) else { continue }
                directory.add(known, Set(topic.partitions).sorted())
            }
        } else {
            for topic in topics.all { directory.add(topic, topic.logs.indices.map { Int32(clamping: $0) }) }
        }
        var response = DescribeLogDirsResponse()
        response.results = [directory]
        reply(request.connection, .describeLogDirs(response))
    }
}

extension DescribeLogDirsResponse.DescribeLogDirsResult {
    fileprivate mutating func add(_ topic: Topic, _ partitions: [Int32]) {
        var answer = DescribeLogDirsResponse.DescribeLogDirsTopic()
        answer.name = topic.name
        answer.partitions = partitions.compactMap { index in
            guard let log = topic.log(index) else { return nil }
            var partition = DescribeLogDirsResponse.DescribeLogDirsPartition()
            partition.partitionIndex = index
            partition.partitionSize = log.byteCount
            return partition
        }
        topics.append(answer)
    }
}
