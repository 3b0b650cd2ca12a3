import Foundation
import ProtobufCodec
import Testing

/// The same bytes and the same JSON through protoc and through Python's protobuf, both written by others.
@Suite(.enabled(if: ExternalTools.protoc != nil && ExternalTools.python != nil, "needs protoc and python3-protobuf"))
struct CrossCheckTests {
    private static let sampleCount = 3000

    private static let registry = TypeRegistry([Inner.self])

    // Of many differences the first few say enough.
    private static func expectNone(_ differences: [String]) {
        for difference in differences.prefix(3) { Issue.record("\(difference.prefix(1000))") }
        #expect(differences.isEmpty, "\(differences.count) of \(sampleCount) differ")
    }

    @Test("Python re-encodes bytes to the same bytes, unknown fields included")
    func binaryAgainstPython() throws {
        let samples = Self.samples(isWild: true)
        let answers = try Self.python("reencode", samples)
        var differences: [String] = []
        for (sample, answer) in zip(samples, answers) {
            let ours = try Everything(serializedBytes: sample).serializedBytes()
            if answer != .success(ours) { differences.append(Self.difference(ours, answer)) }
        }
        Self.expectNone(differences)
    }

    @Test("Python reads our JSON to the same message")
    func jsonToPython() throws {
        let samples = Self.samples(isWild: false)
        var options = JSONEncodingOptions()
        options.typeRegistry = Self.registry
        let messages = try samples.map { try Everything(serializedBytes: $0) }
        let texts = try messages.map { try $0.jsonUTF8Bytes(options: options) }
        let answers = try Self.python("from-json", texts)
        var differences: [String] = []
        for (index, message) in messages.enumerated() where answers[index] != .success(try message.serializedBytes()) {
            differences.append("\(String(decoding: texts[index], as: UTF8.self)): \(answers[index])")
        }
        Self.expectNone(differences)
    }

    @Test("We read Python's JSON to the same message")
    func jsonFromPython() throws {
        let samples = Self.samples(isWild: false)
        var options = JSONDecodingOptions()
        options.typeRegistry = Self.registry
        let answers = try Self.python("to-json", samples)
        var differences: [String] = []
        for (sample, answer) in zip(samples, answers) {
            let text = try answer.get()
            let message = try Everything(jsonUTF8Bytes: text, options: options)
            let expected = try Everything(serializedBytes: sample).serializedBytes()
            if try message.serializedBytes() != expected { differences.append(String(decoding: text, as: UTF8.self)) }
        }
        Self.expectNone(differences)
    }

    @Test("protoc decodes our bytes to text and encodes the text to the same bytes")
    func binaryAgainstProtoc() throws {
        let protoc = try #require(ExternalTools.protoc)
        let messages = try Self.samples(isWild: false).map { try Everything(serializedBytes: $0) }
        let batch = try Batch.with { $0.items = messages }.serializedBytes()
        let shared = ["-I", ExternalTools.protos.path, "codec/test/v1/everything.proto"]
        let text = try ExternalTools.run(protoc, ["--decode=codec.test.v1.Batch"] + shared, input: batch)
        #expect(text.status == 0, "\(text.errors)")
        let encode = ["--encode=codec.test.v1.Batch", "--deterministic_output"] + shared
        let bytes = try ExternalTools.run(protoc, encode, input: text.output)
        #expect(bytes.status == 0, "\(bytes.errors)")
        let back = try Batch(serializedBytes: bytes.output)
        #expect(back.items.count == messages.count)
        #expect((bytes.output == batch) == true)
    }

    @Test("Python accepts and refuses the same damaged bytes")
    func damagedBytesAgainstPython() throws {
        var random = SeededRandom(seed: 11)
        let samples = Self.samples(isWild: true).map { Mutation.mutated($0, &random) }
        let answers = try Self.python("reencode", samples)
        var differences: [String] = []
        for (sample, answer) in zip(samples, answers) {
            do {
                let message = try Everything(serializedBytes: sample)
                if case .failure(let refusal) = answer { differences.append("\(message): \(refusal.text)") }
            } catch BinaryDecodingError.malformedTag, BinaryDecodingError.malformedGroup {
                // Python takes a tag of number 0 or the end of no group for the end of the message; the specification
                // and its conformance tests have both refused.
            } catch {
                if case .success = answer { differences.append("\(error): \(sample)") }
            }
        }
        Self.expectNone(differences)
    }

    // MARK: Support

    /// The bytes around the first that differs.
    private static func difference(_ ours: [UInt8], _ answer: Result<[UInt8], Refusal>) -> String {
        guard case .success(let theirs) = answer else { return "\(answer)" }
        let place = zip(ours, theirs).prefix { $0 == $1 }.count
        let range = max(0, place - 24)..<(place + 12)
        let (mine, other) = (range.clamped(to: 0..<ours.count), range.clamped(to: 0..<theirs.count))
        return "at \(place): \(ours[mine]), not \(theirs[other])"
    }

    struct Refusal: Error, Equatable {
        let text: String
    }

    private static func samples(isWild: Bool) -> [[UInt8]] {
        var sampler = EverythingSampler(seed: isWild ? 1 : 2, isWild: isWild)
        return (0..<sampleCount).map { _ in sampler.next() }
    }

    private static func python(_ mode: String, _ records: [[UInt8]]) throws -> [Result<[UInt8], Refusal>] {
        let protoc = try #require(ExternalTools.protoc)
        let python = try #require(ExternalTools.python)
        return try ExternalTools.withTemporaryFolder { folder in
            let generated = try ExternalTools.run(
                protoc,
                ["-I", ExternalTools.protos.path, "--python_out=\(folder.path)", "codec/test/v1/everything.proto"])
            try #require(generated.status == 0, "\(generated.errors)")
            let script = ExternalTools.testFolder.appending(path: "CrossCheck/crosscheck.py")
            let input = WireBytes.build { wire in
                for record in records {
                    wire.fixed(UInt32(record.count))
                    wire.raw(record)
                }
            }
            let outcome = try ExternalTools.run(python, [script.path, folder.path, mode], input: input)
            try #require(outcome.status == 0, "\(outcome.errors)")
            let answers = split(outcome.output)
            try #require(answers.count == records.count)
            return answers
        }
    }

    private static func split(_ output: [UInt8]) -> [Result<[UInt8], Refusal>] {
        var answers: [Result<[UInt8], Refusal>] = []
        var rest = output[...]
        while rest.count > 4 {
            let length = rest.prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
            let record = rest.dropFirst(4).prefix(length)
            rest = rest.dropFirst(4 + length)
            let content = Array(record.dropFirst())
            answers.append(
                record.first == 1
                    ? .success(content) : .failure(Refusal(text: String(decoding: content, as: UTF8.self))))
        }
        return answers
    }
}
