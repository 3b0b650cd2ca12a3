import BrokerCore
import Kafka
import KafkaProtocol

/// A partition's log as somebody sees it who reads committed records.
struct LogView {
    var records: [OwnedRecord] = []
    var end: Int64 = 0
    var highWatermark: Int64 = 0
    var lastStableOffset: Int64 = 0
}

extension World {
    func view(_ topic: String, _ partition: Int32, from offset: Int64 = 0) -> LogView {
        var view = LogView(end: offset)
        let name = Kafka.TopicPartition(topic: topic, partition: partition)
        while true {
            var wanted = FetchRequest.FetchPartition()
            wanted.partition = partition
            wanted.fetchOffset = view.end
            wanted.partitionMaxBytes = 10_000_000
            var fetch = FetchRequest.FetchTopic()
            fetch.topic = topic
            fetch.partitions = [wanted]
            var request = FetchRequest()
            request.maxBytes = 10_000_000
            request.isolationLevel = 1
            request.topics = [fetch]
            guard case .fetch(let response)? = ask(.fetch(request), version: 11),
                let data = response.responses.first?.partitions.first, data.errorCode == 0
            else { return view }
            view.highWatermark = data.highWatermark
            view.lastStableOffset = data.lastStableOffset
            let next = CommittedRecords.read(data, from: view.end) { offset, header, record in
                view.records.append(
                    CommittedRecords.owned(name, offset: offset, header: header, record: record))
            }
            guard next > view.end else { return view }
            view.end = next
        }
    }
}
