import BrokerTestKit
import Foundation
import KafkaProtocol

extension Behaviour {
    /// Frames, versions and the order of answers.
    static var wire: [Behaviour] {
        [
            Behaviour("the versions of each request that is served") { trial, seen, peer in
                let answer = try peer.ask(ApiVersionsRequest.self, 4) {
                    $0.clientSoftwareName = "peer"
                    $0.clientSoftwareVersion = "1"
                }
                seen("code", ErrorCode(rawValue: answer.errorCode))
                for api in ApiKey.allCases {
                    let entry = answer.apiKeys.first { $0.apiKey == api.rawValue }
                    seen("\(api)", entry.map { "\($0.minVersion)...\($0.maxVersion)" } ?? "not served")
                }
            },
            Behaviour("the features that clients decide by") { trial, seen, peer in
                let answer = try peer.ask(ApiVersionsRequest.self, 4) {
                    $0.clientSoftwareName = "peer"
                    $0.clientSoftwareVersion = "1"
                }
                for name in ["transaction.version"] {
                    seen("\(name), finalized", answer.finalizedFeatures.first { $0.name == name }?.maxVersionLevel)
                    seen("\(name), supported", answer.supportedFeatures.first { $0.name == name })
                }
            },
            Behaviour("ApiVersions in each version, and in ones that are not served") { trial, seen, peer in
                for version in Int16(0)...4 {
                    let answer = try trial.peer().ask(ApiVersionsRequest.self, version) {
                        $0.clientSoftwareName = "peer"
                        $0.clientSoftwareVersion = "1"
                    }
                    seen("version \(version)", ErrorCode(rawValue: answer.errorCode))
                    seen("has the versions of fetch", answer.apiKeys.contains { $0.apiKey == 1 })
                }
                for version in [Int16(5), 99] {
                    var writer = ProtocolWriter()
                    writer.int16(ApiKey.apiVersions.rawValue)
                    writer.int16(version)
                    writer.int32(7)
                    writer.nullableString("peer", false)
                    writer.noTaggedFields()
                    try peer.send(frame: writer.bytes)
                    let frame = try peer.receiveFrame()
                    var reader = ProtocolReader(frame)
                    seen("version \(version), correlation id", try reader.int32())
                    let answer = try ApiVersionsResponse(from: &reader, version: 0)
                    seen("version \(version)", ErrorCode(rawValue: answer.errorCode))
                    seen("rest", reader.remaining)
                    let entry = answer.apiKeys.first { $0.apiKey == ApiKey.apiVersions.rawValue }
                    seen("names its own versions", entry.map { "\($0.minVersion)...\($0.maxVersion)" })
                }
                seen("goes on", try peer.ask(ApiVersionsRequest.self, 0).errorCode)
            },
            Behaviour("a client's name that is none is refused") { trial, seen, peer in
                for (name, version) in [("", "1"), ("peer", ""), ("a b", "1"), ("-peer", "1"), ("p.e-er", "1.0-x")] {
                    let answer = try trial.peer().ask(ApiVersionsRequest.self, 3) {
                        $0.clientSoftwareName = name
                        $0.clientSoftwareVersion = version
                    }
                    seen("\"\(name)\" \"\(version)\"", ErrorCode(rawValue: answer.errorCode))
                }
            },
            Behaviour("an unknown request or version closes the connection") { trial, seen, peer in
                for (label, api, version) in [
                    ("unknown request", Int16(999), Int16(0)), ("negative request", -5, 0), ("metadata 99", 3, 99),
                    ("metadata -1", 3, -1), ("produce 0", 0, 0), ("fetch 3", 1, 3),
                ] {
                    let peer = try trial.peer()
                    var writer = ProtocolWriter()
                    writer.int16(api)
                    writer.int16(version)
                    writer.int32(1)
                    writer.nullableString("peer", false)
                    writer.raw([UInt8](repeating: 0, count: 40))
                    try peer.send(frame: writer.bytes)
                    seen(label, peer.fate())
                }
                seen("others go on", try peer.metadata([]).brokers.count)
            },
            Behaviour("broken frames close the connection") { trial, seen, peer in
                func attempt(_ label: String, _ send: (Peer) throws -> Void) throws {
                    let peer = try trial.peer()
                    try send(peer)
                    seen(label, peer.fate())
                }
                func length(_ value: Int32) -> [UInt8] {
                    var writer = ProtocolWriter()
                    writer.int32(value)
                    return writer.bytes
                }
                var header = ProtocolWriter()
                RequestHeader(api: .metadata, version: 12, correlationID: 1, clientID: "peer").write(to: &header)
                try attempt("negative length") { try $0.send(length(-1)) }
                try attempt("much too long") { try $0.send(length(.max)) }
                try attempt("a little too long") { try $0.send(length(104_857_601)) }
                try attempt("empty") { try $0.send(length(0)) }
                try attempt("three bytes") { try $0.send(frame: [0, 3, 0]) }
                try attempt("header without body") { try $0.send(frame: header.bytes) }
                try attempt("an array of -2") { try $0.send(frame: header.bytes + [0xff, 0xff, 0xff, 0xff, 0x0f]) }
                try attempt("an array of two thousand million") {
                    try $0.send(frame: header.bytes + [0x80, 0x94, 0xeb, 0xdc, 0x07])
                }
                try attempt("text") { try $0.send(Array("GET / HTTP/1.1\r\n\r\n".utf8)) }
                seen("others go on", try peer.metadata([]).brokers.count)
            },
            Behaviour("bytes behind a request are passed over") { trial, seen, peer in
                var writer = ProtocolWriter()
                RequestHeader(api: .apiVersions, version: 0, correlationID: 1, clientID: "peer").write(to: &writer)
                writer.raw([1, 2, 3])
                try peer.send(frame: writer.bytes)
                seen("then", peer.fate() == "closes" ? "closes" : "answers")
            },
            Behaviour("a request without client id, and with unknown tagged fields") { trial, seen, peer in
                var writer = ProtocolWriter()
                writer.int16(ApiKey.metadata.rawValue)
                writer.int16(12)
                writer.int32(5)
                writer.nullableString(nil, false)
                var header = TaggedFields()
                header.add(77) { $0.int32(1) }
                writer.tagged(header)
                var request = MetadataRequest()
                request.topics = []
                var body = request.bytes(version: 12)
                body.removeLast()
                writer.raw(body)
                var tagged = TaggedFields()
                tagged.add(1_000) { $0.raw([1, 2, 3]) }
                writer.tagged(tagged)
                try peer.send(frame: writer.bytes)
                var reader = ProtocolReader(try peer.receiveFrame())
                seen("correlation id", try reader.int32())
            },
            Behaviour("requests sent together are answered in their order") { trial, seen, peer in
                let topic = try trial.topic()
                try peer.post(FetchRequest.self, 12) {
                    $0 = Peer.fetchRequest([(topic, 0, 0)])
                    $0.minBytes = 1
                    $0.maxWaitMs = 500
                }
                try peer.post(ProduceRequest.self, 11) { $0 = Peer.produceRequest(topic, 0, batch(["a"]), acks: -1) }
                try peer.post(MetadataRequest.self, 12) { $0.topics = [] }
                try peer.post(FetchRequest.self, 12) { $0 = Peer.fetchRequest([(topic, 0, 0)]) }
                // The first fetch waits alone: what came behind it is taken only when it is answered.
                seen("fetch", try peer.take(FetchRequest.self).responses.first?.partitions.first?.records)
                seen("produce", try peer.take(ProduceRequest.self).responses.first?.partitionResponses.first)
                seen("metadata", try peer.take(MetadataRequest.self).brokers.count)
                seen("fetch", try peer.take(FetchRequest.self).responses.first?.partitions.first?.records)
            },
            Behaviour("a frame in many pieces, and many frames in one piece") { trial, seen, peer in
                var writer = ProtocolWriter()
                RequestHeader(api: .apiVersions, version: 0, correlationID: 9, clientID: "peer").write(to: &writer)
                var framed = ProtocolWriter()
                framed.int32(Int32(writer.bytes.count))
                framed.raw(writer.bytes)
                for byte in framed.bytes {
                    try peer.send([byte])
                    Pause.milliseconds(2)
                }
                seen("pieces", try peer.receiveFrame().count > 100)
                try peer.send(framed.bytes + framed.bytes + framed.bytes)
                seen("one piece", try (0..<3).map { _ in try peer.receiveFrame().prefix(4).last ?? 0 })
            },
            Behaviour("a hundred connections at once") { trial, seen, peer in
                let peers = try (0..<100).map { _ in try trial.peer() }
                for peer in peers { try peer.post(MetadataRequest.self, 12) { $0.topics = [] } }
                seen("answers", try peers.map { try $0.take(MetadataRequest.self).brokers.count }.reduce(0, +))
            },
        ]
    }
}
