import BrokerTestKit
import Kafka
import KafkaProtocol

extension Behaviour {
    /// What a program of this project meets: everything through librdkafka.
    static var clients: [Behaviour] {
        [
            Behaviour("records come back as they were sent") { trial, seen, _ in
                let topic = try trial.topic()
                let producer = try Producer(trial.bench.configuration())
                defer { producer.close() }
                try producer.send(
                    topic: topic, partition: 0, key: "k".bytes, value: "v".bytes,
                    headers: [
                        RecordHeader(name: "a", text: "1"), RecordHeader(name: "n", value: nil),
                        RecordHeader(name: "a", text: "2"),
                    ], timestampMilliseconds: baseTimeMs)
                try producer.send(topic: topic, partition: 0, key: nil, value: nil, timestampMilliseconds: 1)
                try producer.send(topic: topic, partition: 0, key: [], value: [], timestampMilliseconds: 2)
                try producer.flush(timeoutMilliseconds: 10_000)
                for record in try trial.bench.read(topic) {
                    seen("offset", record.offset)
                    seen("key and value", "\(record.key.text ?? "null") \(record.value.text ?? "null")")
                    seen("time", "\(record.timestampMilliseconds) \(record.timestampType)")
                    seen("headers", record.headers.map { "\($0.name)=\($0.text ?? "null")" })
                }
            },
            Behaviour("each compression goes through the log as it is") { trial, seen, peer in
                for codec in ["none", "gzip", "snappy", "lz4", "zstd"] {
                    let topic = try trial.topic(codec)
                    let producer = try trial.bench.producer("producer-\(codec)") {
                        $0.compression = codec
                        $0.lingerMilliseconds = 50
                    }
                    defer { producer.close() }
                    try producer.begin()
                    for _ in 0..<50 {
                        try producer.send(
                            topic: topic, partition: 0, key: nil, value: Array(repeating: 7, count: 1_000))
                    }
                    try producer.commit()
                    _ = try peer.awaitEnd(trial.bench.name("producer-\(codec)"))
                    let batches = try Notes.whole(try peer.fetch(topic).records?.bytes ?? [])
                    let headers = try batches.map { try BatchHeader($0) }.filter { !$0.isControl }
                    seen("\(codec), batches", Set(headers.compactMap { $0.compression.map { "\($0)" } }).sorted())
                    let records = try trial.settled(50) { try trial.bench.read(topic).count }
                    seen("\(codec), records", records)
                    seen("\(codec), equal", Set(try trial.bench.read(topic).map(\.value)).count)
                }
            },
            Behaviour("ten thousand records in order") { trial, seen, _ in
                let topic = try trial.topic(partitions: 3)
                let producer = try trial.bench.producer()
                defer { producer.close() }
                try producer.begin()
                for index in 0..<10_000 {
                    try producer.send(topic: topic, partition: Int32(index % 3), key: nil, value: "\(index)".bytes)
                }
                try producer.commit()
                for partition in Int32(0)..<3 {
                    let values = try trial.settled(10_000 / 3 + (partition == 0 ? 1 : 0)) {
                        try trial.bench.read(topic, partition: partition).count
                    }
                    seen("partition \(partition)", values)
                    let numbers = try trial.bench.read(topic, partition: partition).compactMap {
                        Int($0.value.text ?? "")
                    }
                    seen("in order", numbers == numbers.sorted() && numbers.allSatisfy { $0 % 3 == Int(partition) })
                }
            },
            Behaviour("visibility of committed, aborted and open transactions") { trial, seen, _ in
                let topic = try trial.topic()
                let producer = try trial.bench.producer()
                defer { producer.close() }
                try producer.begin()
                try producer.send(topic: topic, partition: 0, key: nil, value: "committed".bytes)
                try producer.commit()
                try producer.begin()
                try producer.send(topic: topic, partition: 0, key: nil, value: "aborted".bytes)
                while producer.deliveredCount < 2 { producer.poll() }
                try producer.abort()
                try producer.begin()
                try producer.send(topic: topic, partition: 0, key: nil, value: "open".bytes)
                while producer.deliveredCount < 3 { producer.poll() }
                seen("committed", try trial.bench.values(topic, expecting: ["committed"]))
                let all = ["committed", "aborted", "open"]
                seen("uncommitted", try trial.bench.values(topic, .readUncommitted, expecting: all))
                let place = TopicPartition(topic: topic, partition: 0)
                seen("stable end", try trial.bench.admin.endOffsets([place], isolation: .readCommitted)[place])
                seen("end", try trial.bench.admin.endOffsets([place], isolation: .readUncommitted)[place])
                try producer.commit()
                seen("then", try trial.bench.values(topic, expecting: ["committed", "open"]))
            },
            Behaviour("a consumer's position goes over markers") { trial, seen, peer in
                let topic = try trial.topic()
                let producer = try trial.bench.producer()
                defer { producer.close() }
                for value in ["a", "b"] {
                    try producer.begin()
                    try producer.send(topic: topic, partition: 0, key: nil, value: value.bytes)
                    try producer.commit()
                }
                seen("ends", try trial.settled("start 0, stable 4, end 4") { try peer.ends(topic) })
                seen("offsets", try trial.bench.read(topic).map(\.offset))
                let reader = try PartitionReader(trial.bench.configuration())
                defer { reader.close() }
                let place = TopicPartition(topic: topic, partition: 0)
                reader.assign([place: .beginning])
                let batch = RecordBatch()
                try trial.until {
                    _ = try reader.poll(into: batch, limit: 100, timeoutMilliseconds: 50)
                    return batch.count == 2
                }
                seen("values", (0..<batch.count).map { batch.owned($0).value.text })
                let water = try reader.uncommittedWatermarks(place, timeoutMilliseconds: 10_000)
                seen("watermarks", "\(water)")
            },
            Behaviour("offsets commit with their transaction and not without") { trial, seen, _ in
                let input = TopicPartition(topic: try trial.topic("in"), partition: 0)
                let member = try GroupMember(trial.bench, group: "group", topics: [input.topic])
                defer { member.consumer.close() }
                try pollAll([member]) { !member.assigned.isEmpty }
                let producer = try trial.bench.producer()
                defer { producer.close() }
                func committed() throws -> Int64? {
                    try member.consumer.committed([input], timeoutMilliseconds: 10_000)[input]
                }
                seen("before", try committed())
                try producer.begin()
                try producer.sendOffsets([input: 7], of: member.consumer.groupMetadata())
                // librdkafka asks again until its time is over, or says that the offset is not stable.
                let waiting: [KafkaError.Code] = [.timedOut, .unstableOffsetCommit]
                do {
                    seen("pending", try member.consumer.committed([input], timeoutMilliseconds: 500)[input])
                } catch let error as KafkaError where waiting.contains(error.code) {
                    seen("pending", "waits")
                }
                try producer.abort()
                seen("aborted", try committed())
                try producer.begin()
                try producer.sendOffsets([input: 7], of: member.consumer.groupMetadata())
                try producer.commit()
                seen("committed", try committed())
            },
            Behaviour("after an abort the input is read again and processed once") { trial, seen, _ in
                let input = try trial.topic("in")
                let output = try trial.topic("out")
                let feed = try Producer(trial.bench.configuration())
                for index in 0..<10 {
                    try feed.send(
                        topic: input, partition: 0, key: nil, value: "\(index)".bytes, timestampMilliseconds: 1)
                }
                try feed.flush(timeoutMilliseconds: 10_000)
                feed.close()
                let place = TopicPartition(topic: input, partition: 0)
                let producer = try trial.bench.producer()
                defer { producer.close() }
                let member = try GroupMember(trial.bench, group: "group", topics: [input])
                defer { member.consumer.close() }
                var done: Int64 = 0
                var aborted = false
                try trial.until {
                    try member.poll(limit: 4)
                    let records = member.records
                    guard let last = records.last else { return false }
                    try producer.begin()
                    for record in records {
                        try producer.send(topic: output, partition: 0, key: nil, value: record.value ?? [])
                    }
                    try producer.sendOffsets([place: last.offset + 1], of: member.consumer.groupMetadata())
                    if done >= 4, !aborted {
                        aborted = true
                        try producer.abort()
                        try member.consumer.seek(place, to: done)
                    } else {
                        try producer.commit()
                        done = last.offset + 1
                    }
                    member.batch.removeAll()
                    return done == 10
                }
                seen("aborted once", aborted)
                seen("output", try trial.bench.values(output, expecting: (0..<10).map { "\($0)" }))
                seen("offset", try member.consumer.committed([place], timeoutMilliseconds: 10_000)[place])
            },
            Behaviour("two consumers share partitions; one leaves and the other takes all") { trial, seen, _ in
                let topic = try trial.topic(partitions: 4)
                let first = try GroupMember(trial.bench, group: "group", topics: [topic])
                try pollAll([first]) { first.assigned.count == 4 }
                let second = try GroupMember(trial.bench, group: "group", topics: [topic])
                try pollAll([first, second]) { first.assigned.count == 2 && second.assigned.count == 2 }
                seen("disjoint", first.assigned.isDisjoint(with: second.assigned))
                second.consumer.close()
                try pollAll([first]) { first.assigned.count == 4 }
                seen("first heard", first.events)
                seen("second heard", second.events)
                first.consumer.close()
            },
            Behaviour("a static consumer comes back within its session and nobody else hears of it") { trial, seen, _ in
                let topic = try trial.topic(partitions: 2)
                let stays = try GroupMember(trial.bench, group: "group", instanceID: "a", topics: [topic])
                let goes = try GroupMember(trial.bench, group: "group", instanceID: "b", topics: [topic])
                try pollAll([stays, goes]) { stays.assigned.count == 1 && goes.assigned.count == 1 }
                let before = stays.events
                let held = goes.assigned
                goes.consumer.close()
                let back = try GroupMember(trial.bench, group: "group", instanceID: "b", topics: [topic])
                try pollAll([stays, back]) { back.assigned.count == 1 }
                seen("the same partition", back.assigned == held)
                seen("the other heard nothing", stays.events == before)
                back.consumer.close()
                stays.consumer.close()
            },
            Behaviour("a group starts where its offsets are, else where its reset says") { trial, seen, _ in
                let topic = try trial.topic()
                let feed = try Producer(trial.bench.configuration())
                for index in 0..<5 {
                    try feed.send(
                        topic: topic, partition: 0, key: nil, value: "\(index)".bytes, timestampMilliseconds: 1)
                }
                try feed.flush(timeoutMilliseconds: 10_000)
                feed.close()
                let place = TopicPartition(topic: topic, partition: 0)
                try trial.bench.admin.setCommittedOffsets([place: 3], of: trial.bench.name("known"))
                for (group, count) in [("known", 2), ("new", 5)] {
                    let member = try GroupMember(trial.bench, group: group, topics: [topic])
                    try pollAll([member]) { member.batch.count >= count }
                    seen(group, member.values)
                    member.consumer.close()
                }
            },
            Behaviour("an offset out of range is reported or reset") { trial, seen, peer in
                let topic = try trial.topic()
                for value in ["a", "b", "c"] { try peer.write([value], to: topic) }
                let place = TopicPartition(topic: topic, partition: 0)
                for (label, reset) in [("earliest", AutoOffsetReset.earliest), ("error", .error)] {
                    var settings = ConsumerSettings()
                    settings.autoOffsetReset = reset
                    let consumer = try Consumer(
                        trial.bench.configuration(), group: trial.bench.name("r"), settings: settings)
                    consumer.assign([place: .offset(99)])
                    let batch = RecordBatch()
                    var codes: [String] = []
                    try trial.until {
                        let result = try consumer.poll(into: batch, limit: 100, timeoutMilliseconds: 50)
                        codes += result.errors.map { $0.error.code.name }
                        return batch.count == 3 || !codes.isEmpty
                    }
                    seen(label, codes.isEmpty ? "\(batch.count) records" : codes.joined(separator: " "))
                    consumer.close()
                }
            },
            Behaviour("topics are administered") { trial, seen, _ in
                let admin = trial.bench.admin
                let name = trial.bench.name("topic")
                let topic = NewTopic(
                    name: name, partitions: 3, replication: 1,
                    configuration: ["cleanup.policy": "compact", "max.message.bytes": "12345"])
                seen("create", try admin.createTopics([topic]).count)
                seen("again", try admin.createTopics([topic]).count)
                let partitions = try trial.settled(3) { try admin.describeTopics([name])[name]?.partitionCount ?? 0 }
                seen("partitions", partitions)
                let settings = try admin.topicConfiguration(name)
                seen("settings", ["cleanup.policy", "max.message.bytes"].map { settings[$0] ?? "" })
                seen.outcome("more") { try admin.createPartitions(topic: name, total: 5) }
                seen.outcome("fewer") { try admin.createPartitions(topic: name, total: 1) }
                seen("delete", try admin.deleteTopics([name, trial.bench.name("absent")]).count)
                seen("left", try trial.settled(0) { try admin.describeTopics([name]).count })
                seen.outcome("three replicas") {
                    try admin.createTopics([NewTopic(name: name + "x", partitions: 1, replication: 3)])
                }
                seen.outcome("no such setting") {
                    try admin.createTopics([NewTopic(name: name + "x", partitions: 1, configuration: ["no.such": "1"])])
                }
                seen.outcome("bad name") { try admin.createTopics([NewTopic(name: name + "/", partitions: 1)]) }
                seen.outcome("missing topic") { try admin.topicConfiguration(name + "y") }
            },
            Behaviour("groups are administered") { trial, seen, _ in
                let admin = trial.bench.admin
                let topic = try trial.topic(partitions: 2)
                let group = trial.bench.name("group")
                let one = TopicPartition(topic: topic, partition: 1)
                let member = try GroupMember(trial.bench, group: "group", instanceID: "node-00", topics: [topic])
                try pollAll([member]) { member.assigned.count == 2 }
                seen("listed", try admin.listGroups().filter { $0.group == group }.map(\.state))
                let description = try admin.describeGroup(group)
                seen("state", description.state)
                seen("assignor", description.assignor)
                seen("instances", description.members.map(\.instanceID))
                seen("client", description.members.map(\.clientID))
                seen("host", description.members.map(\.host))
                seen("assignment", description.members.first?.assignment.sorted().map { "\($0)" })
                seen.outcome("move with members") { try admin.setCommittedOffsets([one: 5], of: group) }
                seen.outcome("delete with members") { try admin.deleteGroups([group]) }
                member.consumer.close()
                let other = trial.bench.name("other")
                seen.outcome("move") { try admin.setCommittedOffsets([one: 5], of: other) }
                seen("offsets", try admin.committedOffsets(other)[one])
                seen("state", try admin.describeGroup(other).state)
                seen.outcome("delete") { try admin.deleteGroups([other]) }
                seen("offsets", try admin.committedOffsets(other).count)
                seen.outcome("delete again") { try admin.deleteGroups([other]) }
            },
            Behaviour("offsets are administered: ends, beginnings, times, deleted records") { trial, seen, _ in
                let admin = trial.bench.admin
                let topic = try trial.topic(partitions: 2)
                let zero = TopicPartition(topic: topic, partition: 0)
                let one = TopicPartition(topic: topic, partition: 1)
                let producer = try trial.bench.producer()
                defer { producer.close() }
                try producer.begin()
                for index in 0..<10 {
                    try producer.send(
                        topic: topic, partition: 0, key: nil, value: [],
                        timestampMilliseconds: Int64(1_000 + index * 100))
                }
                try producer.commit()
                let ends = try trial.settled([zero: 11, one: 0]) {
                    try admin.endOffsets([zero, one], isolation: .readCommitted)
                }
                seen("ends", [ends[zero], ends[one]])
                seen("beginning", try admin.beginningOffsets([zero])[zero])
                seen("delete", try admin.deleteRecords(before: [zero: 4])[zero])
                seen("beginning", try admin.beginningOffsets([zero])[zero])
                seen("at 1450", try admin.offsets(forTimestampsMilliseconds: [zero: 1_450])[zero])
                seen("at 1500", try admin.offsets(forTimestampsMilliseconds: [zero: 1_500])[zero])
                seen("marker's", try admin.offsets(forTimestampsMilliseconds: [zero: 100_000])[zero])
                seen("after all", try admin.offsets(forTimestampsMilliseconds: [zero: 9_900_000_000_000])[zero])
                seen.outcome("too far") { try admin.deleteRecords(before: [zero: 400])[zero] }
            },
            Behaviour("a record that is too large fails alone, and dooms a transaction") { trial, seen, _ in
                let topic = try trial.topic(partitions: 1, ["max.message.bytes": "2000"])
                let producer = try trial.bench.producer { $0.compression = "none" }
                defer { producer.close() }
                try producer.begin()
                try producer.send(topic: topic, partition: 0, key: nil, value: Array(repeating: 2, count: 3_000))
                seen.outcome("commit") { try producer.commit() }
                seen.outcome("abort") { try producer.abort() }
                var uncompressed = ProducerSettings()
                uncompressed.compression = "none"
                let plain = try Producer(trial.bench.configuration(), settings: uncompressed)
                defer { plain.close() }
                try plain.send(
                    topic: topic, partition: 0, key: nil, value: Array(repeating: 2, count: 3_000),
                    timestampMilliseconds: 1)
                seen.outcome("plain") { try plain.flush(timeoutMilliseconds: 20_000) }
                seen("failed", plain.failedCount)
            },
        ]
    }
}
