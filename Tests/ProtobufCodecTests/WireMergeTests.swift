import ProtobufCodec
import Testing

/// What several occurrences of one field come to, and which forms of a list are taken.
@Suite struct WireMergeTests {
    private func decode(_ body: (inout WireBytes) -> Void) throws -> Everything {
        try Everything(serializedBytes: WireBytes.build(body))
    }

    @Test("Of a scalar the last counts, even if it is the default")
    func scalars() throws {
        let message = try decode {
            for number: UInt64 in [1, 2, 0] {
                $0.tag(3, 0)
                $0.varint(number)
                $0.tag(23, 0)
                $0.varint(number)
            }
        }
        #expect(message.singleInt32 == 0)
        #expect(message.optionalInt32 == 0)
        #expect(message.hasOptionalInt32)
        #expect(try message.serializedBytes() == [0xB8, 0x01, 0x00])
    }

    @Test("A message is merged: scalars replaced, lists added to")
    func messages() throws {
        let first = Inner.with {
            $0.number = 1
            $0.text = "a"
            $0.numbers = [1]
            $0.inner.text = "b"
        }
        let second = Inner.with {
            $0.number = 2
            $0.numbers = [2]
            $0.inner.number = 3
        }
        let merged = Inner.with {
            $0.number = 2
            $0.text = "a"
            $0.numbers = [1, 2]
            $0.inner.text = "b"
            $0.inner.number = 3
        }
        let parts = try [first, second].map { try $0.serializedBytes() }
        // Singular, optional and as the member of a oneof.
        for number in [17, 37, 97] {
            let message = try decode { wire in
                for part in parts {
                    wire.tag(number, 2)
                    wire.delimited(part)
                }
            }
            let inner = [17: message.singleInner, 37: message.optionalInner, 97: message.choiceInner][number]
            #expect(inner == merged)
        }
        var message = first
        try message.merge(serializedBytes: parts[1])
        #expect(message == merged)
    }

    @Test("Of a oneof the last member counts")
    func oneofs() throws {
        let message = try decode {
            $0.tag(97, 2)
            $0.delimited([0x08, 0x05])
            $0.tag(83, 0)
            $0.varint(4)
            $0.tag(97, 2)
            $0.delimited([])
        }
        #expect(message.choice == .choiceInner(Inner()))
    }

    @Test("A list may come packed, unpacked and in pieces, whatever the schema says")
    func lists() throws {
        let message = try decode {
            for number in [43, 63] {
                $0.tag(number, 0)
                $0.varint(1)
                $0.tag(number, 2)
                $0.delimited([2, 3])
                $0.tag(number, 2)
                $0.delimited([])
                $0.tag(number, 0)
                $0.varint(4)
            }
        }
        #expect(message.repeatedInt32 == [1, 2, 3, 4])
        #expect(message.unpackedInt32 == [1, 2, 3, 4])
    }

    @Test("A map entry may lack its key or value, hold unknown fields and come twice")
    func mapEntries() throws {
        let message = try decode {
            for entry: [UInt8] in [
                [0x0A, 0x01, 0x61, 0x10, 0x01],  // "a": 1
                [0x10, 0x02],  // "": 2
                [0x0A, 0x01, 0x62],  // "b": 0
                [0x10, 0x03, 0x18, 0x07, 0x0A, 0x01, 0x61],  // "a": 3 with an unknown field, the other way round
                [0x0D, 1, 2, 3, 4],  // "": 0, the key being of another wire type
            ] {
                $0.tag(123, 2)
                $0.delimited(entry)
            }
        }
        #expect(message.mapInt32 == ["a": 3, "": 0, "b": 0])
    }

    @Test("Numbers in a longer form, and past the field's range, are cut to it")
    func longNumbers() throws {
        let message = try decode {
            $0.tag(13, 0)
            $0.varint(1 << 40)
            $0.tag(5, 0)
            $0.varint(1 << 32 | 7)
            $0.tag(7, 0)
            $0.varint(1 << 33 | 3)
            $0.tag(3, 0)
            $0.varint(5, padding: 8)
            $0.tag(16, 0)
            $0.varint(1 << 32 | 1)
        }
        #expect(message.singleBool)
        #expect(message.singleUint32 == 7)
        #expect(message.singleSint32 == -2)
        #expect(message.singleInt32 == 5)
        #expect(message.singleColor == .red)
    }
}
