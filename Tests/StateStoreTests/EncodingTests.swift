import StateStore
import Testing

/// The stored bytes: the same for ever, and checked bit by bit on the way in.
struct EncodingTests {
    static let envelopes: [(name: String, entry: StateEntry, golden: String)] = [
        ("empty", StateEntry(value: []), "4753 01 00 01000000 9935ed00"),
        ("value", StateEntry(value: [1, 2, 3], schemaVersion: 7), "4753 01 00 07000000 010203 ccc73da3"),
        ("timer", StateEntry(value: [9], timer: 0x0102_0304), "4753 01 01 01000000 0403020100000000 09 0f2ed8e2"),
        ("event time", StateEntry(value: [9], eventTime: -2), "4753 01 02 01000000 feffffffffffffff 09 c86ec52e"),
        (
            "all", StateEntry(value: [0xFF], timer: .min, eventTime: .max, schemaVersion: .max),
            "4753 01 03 ffffffff 0000000000000080 ffffffffffffff7f ff 0e4fc75a"
        ),
    ]

    static let records: [(name: String, record: ChangelogRecord, key: String, value: String?)] = [
        ("entry", .entry(.named("a"), StateEntry(value: [1, 2, 3], schemaVersion: 7)), "0161", envelopes[1].golden),
        ("tombstone", .tombstone(StateKey(table: 239, key: [])), "ef", nil),
        (
            "progress",
            .progress(
                Progress(
                    inputOffsets: ["b": 2, "a.b": -1, "é": .max], resumeOffset: Progress.unknownResumeOffset,
                    transactionNumber: 5, streamTime: -6, schemaVersion: 7, digest: 0x0102_0304_0506_0708)),
            "f0",
            """
            4750 01 0500000000000000 faffffffffffffff 07000000 0807060504030201 0300
            0300 612e62 ffffffffffffffff  0100 62 0200000000000000  0200 c3a9 ffffffffffffff7f  c3d0a3ef
            """
        ),
        (
            "first progress",
            .progress(
                Progress(
                    inputOffsets: [:], resumeOffset: Progress.unknownResumeOffset, transactionNumber: 0, streamTime: 0,
                    schemaVersion: 0, digest: 0)),
            "f0", "4750 01 0000000000000000 0000000000000000 00000000 0000000000000000 0000 82585527"
        ),
        ("incarnation", .incarnation([0xAB, 0xCD]), "f1", "4749 01 0200 abcd 93a1368b"),
    ]

    @Test(arguments: envelopes)
    func envelopeKeepsItsBytes(_ row: (name: String, entry: StateEntry, golden: String)) throws {
        #expect(hexadecimal(StateEnvelope.encode(row.entry)) == hexadecimal(bytes(row.golden)))
        #expect(try StateEnvelope.decode(bytes(row.golden)) == row.entry)
    }

    @Test(arguments: records)
    func changelogRecordKeepsItsBytes(_ row: (name: String, record: ChangelogRecord, key: String, value: String?))
        throws
    {
        let encoded = ChangelogRecord.encode(row.record)
        #expect(hexadecimal(encoded.key) == row.key)
        #expect(encoded.value.map(hexadecimal) == row.value.map { hexadecimal(bytes($0)) })
        #expect(try ChangelogRecord.decode(key: encoded.key, value: row.value.map(bytes)) == row.record)
    }

