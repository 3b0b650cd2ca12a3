import BrokerTestKit
import Foundation
import Kafka
import KafkaProtocol

/// What a behaviour saw, line by line; what differs from run to run (names, ids, ports, the hour) has fixed words in it.
final class Notes {
    private(set) var lines: [String] = []
    private var words: [(text: String, word: String)] = []
    private var producers: [Int64: String] = [:]
    private let startMs = Int64(Date().timeIntervalSince1970 * 1_000)

    init(_ bench: Bench) {
        port = Int32(bench.bootstrap.split(separator: ":").last ?? "") ?? -1
        call(bench.prefix + "-", "")
        call(bench.bootstrap, "HOST:PORT")
    }

    private let port: Int32

    /// Says the same word wherever this text stands in a later note.
    func call(_ text: String?, _ word: String) {
        guard let text, !text.isEmpty else { return }
        words.insert((text, word), at: 0)
    }

    /// Calls a producer's id by a name.
    func call(_ producer: Int64, _ word: String) { producers[producer] = word }

    /// Notes a value under what it answers.
    func callAsFunction(_ label: String, _ value: Any?) { add("\(label): \(text(value))") }

    /// Notes what a call gives, or the error it throws.
    func outcome<Value>(_ label: String, _ call: () throws -> Value) {
        do {
            let value = try call()
            self(label, value is Void ? "done" : value)
        } catch {
            self(label, Self.text(error))
        }
    }

    private func add(_ line: String) {
        lines.append(words.reduce(line) { $0.replacing($1.text, with: $1.word) })
    }

    /// A failure in the words that a client of this project sees.
    static func text(_ error: any Error) -> String {
        switch error {
        case let error as KafkaError: "throws \(error.code.name)"
        case TransactionError.abortRequired(let error): "throws abort required, \(error.code.name)"
        case TransactionError.fatal(let error): "throws fatal, \(error.code.name)"
        case is Peer.Closed: "closes"
        default: "throws \(error)"
        }
    }

    // MARK: Text

    /// A value in words: messages field by field, without what says nothing.
    func text(_ value: Any?) -> String {
        switch value {
        case nil: "-"
        case let value as String: value
        case let value as ErrorCode: value.description
        case let value as KafkaUUID: value == .zero ? "no id" : "an id"
        // Every empty array casts to one of bytes.
        case let value as [UInt8] where type(of: value as Any) == [UInt8].self: Self.text(value)
        case let value as RecordSet: batches(value)
        case let value as any ProtocolStruct: fields(value)
        case let value as any Collection: "[" + value.map { text($0) }.joined(separator: ", ") + "]"
        case .some(let value): optional(value)
        }
    }

    private func optional(_ value: Any) -> String {
        let mirror = Mirror(reflecting: value)
        guard mirror.displayStyle == .optional else { return "\(value)" }
        return text(mirror.children.first?.value)
    }

    private static func text(_ bytes: [UInt8]) -> String {
        guard bytes.allSatisfy({ (0x20..<0x7f).contains($0) }) else { return "\(bytes.count) bytes" }
        return "\"\(String(decoding: bytes, as: UTF8.self))\""
    }

    private func fields(_ value: any ProtocolStruct) -> String {
        let defaults = Mirror(reflecting: type(of: value).init()).children
        let fields = zip(Mirror(reflecting: value).children, defaults).compactMap { child, standard -> String? in
            guard let label = child.label, let words = field(label, child.value) else { return nil }
            let isEmpty = ["", "-1", "-2147483648", "-", "[]", "none", "\"\"", "no id", "()"].contains(words)
            return isEmpty && words == field(label, standard.value) ? nil : "\(label) \(words)"
        }
        return "(" + fields.joined(separator: ", ") + ")"
    }

    /// A field in words, nil where it says nothing about behaviour.
    private func field(_ label: String, _ value: Any) -> String? {
        switch (label, value) {
        // A list that is null and one that is empty mean the same to every client.
        case ("abortedTransactions", let list as [FetchResponse.AbortedTransaction]?) where list?.isEmpty ?? true: nil
        case ("throttleTimeMs", _), ("nodeEndpoints", _), ("errorMessage", _), ("batchIndexErrorMessage", _): nil
        case (_, let code as Int16) where label.lowercased().hasSuffix("errorcode"):
            ErrorCode(rawValue: code).description
        case ("port", let value as Int32): value == port ? "PORT" : "\(value)"
        case ("clusterId", let value as String): value.isEmpty ? "none" : "CLUSTER"
        case ("clusterId", _): text(value) == "-" ? "none" : "CLUSTER"
        case ("logDir", _): "FOLDER"
        case ("finalizedFeaturesEpoch", _), ("totalBytes", _), ("usableBytes", _): nil
        case (_, let id as Int64) where label.lowercased().hasSuffix("producerid"): producer(id)
        case (_, let time as Int64) where abs(time - startMs) < 1_000_000: "NOW"
        default: text(value)
        }
    }

    /// A producer's name, if it has one.
    func producer(_ id: Int64) -> String { id < 0 ? "none" : producers[id] ?? "another producer" }

    /// Each batch of a set: offsets, who wrote it, what is in it.
    func batches(_ set: RecordSet) -> String {
        do {
            return "[" + (try Self.whole(set.bytes).map { try batch($0) }.joined(separator: " ")) + "]"
        } catch {
            return "no batches: \(error)"
        }
    }

    /// The whole batches; a fetch may cut off the last.
    static func whole(_ bytes: [UInt8]) throws -> [[UInt8]] {
        var start = 0
        while start + BatchHeader.byteCount <= bytes.count {
            let end = start + BatchHeader.prefixByteCount + Int(try BatchHeader(bytes, at: start).batchLength)
            guard end <= bytes.count else { break }
            start = end
        }
        return try RecordBatchCodec.split(Array(bytes[..<start]))
    }

    private func batch(_ bytes: [UInt8]) throws -> String {
        let header = try RecordBatchCodec.validate(bytes)
        var words = ["\(header.baseOffset)...\(header.lastOffset)"]
        if header.producerID >= 0 {
            words.append("by \(producer(header.producerID)) epoch \(header.producerEpoch)")
            if !header.isControl { words.append("sequence \(header.baseSequence)") }
        }
        if header.isTransactional { words.append("transactional") }
        if header.usesLogAppendTime { words.append("broker's time") }
        guard header.compression == BatchHeader.Compression.none else {
            return "{\(words.joined(separator: " ")) \(header.compression.map { "\($0)" } ?? "?")}"
        }
        for record in try RecordBatchCodec.records(bytes) {
            if header.isControl {
                words.append(ControlRecord(record).map { "marker \($0.kind)" } ?? "control")
                continue
            }
            let key = record.key.map { "\(Self.text($0))=" } ?? ""
            let headers = record.headers.map { "\($0.name):\($0.value.map(Self.text) ?? "null")" }
            words.append(
                key + (record.value.map { $0.count > 80 ? "\($0.count) bytes" : Self.text($0) } ?? "null")
                    + (headers.isEmpty ? "" : " with \(headers.joined(separator: " "))"))
        }
        return "{\(words.joined(separator: " "))}"
    }
}
