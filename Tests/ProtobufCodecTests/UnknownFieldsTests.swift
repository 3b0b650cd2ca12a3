import ProtobufCodec
import Testing

/// Fields that an older schema lacks pass through it.
@Suite struct UnknownFieldsTests {
    @Test("What an older build passes on, a newer one reads in full")
    func olderBuild() throws {
        var sampler = EverythingSampler(seed: 5)
        for _ in 0..<300 {
            let bytes = sampler.next()
            let little = try Little(serializedBytes: bytes)
            let back = try Everything(serializedBytes: little.serializedBytes())
            // Compared as bytes: a NaN is not equal to itself.
            #expect(try back.serializedBytes() == Everything(serializedBytes: bytes).serializedBytes())
            let nothing = try Nothing(serializedBytes: bytes)
            #expect(
                try Everything(serializedBytes: nothing.serializedBytes()).serializedBytes() == back.serializedBytes())
        }
    }

    @Test("They are written after the known ones, in the order they came, also those of an inner message")
    func order() throws {
        let bytes = WireBytes.build {
            $0.tag(90, 0)
            $0.varint(1)
            $0.tag(17, 2)
            $0.delimited([0x50, 0x01, 0x08, 0x02])
            $0.tag(80, 3)
            $0.tag(1, 5)
            $0.fixed(UInt32(7))
            $0.tag(80, 4)
            $0.tag(3, 0)
            $0.varint(4)
        }
        let message = try Little(serializedBytes: bytes)
        let expected = WireBytes.build {
            $0.tag(3, 0)
            $0.varint(4)
            $0.tag(17, 2)
            $0.delimited([0x08, 0x02, 0x50, 0x01])
            $0.tag(90, 0)
            $0.varint(1)
            $0.tag(80, 3)
            $0.tag(1, 5)
            $0.fixed(UInt32(7))
            $0.tag(80, 4)
        }
        #expect(try message.serializedBytes() == expected)
        #expect(message.unknownFields.bytes.count == 3 + 9)
    }

    @Test("A known field of another wire type is unknown")
    func otherWireType() throws {
        let bytes = WireBytes.build {
            $0.tag(3, 5)
            $0.fixed(UInt32(1))
        }
        let message = try Little(serializedBytes: bytes)
        #expect(message.singleInt32 == 0)
        #expect(try message.serializedBytes() == bytes)
    }

    @Test("They count for equality, and can be dropped")
    func equalityAndDropping() throws {
        let bytes: [UInt8] = [0x08, 0x01]
        let kept = try Nothing(serializedBytes: bytes)
        #expect(kept != Nothing())
        #expect(!kept.unknownFields.isEmpty)
        var options = BinaryDecodingOptions()
        options.discardUnknownFields = true
        #expect(try Nothing(serializedBytes: bytes, options: options) == Nothing())
        var emptied = kept
        emptied.unknownFields = UnknownStorage()
        #expect(emptied == Nothing())
    }
}
