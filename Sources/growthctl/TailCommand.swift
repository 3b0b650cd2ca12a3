import CommandLineTools
import Foundation
import Kafka
import Operations
import ProtobufCodec
import Schemas

/// `growthctl tail TOPIC`: a topic's committed records, decoded.
enum TailCommand {
    private static let topic = Argument<String>("topic", help: "A topic of the fleet.")
    private static let limit = Option<Int>(
        "limit", short: "n", default: 10, allowed: .range(1...1_000_000), help: "Records to print.")
    private static let key = Option<String?>("key", help: "Only records with this key.")
    private static let follow = Flag("follow", short: "f", help: "Go on with what comes, until interrupted.")
    private static let fromStart = Flag("from-beginning", help: "The first records instead of the last.")

    static let command = Command(
        "tail", abstract: "Prints a topic's committed records, decoded.",
        examples: [
            .init("growthctl tail fraud.decisions.v1 -n 3", "The last three decisions."),
            .init("growthctl tail tags.v1 --key c00042 -n 100 -o json", "A customer's tags as JSON."),
        ],
        parameters: [topic, limit, key, follow, fromStart]
    ) { parsed in
        guard let declaration = FleetTopics.named(parsed[topic]) else {
            let near = Suggestion.closest(to: parsed[topic], among: FleetTopics.all.map(\.name))
            throw CommandFailure(
                .notFound, "\(parsed[topic]) is no topic of the fleet", hint: near.map { "Did you mean \($0)?" })
        }
        try Common.reachable(parsed) { try run(parsed, declaration) }
        return .success
    }

    private static func run(_ parsed: ParsedCommand, _ declaration: TopicDeclaration) throws {
        let reader = try PartitionReader(Common.client(parsed))
        defer { reader.close() }
        let wanted = parsed[limit]
        let count = declaration.partitionCount(fleet: Common.partitionCount(parsed))
        var ends: [TopicPartition: Int64] = [:]
        var starts: [TopicPartition: StartOffset] = [:]
        for partition in 0..<count {
            let name = TopicPartition(topic: declaration.name, partition: partition)
            let (low, high) = try reader.uncommittedWatermarks(
                name, timeoutMilliseconds: Int32(parsed[Common.timeout]) * 1_000)
            ends[name] = high
            // Markers take offsets too, so twice as many and some more.
            let isWhole = parsed[fromStart] || parsed[key] != nil
            starts[name] = .offset(isWhole ? low : max(low, high - Int64(wanted) * 2 - 20))
        }
        reader.assign(starts)
        var found: [OwnedRecord] = []
        let batch = RecordBatch()
        let wantedKey = parsed[key].map { Array($0.utf8) }
        while !ends.isEmpty {
            _ = try reader.poll(into: batch, limit: 5_000, timeoutMilliseconds: 200)
            for index in 0..<batch.count {
                let record = batch.owned(index)
                if wantedKey == nil || record.key == wantedKey { found.append(record) }
            }
            batch.removeAll()
            for (name, end) in ends where (reader.position(name) ?? 0) >= end { ends[name] = nil }
            if parsed[fromStart], found.count >= wanted { break }
        }
        found.sort {
            ($0.timestampMilliseconds, $0.partition, $0.offset) < ($1.timestampMilliseconds, $1.partition, $1.offset)
        }
        let shown = parsed[fromStart] ? found.prefix(wanted) : found.suffix(wanted)
        for record in shown { show(parsed, record, declaration) }
        if found.isEmpty, !parsed[follow] { parsed.console.say("no records") }
        while parsed[follow] {
            _ = try reader.poll(into: batch, limit: 100, timeoutMilliseconds: 500)
            for index in 0..<batch.count {
                let record = batch.owned(index)
                if wantedKey == nil || record.key == wantedKey { show(parsed, record, declaration) }
            }
            batch.removeAll()
        }
    }

    private static func show(_ parsed: ParsedCommand, _ record: OwnedRecord, _ declaration: TopicDeclaration) {
        let value = RecordText.value(of: record, declaration)
        let key = record.key.map { String(decoding: $0, as: UTF8.self) } ?? ""
        if Common.isJSON(parsed) {
            parsed.console.print(
                JSONValue.object([
                    "topic": .string(record.topic), "partition": .integer(Int64(record.partition)),
                    "offset": .int64String(record.offset),
                    "timestamp": .string(Timestamp(millisecondsSince1970: record.timestampMilliseconds).rfc3339),
                    "key": .string(key), "value": RecordText.json(value),
                    "headers": .object(headers(record)),
                ]).text(.compact))
            return
        }
        let time = Timestamp(millisecondsSince1970: record.timestampMilliseconds).rfc3339
        parsed.console.print(
            "\(record.topicPartition)@\(record.offset)  \(time)  \(ControlCharacters.spelledOut(key))\n  \(ControlCharacters.spelledOut(value))"
        )
        for header in record.headers where header.name.hasPrefix("growth-") {
            parsed.console.print("  \(header.name): \(ControlCharacters.spelledOut(header.text ?? ""))")
        }
    }

    private static func headers(_ record: OwnedRecord) -> CommandLineTools.JSONObject {
        var object = CommandLineTools.JSONObject()
        for header in record.headers { object[header.name] = .string(header.text ?? "") }
        return object
    }
}
