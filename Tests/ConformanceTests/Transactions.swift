import BrokerTestKit
import Kafka
import KafkaProtocol

extension Behaviour {
    /// What a transaction makes visible, and which states it goes through.
    static var transactions: [Behaviour] {
        [
            Behaviour("a marker takes an offset in each partition of its transaction") { trial, seen, peer in
                let topic = try trial.topic(partitions: 3)
                let producer = try peer.transactional(trial.bench.name("tx"))
                seen.call(producer.id, "P")
                for _ in 0..<2 {
                    let sequence = Int32(try peer.offset(topic, at: .latest).offset / 3 * 2)
                    seen("add", try peer.add(topic, [0, 1], to: producer))
                    for partition in Int32(0)...1 {
                        seen(
                            "write", try peer.write(["a", "b"], to: topic, partition, by: producer, sequence: sequence))
                    }
                    seen("end", try peer.finish(producer, commit: true))
                }
                for partition in Int32(0)..<3 { seen("partition \(partition)", try peer.ends(topic, partition)) }
            },
            Behaviour("markers are control batches that name producer, epoch and outcome") { trial, seen, peer in
                let topic = try trial.topic()
                let producer = try peer.transactional(trial.bench.name("tx"))
                seen.call(producer.id, "P")
                try peer.open(["kept"], in: topic, by: producer)
                try peer.finish(producer, commit: true)
                try peer.open(["dropped"], in: topic, by: producer, sequence: 1)
                try peer.finish(producer, commit: false)
                let data = try peer.fetch(topic)
                seen("log", data.records)
                for bytes in try Notes.whole(data.records?.bytes ?? []) {
                    let header = try RecordBatchCodec.validate(bytes)
                    guard header.isControl else { continue }
                    seen("marker's base sequence", header.baseSequence)
                    seen("marker's leader epoch", header.partitionLeaderEpoch)
                    let record = try RecordBatchCodec.records(bytes)[0]
                    seen(
                        "marker's coordinator epoch is 0 or more",
                        ControlRecord(record).map { $0.coordinatorEpoch >= 0 })
                    seen("key and value", "\(record.key?.count ?? -1) and \(record.value?.count ?? -1) bytes")
                }
            },
            Behaviour("an open transaction holds the last stable offset and its readers") { trial, seen, peer in
                let topic = try trial.topic()
                let producer = try peer.transactional(trial.bench.name("tx"))
                seen.call(producer.id, "P")
                try peer.write(["before"], to: topic)
                try peer.open(["open"], in: topic, by: producer)
                try peer.write(["after"], to: topic)
                seen("ends", try peer.ends(topic))
                seen("committed", try peer.fetch(topic, .committed))
                seen("uncommitted", try peer.fetch(topic))
                try peer.finish(producer, commit: true)
                seen("ends", try peer.ends(topic))
                seen("committed", try peer.fetch(topic, .committed))
            },
            Behaviour("the first open transaction holds the last stable offset, then the next one") {
                trial, seen, peer in
                let topic = try trial.topic()
                let first = try peer.transactional(trial.bench.name("first"))
                let second = try peer.transactional(trial.bench.name("second"))
                try peer.open(["1"], in: topic, by: first)
                try peer.open(["2"], in: topic, by: second)
                try peer.write(["1 again"], to: topic, by: first, sequence: 1)
                seen("both open", try peer.ends(topic))
                try peer.finish(first, commit: true)
                seen("the first committed", try peer.ends(topic))
                try peer.finish(second, commit: false)
                seen("both ended", try peer.ends(topic))
                seen("committed", try peer.values(topic, .committed))
                seen("uncommitted", try peer.values(topic, .uncommitted))
            },
            Behaviour("the list of aborted transactions is exact") { trial, seen, peer in
                let topic = try trial.topic()
                let one = try peer.transactional(trial.bench.name("one"))
                let two = try peer.transactional(trial.bench.name("two"))
                seen.call(one.id, "ONE")
                seen.call(two.id, "TWO")
                try peer.open(["a"], in: topic, by: one)
                try peer.open(["b"], in: topic, by: two)
                try peer.write(["plain"], to: topic)
                try peer.finish(two, commit: false)
                try peer.finish(one, commit: true)
                try peer.open(["c"], in: topic, by: one, sequence: 1)
                try peer.open(["d"], in: topic, by: two, sequence: 1)
                try peer.finish(one, commit: false)
                try peer.finish(two, commit: false)
                try peer.open(["e"], in: topic, by: one, sequence: 2)
                try peer.finish(one, commit: true)
                try peer.open(["f"], in: topic, by: two, sequence: 2)
                seen("log", try peer.fetch(topic).records)
                for start in [Int64(0), 2, 3, 4, 5, 6, 7, 8, 9, 10] {
                    seen("from \(start)", try peer.fetch(topic, .committed, from: start).abortedTransactions)
                }
                seen("uncommitted", try peer.fetch(topic).abortedTransactions)
                seen("committed", try peer.values(topic, .committed))
            },
            Behaviour("a short fetch lists the aborted transactions of what it holds") { trial, seen, peer in
                let topic = try trial.topic()
                let one = try peer.transactional(trial.bench.name("one"))
                seen.call(one.id, "ONE")
                for index in Int32(0)..<3 {
                    try peer.open(["\(index)"], in: topic, by: one, sequence: index)
                    try peer.finish(one, commit: false)
                }
                for start in [Int64(0), 1, 2] {
                    let data = try peer.fetch(topic, .committed, from: start, partitionMaxBytes: 1)
                    seen("from \(start)", data.records)
                    // A list may name later ones too, for a broker knows the end of what it reads only roughly.
                    let last =
                        try Notes.whole(data.records?.bytes ?? []).last.map { try BatchHeader($0).lastOffset } ?? -1
                    seen("from \(start)", data.abortedTransactions?.filter { $0.firstOffset <= last })
                }
            },
            Behaviour("an aborted transaction is hidden from one reader and shown to the other") { trial, seen, peer in
                let topic = try trial.topic(partitions: 2)
                let producer = try peer.transactional(trial.bench.name("tx"))
                seen("add", try peer.add(topic, [0, 1], to: producer))
                try peer.write(["a", "b"], to: topic, 0, by: producer, sequence: 0)
                try peer.write(["c"], to: topic, 1, by: producer, sequence: 0)
                seen("abort", try peer.finish(producer, commit: false))
                for partition in Int32(0)..<2 {
                    seen("committed", try peer.values(topic, .committed, partition: partition))
                    seen("uncommitted", try peer.values(topic, .uncommitted, partition: partition))
                }
                seen("from the middle", try peer.values(topic, .committed, from: 1))
            },
            Behaviour("a transaction that wrote nothing leaves nothing, if its partitions were added a marker") {
                trial, seen, peer in
                let topic = try trial.topic()
                let producer = try peer.transactional(trial.bench.name("tx"))
                seen("commit without begin", try peer.end(producer, commit: true))
                seen("abort without begin", try peer.end(producer, commit: false))
                seen("add", try peer.add(topic, to: producer))
                seen("commit", try peer.finish(producer, commit: true))
                seen("ends", try peer.ends(topic))
                seen("committed", try peer.values(topic, .committed))
            },
            Behaviour("an end is answered again where it is the same and refused where it is the other") {
                trial, seen, peer in
                let topic = try trial.topic()
                let producer = try peer.transactional(trial.bench.name("tx"))
                var sequence: Int32 = 0
                for commit in [true, false] {
                    try peer.open(["x"], in: topic, by: producer, sequence: sequence)
                    sequence += 1
                    seen("commit \(commit)", try peer.finish(producer, commit: commit))
                    seen("again", try peer.end(producer, commit: commit))
                    seen("the other way", try peer.end(producer, commit: !commit))
                }
                seen("ends", try peer.ends(topic))
            },
            Behaviour("an unknown transactional id or another producer's id is no mapping") { trial, seen, peer in
                let topic = try trial.topic()
                let id = trial.bench.name("tx")
                let producer = try peer.transactional(id)
                let unknown = Identity(id: producer.id, epoch: 0, transactionalID: trial.bench.name("unknown"))
                let other = Identity(id: producer.id + 1_000, epoch: producer.epoch, transactionalID: id)
                let later = producer.with(epoch: producer.epoch + 1)
                for (word, who) in [("unknown id", unknown), ("other producer", other), ("later epoch", later)] {
                    seen("\(word), add", try peer.add(topic, to: who))
                    seen("\(word), add offsets", try peer.addOffsets(of: trial.bench.name("group"), to: who))
                    seen("\(word), end", try peer.end(who, commit: true))
                }
                seen("empty id, add", try peer.add(topic, to: Identity(id: 1, epoch: 0, transactionalID: "")))
                seen("empty id, end", try peer.end(Identity(id: 1, epoch: 0, transactionalID: ""), commit: true))
            },
            Behaviour("adding a missing topic adds none") { trial, seen, peer in
                let topic = try trial.topic()
                let producer = try peer.transactional(trial.bench.name("tx"))
                let answer = try peer.ask(AddPartitionsToTxnRequest.self, 3) {
                    $0.v3AndBelowTransactionalId = producer.transactionalID ?? ""
                    $0.v3AndBelowProducerId = producer.id
                    $0.v3AndBelowProducerEpoch = producer.epoch
                    $0.v3AndBelowTopics = [(topic, [Int32(0), 5]), (trial.bench.name("missing"), [0])].map {
                        name, indexes in
                        var added = AddPartitionsToTxnRequest.AddPartitionsToTxnTopic()
                        added.name = name
                        added.partitions = indexes
                        return added
                    }
                }
                for topic in answer.resultsByTopicV3AndBelow.sorted(by: { $0.name < $1.name }) {
                    for partition in topic.resultsByPartition.sorted(by: { $0.partitionIndex < $1.partitionIndex }) {
                        seen(topic.name, partition)
                    }
                }
                seen("state", try peer.describe(producer.transactionalID ?? "").transactionState)
            },
            Behaviour("partitions are added for many transactions at once, or only looked up") { trial, seen, peer in
                let topic = try trial.topic(partitions: 2)
                let one = try peer.transactional(trial.bench.name("one"))
                let two = try peer.transactional(trial.bench.name("two"))
                func ask(_ label: String, _ entries: [(Identity, Bool)]) throws {
                    let answer = try peer.ask(AddPartitionsToTxnRequest.self, 5) {
                        $0.transactions = entries.map { producer, verifies in
                            var added = AddPartitionsToTxnRequest.AddPartitionsToTxnTopic()
                            added.name = topic
                            added.partitions = [0, 1]
                            var transaction = AddPartitionsToTxnRequest.AddPartitionsToTxnTransaction()
                            transaction.transactionalId = producer.transactionalID ?? ""
                            transaction.producerId = producer.id
                            transaction.producerEpoch = producer.epoch
                            transaction.verifyOnly = verifies
                            transaction.topics = [added]
                            return transaction
                        }
                    }
                    seen("\(label), code", ErrorCode(rawValue: answer.errorCode))
                    for result in answer.resultsByTransaction.sorted(by: { $0.transactionalId < $1.transactionalId }) {
                        var result = result
                        result.topicResults[0].resultsByPartition.sort { $0.partitionIndex < $1.partitionIndex }
                        seen(label, result)
                    }
                }
                try ask("looked up before", [(one, true)])
                try ask("added, and looked up of another", [(one, false), (two, true)])
                try ask("looked up after", [(one, true)])
                try ask("with an old epoch", [(one.with(epoch: one.epoch - 1), false)])
            },
            Behaviour("a batch outside its producer's transaction is refused") { trial, seen, peer in
                let topic = try trial.topic(partitions: 2)
                let producer = try peer.transactional(trial.bench.name("tx"))
                seen("not added", try peer.write(["x"], to: topic, by: producer, sequence: 0))
                seen("add", try peer.add(topic, [0], to: producer))
                seen("added", try peer.write(["x"], to: topic, by: producer, sequence: 0))
                seen("other partition", try peer.write(["x"], to: topic, 1, by: producer, sequence: 0))
                let plain = Identity(id: producer.id, epoch: producer.epoch)
                seen("not transactional, meanwhile", try peer.write(["x"], to: topic, by: plain, sequence: 1))
                seen("commit", try peer.finish(producer, commit: true))
                seen("after the end", try peer.write(["y"], to: topic, by: producer, sequence: 1))
                seen("values", try peer.values(topic, .uncommitted))
            },
            Behaviour("a transactional batch in a request without transactional id") { trial, seen, peer in
                let topic = try trial.topic()
                let producer = try peer.transactional(trial.bench.name("tx"))
                seen("add", try peer.add(topic, to: producer))
                seen.outcome("no id in the request") {
                    try peer.produce(topic, batch(["x"], by: producer, sequence: 0), transactionalID: nil)
                }
                seen.outcome("another id in the request") {
                    try trial.peer().produce(
                        topic, batch(["x"], by: producer, sequence: 0), transactionalID: trial.bench.name("other"))
                }
                seen("ends", try trial.peer().ends(topic))
            },
            Behaviour("a newer client's produce adds its partition by itself") { trial, seen, peer in
                let topic = try trial.topic()
                let producer = try peer.transactional(trial.bench.name("tx"))
                seen.call(producer.id, "P")
                seen("write", try peer.write(["x"], to: topic, by: producer, sequence: 0, version: 12))
                seen("state", try peer.describe(producer.transactionalID ?? ""))
                let ended = try peer.endOnce(producer, commit: true, version: 5)
                seen("end", ended)
                _ = try peer.awaitEnd(producer.transactionalID ?? "")
                seen("epoch grew by", ended.producerEpoch - producer.epoch)
                seen("log", try peer.fetch(topic).records)
                let next = producer.with(epoch: ended.producerEpoch)
                seen("old epoch", try peer.write(["y"], to: topic, by: producer, sequence: 1, version: 12))
                seen("new epoch, old sequence", try peer.write(["y"], to: topic, by: next, sequence: 1, version: 12))
                seen("new epoch", try peer.write(["y"], to: topic, by: next, sequence: 0, version: 12))
                seen("abort", try peer.endOnce(next, commit: false, version: 5))
                _ = try peer.awaitEnd(producer.transactionalID ?? "")
                seen("committed", try peer.values(topic, .committed))
            },
            Behaviour("a newer client's empty end") { trial, seen, peer in
                let producer = try peer.transactional(trial.bench.name("tx"))
                seen.call(producer.id, "P")
                let aborted = try peer.endOnce(producer, commit: false, version: 5)
                seen("abort without begin", aborted)
                _ = try peer.awaitEnd(producer.transactionalID ?? "")
                let epoch = aborted.producerEpoch >= 0 ? aborted.producerEpoch : producer.epoch
                seen("commit without begin", try peer.endOnce(producer.with(epoch: epoch), commit: true, version: 5))
            },
            Behaviour("a transaction past its time-out is aborted and its producer fenced") { trial, seen, peer in
                let topic = try trial.topic()
                let id = trial.bench.name("tx")
                let producer = try peer.transactional(id, timeoutMs: 1_000)
                seen.call(producer.id, "P")
                try peer.open(["late"], in: topic, by: producer)
                try trial.until { try peer.describe(id).transactionState == "CompleteAbort" }
                seen("state", try peer.describe(id))
                seen("ends", try peer.ends(topic))
                seen("committed", try peer.values(topic, .committed))
                seen("write", try peer.write(["later"], to: topic, by: producer, sequence: 1))
                seen("add", try peer.add(topic, to: producer))
                seen("commit", try peer.end(producer, commit: true))
                seen("abort", try peer.end(producer, commit: false))
                seen("commit, version 1", try peer.end(producer, commit: true, version: 1))
                seen("log", try peer.fetch(topic).records)
                let next = try peer.transactional(id)
                seen("epoch grew by", next.epoch - producer.epoch)
            },
            Behaviour("a producer whose transaction timed out may go on with a new epoch") { trial, seen, peer in
                let topic = try trial.topic()
                let id = trial.bench.name("tx")
                let producer = try peer.transactional(id, timeoutMs: 1_000)
                seen.call(producer.id, "P")
                try peer.open(["late"], in: topic, by: producer)
                try trial.until { try peer.describe(id).transactionState == "CompleteAbort" }
                seen("init", try peer.initProducer(id, as: producer))
                seen("init again", try peer.initProducer(id, as: producer))
                seen("earlier", try peer.initProducer(id, as: producer.with(epoch: producer.epoch - 1)))
            },
            Behaviour("time-outs, ids and epochs that InitProducerId refuses") { trial, seen, peer in
                let id = trial.bench.name("tx")
                seen("no time", try peer.initProducer(id, timeoutMs: 0))
                seen("negative time", try peer.initProducer(id, timeoutMs: -1))
                seen("too long", try peer.initProducer(id, timeoutMs: 900_001))
                seen("empty id", try peer.initProducer("").errorCode)
                seen("epoch without id", try peer.initProducer(id, as: Identity(id: -1, epoch: 3)))
                seen("id without epoch", try peer.initProducer(id, as: Identity(id: 3, epoch: -1)))
                seen("unknown id", try peer.initProducer(id, as: Identity(id: 1_234_567, epoch: 0)))
            },
            Behaviour("InitProducerId raises the epoch and keeps the id") { trial, seen, peer in
                let id = trial.bench.name("tx")
                let first = try peer.transactional(id)
                seen.call(first.id, "P")
                seen("first epoch", first.epoch)
                seen("second", try peer.initProducer(id))
                seen("third", try peer.initProducer(id))
                let third = try peer.initProducer(id)
                let current = Identity(id: third.producerId, epoch: third.producerEpoch)
                seen("fourth", third)
                seen("named, current", try peer.initProducer(id, as: current))
                seen("named, one behind", try peer.initProducer(id, as: current))
                seen("named, old", try peer.initProducer(id, as: current.with(epoch: current.epoch - 1)))
                seen("named, old, version 3", try peer.initProducer(id, as: current.with(epoch: 0), version: 3))
                seen("named, other id", try peer.initProducer(id, as: Identity(id: current.id + 777, epoch: 1)))
                seen("named, later", try peer.initProducer(id, as: current.with(epoch: current.epoch + 5)))
            },
            Behaviour("InitProducerId during a transaction aborts it first") { trial, seen, peer in
                let topic = try trial.topic()
                let id = trial.bench.name("tx")
                let first = try peer.transactional(id)
                seen.call(first.id, "P")
                try peer.open(["first"], in: topic, by: first)
                let second = try peer.transactional(id)
                seen("log", try peer.fetch(topic).records)
                seen("epoch grew by", second.epoch - first.epoch)
                seen("first writes", try peer.write(["zombie"], to: topic, by: first, sequence: 1))
                seen("first commits", try peer.end(first, commit: true))
                try peer.open(["second"], in: topic, by: second)
                seen("second commits", try peer.finish(second, commit: true))
                seen("committed", try peer.values(topic, .committed))
            },
            Behaviour("InitProducerId during a transaction first says to come again") { trial, seen, peer in
                let topic = try trial.topic()
                let id = trial.bench.name("tx")
                let first = try peer.transactional(id)
                try peer.open(["first"], in: topic, by: first)
                seen("at once", ErrorCode(rawValue: try peer.initProducer(id).errorCode))
                seen("state", try peer.awaitEnd(id))
            },
            Behaviour("InitProducerId of the transaction's own producer aborts it") { trial, seen, peer in
                let topic = try trial.topic()
                let id = trial.bench.name("tx")
                let first = try peer.transactional(id)
                seen.call(first.id, "P")
                try peer.open(["first"], in: topic, by: first)
                let again = try peer.whileBusy(\.errorCode) { try peer.initProducer(id, as: first) }
                seen("again", ErrorCode(rawValue: again.errorCode))
                seen("epoch grew by", again.producerEpoch - first.epoch)
                seen("committed", try peer.values(topic, .committed))
                seen("ends", try peer.ends(topic))
            },
            Behaviour("a transaction's state is described") { trial, seen, peer in
                let topic = try trial.topic("b", partitions: 3)
                let id = trial.bench.name("tx")
                seen("unknown", try peer.describe(id))
                let producer = try peer.transactional(id)
                seen.call(producer.id, "P")
                seen("new", try peer.describe(id))
                _ = try peer.add(topic, [2, 0], to: producer)
                var open = try peer.describe(id)
                for index in open.topics.indices { open.topics[index].partitions.sort() }
                seen("open", open)
                try peer.finish(producer, commit: true)
                seen("committed", try peer.describe(id))
                _ = try peer.add(topic, [1], to: producer)
                try peer.finish(producer, commit: false)
                seen("aborted", try peer.describe(id))
                seen("empty id", try peer.describe(""))
            },
            Behaviour("transactions are listed by state, producer, age and pattern") { trial, seen, peer in
                let topic = try trial.topic()
                let open = try peer.transactional(trial.bench.name("open"))
                let idle = try peer.transactional(trial.bench.name("idle"))
                seen.call(open.id, "OPEN")
                seen.call(idle.id, "IDLE")
                _ = try peer.add(topic, to: open)
                func list(
                    _ label: String, _ version: Int16 = 2, _ change: (inout ListTransactionsRequest) -> Void = { _ in }
                ) throws {
                    var answer = try peer.ask(ListTransactionsRequest.self, version) { change(&$0) }
                    answer.transactionStates = answer.transactionStates
                        .filter { $0.transactionalId.hasPrefix(trial.bench.prefix) }
                        .sorted { $0.transactionalId < $1.transactionalId }
                    seen(label, answer)
                }
                try list("all")
                try list("ongoing") { $0.stateFilters = ["Ongoing"] }
                try list("ongoing or empty") { $0.stateFilters = ["Ongoing", "Empty"] }
                try list("no such state") { $0.stateFilters = ["Sleeping"] }
                try list("no such state, and one") { $0.stateFilters = ["Sleeping", "Ongoing"] }
                try list("by producer") { $0.producerIdFilters = [idle.id, 999_999] }
                try list("an hour old", 1) { $0.durationFilter = 3_600_000 }
                try list("any age", 1) { $0.durationFilter = 0 }
                try list("by pattern") { $0.transactionalIdPattern = ".*-op.*" }
                try list("by a pattern that is none") { $0.transactionalIdPattern = "(" }
                seen("end", try peer.finish(open, commit: false))
            },
            Behaviour("the producers of a partition are described") { trial, seen, peer in
                let topic = try trial.topic(partitions: 2)
                let producer = try peer.transactional(trial.bench.name("tx"))
                let plain = try peer.idempotent()
                seen.call(producer.id, "P")
                seen.call(plain.id, "PLAIN")
                func describe(_ label: String) throws {
                    let answer = try peer.ask(DescribeProducersRequest.self) {
                        var wanted = DescribeProducersRequest.TopicRequest()
                        wanted.name = topic
                        wanted.partitionIndexes = [0, 1, 9]
                        var missing = DescribeProducersRequest.TopicRequest()
                        missing.name = trial.bench.name("missing")
                        missing.partitionIndexes = [0]
                        $0.topics = [wanted, missing]
                    }
                    for topic in answer.topics.sorted(by: { $0.name < $1.name }) {
                        for partition in topic.partitions.sorted(by: { $0.partitionIndex < $1.partitionIndex }) {
                            var partition = partition
                            partition.activeProducers.sort {
                                seen.producer($0.producerId) < seen.producer($1.producerId)
                            }
                            seen("\(label), \(topic.name)", partition)
                        }
                    }
                }
                try describe("before")
                try peer.write(["a", "b"], to: topic, by: plain, sequence: 0)
                try peer.open(["c", "d"], in: topic, by: producer)
                try describe("open")
                try peer.finish(producer, commit: true)
                try describe("committed")
            },
            Behaviour("a marker written by hand ends a transaction in one partition") { trial, seen, peer in
                let topic = try trial.topic()
                _ = try peer.transactional(trial.bench.name("tx"))
                let producer = try peer.transactional(trial.bench.name("tx"))
                seen.call(producer.id, "P")
                try peer.open(["hanging"], in: topic, by: producer)
                func mark(_ label: String, epoch: Int16, coordinator: Int32, _ name: String) throws {
                    let answer = try peer.ask(WriteTxnMarkersRequest.self, 1) {
                        var place = WriteTxnMarkersRequest.WritableTxnMarkerTopic()
                        place.name = name
                        place.partitionIndexes = [0]
                        var marker = WriteTxnMarkersRequest.WritableTxnMarker()
                        marker.producerId = producer.id
                        marker.producerEpoch = epoch
                        marker.coordinatorEpoch = coordinator
                        marker.topics = [place]
                        $0.markers = [marker]
                    }
                    seen(label, answer)
                }
                try mark("old epoch", epoch: producer.epoch - 1, coordinator: 0, topic)
                try mark("missing topic", epoch: producer.epoch, coordinator: 0, trial.bench.name("missing"))
                try mark("right", epoch: producer.epoch, coordinator: 0, topic)
                seen("ends", try peer.ends(topic))
                seen("committed", try peer.values(topic, .committed))
                try mark("again", epoch: producer.epoch, coordinator: 0, topic)
                seen("commit", try peer.finish(producer, commit: true))
                seen("log", try peer.fetch(topic).records)
            },
            Behaviour("a transaction outlives one of its topics") { trial, seen, peer in
                let doomed = try trial.topic("doomed")
                let topic = try trial.topic()
                let producer = try peer.transactional(trial.bench.name("tx"))
                try peer.open(["x"], in: doomed, by: producer)
                try peer.open(["y"], in: topic, by: producer)
                _ = try trial.bench.admin.deleteTopics([doomed])
                seen("commit", try peer.finish(producer, commit: true))
                seen("committed", try peer.values(topic, .committed))
                seen("next add", try peer.add(topic, to: producer))
                seen("next commit", try peer.finish(producer, commit: true))
            },
            Behaviour("a transaction's end is refused to its predecessor's epoch, in each version's words") {
                trial, seen, peer in
                let topic = try trial.topic()
                let id = trial.bench.name("tx")
                let old = try peer.transactional(id)
                _ = try peer.transactional(id)
                let group = trial.bench.name("group")
                for version in Int16(0)...3 {
                    seen("add, version \(version)", try peer.add(topic, to: old, version: version))
                }
                for version in Int16(0)...4 {
                    seen("add offsets, version \(version)", try peer.addOffsets(of: group, to: old, version: version))
                }
                for version in Int16(0)...5 {
                    seen("end, version \(version)", try peer.end(old, commit: true, version: version))
                }
                for version in Int16(3)...5 {
                    let answer = try peer.initProducer(id, as: old, version: version)
                    seen("init, version \(version)", ErrorCode(rawValue: answer.errorCode))
                }
                for version in Int16(0)...5 {
                    let code = try peer.sendOffset(1, of: topic, group: group, by: old, version: version)
                    seen("send offsets, version \(version)", code)
                }
                for version in Int16(3)...12 {
                    let answer = try peer.write(["x"], to: topic, by: old, sequence: 0, version: version)
                    seen("write, version \(version)", ErrorCode(rawValue: answer.errorCode))
                }
            },
        ]
    }
}
