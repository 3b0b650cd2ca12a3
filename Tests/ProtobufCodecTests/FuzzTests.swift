import Foundation
import ProtobufCodec
import Testing

/// No input leads to a trap: each gives an error or a message that can be written and read again.
///
/// CODEC_FUZZ_COUNT sets how many inputs each test tries.
@Suite struct FuzzTests {
    private static let count =
        ProcessInfo.processInfo.environment["CODEC_FUZZ_COUNT"].flatMap { Int($0) } ?? 75_000

    private static let registry = TypeRegistry([Inner.self, Everything.self])

    /// Returns whether the bytes were a message.
    private func tryBytes(_ bytes: [UInt8]) throws -> Bool {
        guard let message = try? Everything(serializedBytes: bytes) else { return false }
        let settled = try message.serializedBytes()
        let again = try Everything(serializedBytes: settled).serializedBytes()
        if again != settled { Issue.record("not settled: \(bytes)") }
        return true
    }

    private func tryJSON(_ json: [UInt8]) throws -> Bool {
        var options = JSONDecodingOptions()
        options.typeRegistry = Self.registry
        options.ignoreUnknownFields = json.count % 2 == 0
        guard let message = try? Everything(jsonUTF8Bytes: json, options: options) else { return false }
        var encoding = JSONEncodingOptions()
        encoding.typeRegistry = Self.registry
        let settled = try message.jsonUTF8Bytes(options: encoding)
        let again = try Everything(jsonUTF8Bytes: settled, options: options).jsonUTF8Bytes(options: encoding)
        if again != settled { Issue.record("not settled: \(String(decoding: json, as: UTF8.self))") }
        return true
    }

    @Test("Random bytes")
    func randomBytes() throws {
        var random = SeededRandom(seed: 101)
        for _ in 0..<Self.count {
            _ = try tryBytes((0..<random.below(24)).map { _ in UInt8(truncatingIfNeeded: random.next()) })
        }
    }

    @Test("Damaged messages")
    func damagedBytes() throws {
        var random = SeededRandom(seed: 102)
        var sampler = EverythingSampler(seed: 103)
        let samples = (0..<1000).map { _ in sampler.next(depth: 1) }
        var accepted = 0
        for _ in 0..<Self.count where try tryBytes(Mutation.mutated(random.pick(samples), &random)) { accepted += 1 }
        // Else the damage is such that nothing past the first field is ever reached.
        #expect(accepted > Self.count / 20)
    }

    @Test("Damaged JSON")
    func damagedJSON() throws {
        var random = SeededRandom(seed: 104)
        var sampler = EverythingSampler(seed: 105, isWild: false)
        var encoding = JSONEncodingOptions()
        encoding.typeRegistry = Self.registry
        let samples = try (0..<1000).map { _ in
            try Everything(serializedBytes: sampler.next(depth: 1)).jsonUTF8Bytes(options: encoding)
        }
        var accepted = 0
        for _ in 0..<Self.count {
            var json = Mutation.mutated(random.pick(samples), &random)
            // Damage that is likelier to leave the grammar whole.
            if random.oneIn(2), let index = json.indices.randomElement(using: &random) {
                json[index] = random.pick(Array(#"0123456789-+.eE"\{}[]:,tfnu/ "#.utf8))
            }
            if try tryJSON(json) { accepted += 1 }
        }
        #expect(accepted > Self.count / 50)
    }

    @Test("Random texts of JSON's characters")
    func randomJSON() throws {
        var random = SeededRandom(seed: 106)
        let pieces = [
            "{", "}", "[", "]", ",", ":", "\"", "\\", "null", "true", "1", "-", ".", "e9", "\"value\"", "\"any\"",
            "\"@type\"", "\"x/codec.test.v1.Inner\"", "\"mapInt32\"", "\"singleInt32\"", "\"\\ud83d\\ude00\"", " ",
            "\"1\"",
        ].map { Array($0.utf8) }
        for _ in 0..<Self.count {
            _ = try tryJSON(Array((0..<random.below(14)).map { _ in random.pick(pieces) }.joined()))
        }
    }

    @Test("JSON of messages from damaged bytes")
    func jsonOfDamagedBytes() throws {
        var random = SeededRandom(seed: 107)
        var sampler = EverythingSampler(seed: 108)
        let samples = (0..<300).map { _ in sampler.next(depth: 1) }
        for _ in 0..<Self.count / 5 {
            guard let message = try? Everything(serializedBytes: Mutation.mutated(random.pick(samples), &random)),
                let json = try? message.jsonUTF8Bytes()
            else { continue }
            _ = try Everything(jsonUTF8Bytes: json)
        }
    }
}