    @Test func progressInTheChangelogDoesNotKnowItsOffset() throws {
        let one = ChangelogRecord.encode(.progress(.number(3, resumeOffset: 1)))
        #expect(one == ChangelogRecord.encode(.progress(.number(3, resumeOffset: 2))))
        #expect(
            try ChangelogRecord.decode(key: one.key, value: one.value)
                == .progress(.number(3, resumeOffset: Progress.unknownResumeOffset)))
    }

    @Test func everyFlippedBitIsFound() {
        for row in Self.records {
            guard let value = row.value.map(bytes) else { continue }
            for bit in 0..<value.count * 8 {
                var flipped = value
                flipped[bit / 8] ^= 1 << UInt8(bit % 8)
                #expect(corruption(key: bytes(row.key), value: flipped) != nil, "\(row.name), bit \(bit)")
            }
        }
        for row in Self.envelopes {
            let value = bytes(row.golden)
            for bit in 0..<value.count * 8 {
                var flipped = value
                flipped[bit / 8] ^= 1 << UInt8(bit % 8)
                #expect(throws: StateCorruption.self, "\(row.name), bit \(bit)") { try StateEnvelope.decode(flipped) }
            }
        }
    }

    @Test func everyTruncationAndExtensionIsFound() {
        for row in Self.records {
            guard let value = row.value.map(bytes) else { continue }
            for count in 0..<value.count {
                #expect(corruption(key: bytes(row.key), value: Array(value[..<count])) != nil, "\(row.name), \(count)")
            }
            #expect(corruption(key: bytes(row.key), value: value + [0]) != nil, "\(row.name)")
        }
    }

    @Test func corruptionIsNamed() {
        let value = bytes(Self.envelopes[2].golden)
        func altered(_ index: Int, _ byte: UInt8) -> [UInt8] {
            var altered = value
            altered[index] = byte
            return altered
        }
        let rows: [(key: [UInt8], value: [UInt8]?, expected: StateCorruption)] = [
            ([1], [], .truncated),
            ([1], Array(value.prefix(11)), .truncated),
            ([1], altered(0, 0), .magic),
            ([1], altered(1, 0), .magic),
            ([1], altered(2, 2), .version(2)),
            ([1], altered(3, 5), .reservedFlags(5)),
            ([1], altered(3, 0x80), .reservedFlags(0x80)),
            // A timer is announced where there is no room for one.
            ([1], Array(value.prefix(8)) + [0, 0, 0, 0], .truncated),
            ([1], altered(8, 0), .checksum),
            ([1], altered(value.count - 1, 0), .checksum),
            ([], value, .unknownReservedKey),
            ([0], value, .unknownReservedKey),
            ([0xF0, 0], value, .unknownReservedKey),
            ([0xF2], value, .unknownReservedKey),
            ([0xFF], nil, .unknownReservedKey),
            ([0xF0], nil, .reservedTombstone),
            ([0xF1], nil, .reservedTombstone),
            ([0xF0], value, .magic),
            ([0xF1], bytes(Self.records[2].value ?? ""), .magic),
            ([0xF0], sealed("4750 02"), .version(2)),
            ([0xF0], sealed("4750 01"), .truncated),
            ([0xF1], sealed("4749 01 0100"), .truncated),
            ([0xF1], sealed("4749 01 0100 aabb"), .trailingBytes),
            // Topics out of order, twice, not UTF-8, and two spellings of one String.
            ([0xF0], sealed(progressHead + "0200" + topic("62") + topic("61")), .notCanonical),
            ([0xF0], sealed(progressHead + "0200" + topic("61") + topic("61")), .notCanonical),
            ([0xF0], sealed(progressHead + "0100" + topic("ff")), .notCanonical),
            ([0xF0], sealed(progressHead + "0200" + topic("65cc81") + topic("c3a9")), .notCanonical),
            ([0xF0], sealed(progressHead + "0200" + topic("61")), .truncated),
        ]
        for row in rows {
            #expect(
                corruption(key: row.key, value: row.value) == .corrupt(key: row.key, row.expected),
                "\(hexadecimal(row.key)): \(row.value.map(hexadecimal) ?? "nil")")
        }
    }

    private let progressHead = "4750 01 0500000000000000 faffffffffffffff 07000000 0807060504030201"

    private func topic(_ name: String) -> String {
        "0\(name.count / 2)00" + name + "0200000000000000"
    }

    /// The bytes with a right checksum, so that what is wrong before it comes to light.
    private func sealed(_ hexadecimal: String) -> [UInt8] {
        bytes(hexadecimal) + ReferenceChecksum.littleEndian(of: bytes(hexadecimal))
    }

    private func corruption(key: [UInt8], value: [UInt8]?) -> StateStoreError? {
        do throws(StateStoreError) {
            _ = try ChangelogRecord.decode(key: key, value: value)
            return nil
        } catch {
            return error
        }
    }
}

/// c86ec52e2C a bit at a time, as the polynomial says.
enum ReferenceChecksum {
    static func littleEndian(of bytes: [UInt8]) -> [UInt8] {
        var remainder: UInt32 = .max
        for byte in bytes {
            remainder ^= UInt32(byte)
            for _ in 0..<8 { remainder = remainder & 1 == 0 ? remainder >> 1 : remainder >> 1 ^ 0x82F6_3B78 }
        }
        return (0..<4).map { UInt8(truncatingIfNeeded: ~remainder >> ($0 * 8)) }
    }
}
