import BrokerTestKit
import Kafka
import Testing

/// Golden values from the Java client's `Utils.murmur2` and `Utils.toPositive`, Apache Kafka 4.3.1.
@Suite struct Murmur2 {
    static let partitionsOf12: [(String, Int32)] = [
        ("", 9), ("a", 4), ("ab", 2), ("abc", 3), ("abcd", 8), ("21", 0), ("foobar", 6),
        ("a-little-bit-long-string", 8), ("a-little-bit-longer-string", 11),
        ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", 5), ("customer-42", 9), ("äöü", 8),
    ]

    @Test("a key goes where the Java client sends it", arguments: partitionsOf12)
    func golden(key: String, partition: Int32) {
        #expect(murmur2Partition(key: key.bytes, count: 12) == partition)
    }

    @Test("the whole hash agrees, negative values too")
    func wholeHash() {
        // With the largest count the partition is the positive hash itself, unless that is the count.
        #expect(murmur2Partition(key: "abc".bytes, count: .max) == 479_470_107)
        #expect(murmur2Partition(key: "21".bytes, count: .max) == -973_932_308 & 0x7fff_ffff)
        let all = (0...255).map { UInt8($0) }
        #expect(murmur2Partition(key: all, count: .max) == -1_948_347_274 & 0x7fff_ffff)
    }

    @Test("every partition is in range, for seeded keys of every length")
    func range() {
        var seed: UInt64 = 42
        for length in 0..<64 {
            let key = (0..<length).map { _ -> UInt8 in
                seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return UInt8(truncatingIfNeeded: seed >> 56)
            }
            for count: Int32 in [1, 2, 7, 48] {
                #expect((0..<count).contains(murmur2Partition(key: key, count: count)))
            }
        }
    }
}
