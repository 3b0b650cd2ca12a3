import BrokerCore
import KafkaProtocol

/// What a frame holds.
enum IncomingRequest {
    case request(RequestHeader, RequestBody)
    /// ApiVersions in a version that is not known here: as in Kafka it has an answer, in version 0, by which the client
    /// finds a version to ask in.
    case unsupportedVersions(RequestHeader)

    init(_ frame: [UInt8]) throws(ProtocolError) {
        var reader = ProtocolReader(frame)
        do throws(ProtocolError) {
            let header = try RequestHeader(from: &reader)
            let body = try RequestBody.read(header.api, version: header.version, from: &reader)
            // Bytes behind the body are passed over, as Kafka does: librdkafka 2.0.2 sends some with ListGroups.
            self = .request(header, body)
        } catch .unsupportedVersion(.apiVersions, _) {
            var reader = ProtocolReader(frame)
            _ = try reader.int32()
            let correlation = try reader.int32()
            self = .unsupportedVersions(RequestHeader(api: .apiVersions, version: 0, correlationID: correlation))
        } catch {
            throw error
        }
    }

    static var unsupportedVersionsAnswer: ResponseBody {
        var versions = ApiVersionsResponse.ApiVersion()
        versions.apiKey = ApiKey.apiVersions.rawValue
        versions.minVersion = ApiKey.apiVersions.validVersions.lowerBound
        versions.maxVersion = ApiKey.apiVersions.validVersions.upperBound
        var answer = ApiVersionsResponse()
        answer.errorCode = ErrorCode.unsupportedVersion.rawValue
        answer.apiKeys = [versions]
        return .apiVersions(answer)
    }
}
