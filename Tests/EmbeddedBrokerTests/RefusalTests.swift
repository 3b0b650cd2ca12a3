import BrokerCore
import KafkaProtocol
import Testing

@Suite("refusals")
struct RefusalTests {
    @Test(
        "the refusal of any request can be written and read in its version, and says the error",
        arguments: ApiKey.allCases)
    func everyVersion(api: ApiKey) throws {
        var samples = SampleRequests(seed: UInt64(api.rawValue))
        for version in api.validVersions {
            for _ in 0..<20 {
                // Only what the version can say stands in its request.
                var writer = ProtocolWriter()
                samples.next(api).write(to: &writer, version: version)
                var reader = ProtocolReader(writer.bytes)
                let request = try RequestBody.read(api, version: version, from: &reader)
                let refusal = request.refusal(.clusterAuthorizationFailed)
                #expect(refusal.api == api)
                var answer = ProtocolWriter()
                refusal.write(to: &answer, version: version)
                var answerReader = ProtocolReader(answer.bytes)
                let read = try ResponseBody.read(api, version: version, from: &answerReader)
                try answerReader.expectEnd()
                let codes = Self.errorCodes(read)
                #expect(Self.hasNoRoom(request, version) || codes.contains(31), "\(api) version \(version)")
                #expect(codes.allSatisfy { $0 == 31 || $0 == 0 }, "\(api) version \(version)")
            }
        }
    }

    /// Where Kafka's own answers have no place for an error either.
    private static func hasNoRoom(_ request: RequestBody, _ version: Int16) -> Bool {
        if case .metadata(let metadata) = request { return metadata.topics == nil }
        if case .describeLogDirs = request { return version < 3 }
        return false
    }

    /// The values of all fields that are called so, however deep.
    private static func errorCodes(_ value: Any) -> [Int16] {
        Mirror(reflecting: value).children.flatMap { child -> [Int16] in
            if let code = child.value as? Int16, child.label?.lowercased().hasSuffix("errorcode") == true {
                return [code]
            }
            return errorCodes(child.value)
        }
    }
}
