import BrokerCore
import KafkaProtocol
import Testing

@testable import EmbeddedBroker

@Suite("changes as bytes")
struct ChangeCodecTests {
    @Test("every change is read back as it was", arguments: SampleChanges.all)
    func roundTrip(change: Change) throws {
        let bytes = Self.bytes(change)
        var reader = ProtocolReader(bytes)
        #expect(try ChangeCodec.read(from: &reader) == change)
        #expect(reader.remaining == 0)
    }

    @Test("the samples hold every kind of change")
    func samples() {
        #expect(Set(SampleChanges.all.compactMap { Self.bytes($0).first }).count == 18)
    }

    @Test("bytes cut short are an error and never a trap", arguments: SampleChanges.all)
    func truncated(change: Change) {
        let bytes = Self.bytes(change)
        for length in 0..<bytes.count {
            var reader = ProtocolReader(Array(bytes[..<length]))
            #expect(throws: ChangeCodec.Fault.self) { try ChangeCodec.read(from: &reader) }
        }
    }

    @Test("a kind of a later version is an error")
    func unknown() {
        var reader = ProtocolReader([99, 0, 0])
        #expect(throws: ChangeCodec.Fault.unknown(99)) { try ChangeCodec.read(from: &reader) }
    }

    /// The layouts are kept on disk: a change here is a new kind and a new version, never another layout.
    @Test("the layout is the one on disk")
    func layout() {
        let change = Change.offset(
            group: "g", topic: "t", partition: 1,
            OffsetRecord(offset: 2, leaderEpoch: 3, metadata: "m", committedAt: 4, expiresAt: 5))
        let expected: [UInt8] = [
            13, 2, 0x67, 2, 0x74, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 3, 2, 0x6d, 0, 0, 0, 0, 0, 0, 0, 4, 1, 0,
            0, 0, 0, 0, 0, 0, 5,
        ]
        #expect(Self.bytes(change) == expected)
    }

    private static func bytes(_ change: Change) -> [UInt8] {
        var writer = ProtocolWriter()
        ChangeCodec.write(change, to: &writer)
        return writer.bytes
    }
}
