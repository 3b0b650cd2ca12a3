import ProtobufCodec
import Testing

/// What is written is read as the same message, and one message has one form.
@Suite struct RoundTripTests {
    @Test("Bytes through a message and back are settled after the first time", arguments: [21, 22, 23] as [UInt64])
    func binary(seed: UInt64) throws {
        var sampler = EverythingSampler(seed: seed, hasNaN: false)
        for _ in 0..<500 {
            let sample = sampler.next()
            let message = try Everything(serializedBytes: sample)
            let bytes = try message.serializedBytes()
            let again = try Everything(serializedBytes: bytes)
            #expect(try again.serializedBytes() == bytes)
            #expect((again == message) == true)
            #expect(again.hashValue == message.hashValue)
        }
    }

    @Test("JSON through a message and back is the same", arguments: [31, 32] as [UInt64])
    func json(seed: UInt64) throws {
        var sampler = EverythingSampler(seed: seed, isWild: false)
        var encoding = JSONEncodingOptions()
        encoding.typeRegistry = TypeRegistry([Inner.self])
        var decoding = JSONDecodingOptions()
        decoding.typeRegistry = TypeRegistry([Inner.self])
        for _ in 0..<300 {
            let message = try Everything(serializedBytes: sampler.next())
            let text = try message.jsonString(options: encoding)
            let again = try Everything(jsonString: text, options: decoding)
            #expect(try again.serializedBytes() == message.serializedBytes())
            #expect(try again.jsonString(options: encoding) == text)
        }
    }

    @Test("A map's bytes and JSON do not depend on how it was filled")
    func determinism() throws {
        var random = SeededRandom(seed: 4)
        let keys = (0..<200).map { _ in "key \(random.below(1_000_000))" }
        func message(_ keys: [String]) -> Everything {
            Everything.with {
                for key in keys {
                    $0.mapInt32[key] = Int32(key.count)
                    $0.bySint64[Int64(key.count) - 8] = 1
                }
            }
        }
        let first = message(keys)
        for _ in 0..<5 {
            let other = message(keys.shuffled(using: &random))
            #expect(try other.serializedBytes() == first.serializedBytes())
            #expect(try other.jsonString() == first.jsonString())
        }
    }

    @Test("A wide message nested as deep as the limit fits the stack")
    func deepAndWide() throws {
        let bytes = (1..<100).reduce(into: [UInt8]()) { content, _ in
            content = WireBytes.build {
                $0.tag(141, 2)
                $0.delimited(content)
            }
        }
        let message = try Everything(serializedBytes: bytes)
        #expect(try message.serializedBytes() == bytes)
        let json = try message.jsonString()
        let again = try Everything(jsonString: json)
        #expect((again == message) == true)
        #expect(again.hashValue == message.hashValue)
    }
}
