import KafkaProtocol
import Testing

@Suite("Every message in every version")
struct RoundTripTests {
    private static let perVersion = 60

    @Test("the table has every request and every answer in all their versions")
    func complete() {
        for api in ApiKey.allCases {
            for kind in ["request", "response"] {
                let tables = MessageTable.all.filter { $0.api == api.rawValue && $0.kind == kind }
                #expect(tables.count == 1, "\(api) \(kind)")
                for table in tables {
                    #expect(table.allVersions.contains(api.validVersions.lowerBound))
                    #expect(table.allVersions.contains(api.validVersions.upperBound))
                    #expect(table.flexible == api.firstFlexibleVersion, "\(api) \(kind)")
                }
            }
        }
        #expect(MessageTable.all.count == 2 * ApiKey.allCases.count + 2)
    }

    @Test(
        "bytes made from the table alone are read, written back equal, and read back equal", arguments: MessageTable.all
    )
    func roundTrip(table: MessageTable) throws {
        for version in table.allVersions {
            var messages = RandomMessage(table, version: version, seed: UInt64(version) + 1)
            for _ in 0..<Self.perVersion {
                let bytes = messages.next()
                let body = try Body(table, version: version, bytes)
                #expect(body.bytes(version: version) == bytes, "\(table.name) \(version)")
                #expect(try Body(table, version: version, body.bytes(version: version)) == body)
            }
        }
    }

    @Test("tagged fields of later versions are passed over", arguments: MessageTable.all.filter { $0.flexible != nil })
    func unknownTags(table: MessageTable) throws {
        let version = table.allVersions.upperBound
        var messages = RandomMessage(table, version: version, seed: 5)
        for _ in 0..<20 {
            let bytes = messages.next()
            // The last byte is the outermost struct's count of tagged fields, where it has none.
            guard bytes.last == 0, table.fields.allSatisfy({ $0.tag == nil }) else { continue }
            let more = bytes.dropLast() + [2, 0xA0, 0x1F, 3, 1, 2, 3, 0xA1, 0x1F, 0]
            #expect(try Body(table, version: version, Array(more)) == Body(table, version: version, bytes))
        }
    }

    @Test("headers in both forms, for requests and answers", arguments: ApiKey.allCases)
    func headers(api: ApiKey) throws {
        for version in api.validVersions {
            for client in [nil, "", "client-1", String(repeating: "é", count: 100)] {
                let header = RequestHeader(api: api, version: version, correlationID: -7, clientID: client)
                var writer = ProtocolWriter()
                header.write(to: &writer)
                var reader = ProtocolReader(writer.bytes)
                #expect(try RequestHeader(from: &reader) == header)
                #expect(reader.remaining == 0)
                var answer = ProtocolWriter()
                header.writeResponseHeader(to: &answer)
                var answerReader = ProtocolReader(answer.bytes)
                #expect(try header.readResponseHeader(from: &answerReader) == -7)
                #expect(answerReader.remaining == 0)
            }
        }
    }
}
