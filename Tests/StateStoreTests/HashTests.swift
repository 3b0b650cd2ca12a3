import Checksums
import Testing

@testable import StateStore

/// The two hashes against published values and slow references, and the digests made of them.
struct HashTests {
    /// RFC 3720, B.4, and the customary check value.
    @Test func checksumHasThePublishedValues() {
        let rows: [(bytes: [UInt8], expected: UInt32)] = [
            ([], 0),
            ([UInt8](repeating: 0, count: 32), 0x8A91_36AA),
            ([UInt8](repeating: 0xFF, count: 32), 0x62A8_AB43),
            ([UInt8](0..<32), 0x46DD_794E),
            ([UInt8]((0..<32).reversed()), 0x113F_DB5C),
            ([UInt8]("123456789".utf8), 0xE306_9283),
        ]
        for row in rows { #expect(CRC32C.checksum(row.bytes.rawSpan) == row.expected) }
    }

    @Test func checksumAgreesWithTheReferenceAtEveryLength() {
        var random = SeededGenerator(seed: 1)
        for count in 0..<70 {
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            var expected: [UInt8] = []
            expected.append(littleEndian: CRC32C.checksum(bytes.rawSpan))
            #expect(expected == ReferenceChecksum.littleEndian(of: bytes))
        }
    }

    /// Values of the reference implementation, as its distributors publish them.
    @Test func xxHashHasThePublishedValues() {
        let rows: [(text: String, seed: UInt64, expected: UInt64)] = [
            ("", 0, 0xEF46_DB37_51D8_E999),
            ("a", 0, 0xD24E_C4F1_A98C_6E5B),
            ("abc", 0, 0x44BC_2CF5_AD77_0999),
            ("Nobody inspects the spammish repetition", 0, 0xFBCE_A83C_8A37_8BF1),
        ]
        for row in rows { #expect(XXHash64.hash(Array(row.text.utf8).rawSpan, seed: row.seed) == row.expected) }
    }

    @Test func changeDigestIsForEver() {
        let changes = [
            StateChange(key: .named("a"), entry: StateEntry(value: [1, 2, 3])),
            StateChange(key: .named("b"), entry: nil),
            StateChange(key: .named("a", table: 2), entry: StateEntry(value: [], timer: -1)),
        ]
        let first = ChangeDigest.next(after: ChangeDigest.initial, changes: changes, streamTime: 1_000)
        let second = ChangeDigest.next(after: first, changes: [], streamTime: 1_001)
        #expect(first == 3_022_533_344_239_518_082)
        #expect(second == 7_634_379_281_144_152_976)
    }

    /// Everything that tells two transactions apart tells their digests apart.
    @Test func changeDigestSeesEveryPart() {
        let entry = StateEntry(value: [1], timer: 5)
        let variants: [(changes: [StateChange], streamTime: Int64, before: UInt64)] = [
            ([], 1, 0),
            ([], 2, 0),
            ([], 1, 1),
            ([StateChange(key: .named("a"), entry: entry)], 1, 0),
            ([StateChange(key: .named("b"), entry: entry)], 1, 0),
            ([StateChange(key: .named("a", table: 2), entry: entry)], 1, 0),
            ([StateChange(key: .named("a"), entry: nil)], 1, 0),
            ([StateChange(key: .named("a"), entry: StateEntry(value: [1], timer: 6))], 1, 0),
            ([StateChange(key: .named("a"), entry: StateEntry(value: [1]))], 1, 0),
            ([StateChange(key: .named("a"), entry: StateEntry(value: [1], timer: 5, schemaVersion: 2))], 1, 0),
            ([StateChange(key: .named("a"), entry: StateEntry(value: [1], timer: 5, eventTime: 0))], 1, 0),
            ([StateChange(key: .named("a"), entry: entry), StateChange(key: .named("b"), entry: nil)], 1, 0),
            ([StateChange(key: .named("b"), entry: nil), StateChange(key: .named("a"), entry: entry)], 1, 0),
        ]
        let digests = variants.map {
            ChangeDigest.next(after: $0.before, changes: $0.changes, streamTime: $0.streamTime)
        }
        #expect(Set(digests).count == variants.count)
    }
}
