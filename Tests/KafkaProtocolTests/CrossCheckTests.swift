import KafkaProtocol
import Testing

/// The same bytes through Apache Kafka's own generated classes.
@Suite(.enabled(if: JavaKafka.home != nil, "needs KAFKA_HOME"))
struct CrossCheckTests {
    private struct Sample {
        var table: MessageTable
        var version: Int16
        var bytes: [UInt8]
    }

    private static func eachVersion<Value>(_ count: Int, _ make: (MessageTable, Int16, Int) -> Value) -> [Value] {
        MessageTable.all.flatMap { table in
            table.allVersions.flatMap { version in (0..<count).map { make(table, version, $0) } }
        }
    }

    // Of many differences the first few say enough.
    private static func expectNone(_ differences: [String], of count: Int) {
        for difference in differences.prefix(5) { Issue.record("\(difference.prefix(600))") }
        #expect(differences.count == 0, "\(differences.count) of \(count) differ")
    }

    @Test("Kafka reads our messages and writes the same bytes")
    func ours() throws {
        let samples = Self.eachVersion(20) { table, version, index in
            var messages = RandomMessage(table, version: version, seed: UInt64(1_000 + index))
            return Sample(table: table, version: version, bytes: messages.next())
        }
        let answers = try JavaKafka.answers(samples.map { "message \($0.table.name) \($0.version) \($0.bytes.hex)" })
        var differences: [String] = []
        for (sample, answer) in zip(samples, answers) {
            let body = try Body(sample.table, version: sample.version, sample.bytes)
            if body.bytes(version: sample.version).hex != answer {
                differences.append("\(sample.table.name) \(sample.version) \(sample.bytes.hex): \(answer)")
            }
        }
        #expect(samples.count > 8_000)
        Self.expectNone(differences, of: samples.count)
    }

    @Test("we read Kafka's messages and write the same bytes")
    func theirs() throws {
        let cases = Self.eachVersion(20) { table, version, index in (table, version, index) }
        let answers = try JavaKafka.answers(cases.map { "random \($0.0.name) \($0.1) \($0.2)" })
        var differences: [String] = []
        for ((table, version, index), answer) in zip(cases, answers) {
            guard let bytes = [UInt8](hex: answer) else {
                differences.append("\(table.name) \(version): \(answer)")
                continue
            }
            do throws(ProtocolError) {
                let back = try Body(table, version: version, bytes).bytes(version: version)
                if back != bytes { differences.append("\(table.name) \(version) \(index): \(answer), \(back.hex)") }
            } catch {
                differences.append("\(table.name) \(version) \(index): \(error) for \(answer)")
            }
        }
        Self.expectNone(differences, of: cases.count)
    }

    @Test("headers of requests and answers")
    func headers() throws {
        var lines: [String] = []
        var expected: [String] = []
        for api in ApiKey.allCases {
            for version in api.validVersions {
                for client in [nil, "", "client-é"] {
                    let header = RequestHeader(api: api, version: version, correlationID: 99, clientID: client)
                    var request = ProtocolWriter()
                    header.write(to: &request)
                    var response = ProtocolWriter()
                    header.writeResponseHeader(to: &response)
                    lines.append("request-header \(api.rawValue) \(version) \(request.bytes.hex)")
                    expected.append(request.bytes.hex)
                    lines.append("response-header \(api.rawValue) \(version) \(response.bytes.hex)")
                    expected.append(response.bytes.hex)
                }
            }
        }
        let answers = try JavaKafka.answers(lines)
        let differences = zip(lines, zip(expected, answers)).filter { $1.0 != $1.1 }.map { "\($0): \($1.1)" }
        Self.expectNone(differences, of: lines.count)
    }

    @Test("ids are shown as Kafka shows them")
    func uuids() throws {
        var random = SeededRandom(seed: 3)
        var ids = [KafkaUUID.zero, KafkaUUID(high: .max, low: .max), KafkaUUID(high: 1, low: 1 << 63)]
        ids += (0..<500).map { _ in KafkaUUID(high: random.next(), low: random.next()) }
        let answers = try JavaKafka.answers(
            ids.map { "uuid \(Int64(bitPattern: $0.high)) \(Int64(bitPattern: $0.low))" })
        #expect(answers == ids.map(\.description))
    }
}
