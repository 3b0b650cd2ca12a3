import KafkaProtocol
import Testing

/// Bytes that no honest peer sends: an error or a message, never a trap, and no more room than they deserve.
@Suite struct HostileBytesTests {
    private static func mutated(_ bytes: [UInt8], _ random: inout SeededRandom) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<1 + random.below(3) {
            switch random.below(6) {
            case 0: bytes = Array(bytes.prefix(random.below(bytes.count + 1)))
            case 1: bytes += random.bytes(upTo: 8)
            case 2:
                let place = random.below(bytes.count + 1)
                bytes.insert(contentsOf: random.bytes(upTo: 5), at: place)
            case 3:
                let extremes: [[UInt8]] = [
                    [0xFF, 0xFF, 0xFF, 0xFF], [0x7F, 0xFF, 0xFF, 0xFF], [0x80, 0, 0, 0],
                    [0xFF, 0xFF, 0xFF, 0xFF, 0x0F],
                    [0xFF, 0xFF, 0xFF, 0xFF, 0x7F], [0xFF, 0xFF], [0x7F, 0xFF],
                ]
                let value = random.pick(extremes)
                let place = random.below(bytes.count + 1)
                bytes.replaceSubrange(place..<min(bytes.count, place + value.count), with: value)
            default:
                guard !bytes.isEmpty else { break }
                bytes[random.below(bytes.count)] = random.pick([0, 1, 0x7F, 0x80, 0xFF, UInt8(random.below(256))])
            }
        }
        return bytes
    }

    @Test("mutated messages are refused, or are messages whose own bytes read back equal")
    func mutations() {
        var random = SeededRandom(seed: 21)
        var tried = 0
        var accepted = 0
        for table in MessageTable.all {
            for version in table.allVersions {
                var messages = RandomMessage(table, version: version, seed: 31)
                for _ in 0..<30 {
                    let bytes = messages.next()
                    for _ in 0..<9 {
                        tried += 1
                        let bad = Self.mutated(bytes, &random)
                        guard let body = try? Body(table, version: version, bad) else { continue }
                        accepted += 1
                        let again = body.bytes(version: version)
                        #expect((try? Body(table, version: version, again)) == body, "\(table.name) \(version) \(bad)")
                    }
                }
            }
        }
        #expect(tried >= 100_000)
        #expect(accepted > 1_000, "a mutation that is always refused tests little")
    }

    @Test("plain noise")
    func noise() {
        var random = SeededRandom(seed: 22)
        for table in MessageTable.all {
            for version in table.allVersions {
                for _ in 0..<20 {
                    let bytes = random.bytes(upTo: 60)
                    guard let body = try? Body(table, version: version, bytes) else { continue }
                    #expect((try? Body(table, version: version, body.bytes(version: version))) == body)
                }
            }
        }
    }

    @Test("every cut of a message is an error")
    func cuts() {
        for table in MessageTable.all {
            let version = table.allVersions.upperBound
            var messages = RandomMessage(table, version: version, seed: 8)
            let bytes = messages.next()
            for count in 0..<bytes.count {
                #expect(throws: ProtocolError.self, "\(table.name) cut at \(count)") {
                    try Body(table, version: version, Array(bytes.prefix(count)))
                }
            }
        }
    }

    @Test("noise and mutations in record batches")
    func batches() {
        var random = SeededRandom(seed: 23)
        for made in RecordBatchTests.batches(400, seed: 24) {
            for _ in 0..<30 {
                let bad = Self.mutated(made.bytes, &random)
                _ = try? RecordBatchCodec.validate(bad)
                _ = try? RecordBatchCodec.split(bad)
                if let header = try? RecordBatchCodec.header(bad) { _ = (header.lastOffset, header.lastSequence) }
                guard let records = try? RecordBatchCodec.records(bad) else { continue }
                for record in records { _ = ControlRecord(record) }
                var other = bad
                RecordBatchCodec.assign(baseOffset: .max, leaderEpoch: .min, to: &other)
                RecordBatchCodec.stamp(.min, &other)
            }
        }
    }

    @Test(
        "a hostile count is refused before room is made for it",
        arguments: [
            [0x7F, 0xFF, 0xFF, 0xFF], [0x80, 0, 0, 0], [0xFF, 0xFF, 0xFF, 0xFE], [0, 0, 0, 5],
        ] as [[UInt8]])
    func counts(count: [UInt8]) {
        var reader = ProtocolReader(count)
        #expect(throws: ProtocolError.self) {
            try reader.array(false) { (reader) throws(ProtocolError) in try reader.int64() }
        }
    }

    @Test("a text longer than any version can write is refused, also where replacement makes it longer")
    func longTexts() {
        let rows: [(count: Int, byte: UInt8, isRead: Bool)] = [
            (32_767, 97, true), (32_768, 97, false), (10_922, 0xFF, true), (10_923, 0xFF, false),
        ]
        for row in rows {
            var writer = ProtocolWriter()
            writer.unsignedVarint(UInt32(row.count + 1))
            writer.raw([UInt8](repeating: row.byte, count: row.count))
            var reader = ProtocolReader(writer.bytes)
            #expect(((try? reader.string(true)) != nil) == row.isRead, "\(row)")
        }
    }

    @Test("a text too long to write is cut between characters, and the rest of the message stays readable")
    func longTextsOut() throws {
        let text = String(repeating: "é", count: 20_000)
        for flexible in [false, true] {
            var writer = ProtocolWriter()
            writer.string(text, flexible)
            writer.int32(7)
            var reader = ProtocolReader(writer.bytes)
            #expect(try reader.string(flexible) == String(repeating: "é", count: 16_383))
            #expect(try reader.int32() == 7)
        }
    }

    @Test("varints: the largest, and what goes on beyond its width")
    func varints() throws {
        let rows: [([UInt8], UInt32?)] = [
            ([0], 0), ([0x7F], 127), ([0x80, 1], 128), ([0xFF, 0xFF, 0xFF, 0xFF, 0x0F], .max),
            ([0xFF, 0xFF, 0xFF, 0xFF, 0x10], nil), ([0x80, 0x80, 0x80, 0x80, 0x80, 0], nil), ([0x80], nil), ([], nil),
        ]
        for (bytes, value) in rows {
            var reader = ProtocolReader(bytes)
            #expect((try? reader.unsignedVarint()) == value, "\(bytes)")
        }
        for value in [0, 1, -1, 63, -64, 64, .max, .min] as [Int32] {
            var writer = ProtocolWriter()
            writer.signedVarint(value)
            var reader = ProtocolReader(writer.bytes)
            #expect(try reader.signedVarint() == value)
        }
        for value in [0, -1, 1 << 40, .max, .min] as [Int64] {
            var writer = ProtocolWriter()
            writer.signedVarlong(value)
            var reader = ProtocolReader(writer.bytes)
            #expect(try reader.signedVarlong() == value)
        }
    }

    @Test("a tagged field must be as long as it says, and tags must rise")
    func taggedFields() throws {
        var request = FetchRequest()
        request.clusterId = "x"
        let bytes = request.bytes(version: 16)
        // One tagged field: tag 0, two bytes, which are a length of one and the text.
        #expect(bytes.suffix(5) == [1, 0, 2, 2, 120])
        #expect(try FetchRequest(bytes, version: 16) == request)
        let start = Array(bytes.dropLast(5))
        let rows: [([UInt8], ProtocolError)] = [
            ([1, 0, 3, 2, 120, 0], .taggedFieldLength(0)), ([1, 0, 1, 2, 120], .truncated),
            ([1, 0, 9, 2, 120], .truncated), ([2, 0, 2, 2, 120, 0, 2, 2, 120], .tagOrder(0)),
            ([2, 9, 0, 0, 2, 2, 120], .tagOrder(0)), ([1, 0, 2, 2, 120, 7], .trailingBytes(1)),
        ]
        for (end, error) in rows {
            #expect(throws: error, "\(end)") { try FetchRequest(start + end, version: 16) }
        }
    }

    @Test("headers of unknown APIs and versions are told apart, and their correlation id can be found")
    func headers() {
        let rows: [([UInt8], ProtocolError)] = [
            ([0, 99, 0, 0, 0, 0, 0, 7], .unknownApi(99)),
            ([0xFF, 0xFF, 0, 0, 0, 0, 0, 7], .unknownApi(-1)),
            ([0, 18, 0, 99, 0, 0, 0, 7], .unsupportedVersion(.apiVersions, 99)),
            ([0, 18, 0xFF, 0xFF, 0, 0, 0, 7], .unsupportedVersion(.apiVersions, -1)),
            ([0, 18, 0], .truncated), ([0, 18, 0, 0, 0, 0, 0, 7, 0, 5, 97], .truncated),
        ]
        for (bytes, error) in rows {
            var reader = ProtocolReader(bytes)
            #expect(throws: error) { try RequestHeader(from: &reader) }
        }
    }
}
