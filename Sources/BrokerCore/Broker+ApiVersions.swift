import KafkaProtocol

extension Broker {
    /// Says what is served.
    ///
    /// No feature is finalised: clients then use the protocol of groups and transactions that this broker keeps. A
    /// transaction version of 2 or more would make them leave out requests that it needs.
    func apiVersions(_ message: ApiVersionsRequest, _ request: Request) {
        var response = ApiVersionsResponse()
        if request.version >= 3, !message.hasValidSoftware {
            response.errorCode = ErrorCode.invalidRequest.rawValue
            return reply(request.connection, .apiVersions(response))
        }
        response.apiKeys = ApiKey.allCases.map { api in
            var version = ApiVersionsResponse.ApiVersion()
            version.apiKey = api.rawValue
            // librdkafka judges by version 0 of Produce whether it may compress, although nobody sends that version.
            version.minVersion = api == .produce ? 0 : api.validVersions.lowerBound
            version.maxVersion = api.validVersions.upperBound
            return version
        }
        reply(request.connection, .apiVersions(response))
    }
}

extension ApiVersionsRequest {
    fileprivate var hasValidSoftware: Bool {
        Self.isSoftwareWord(clientSoftwareName) && Self.isSoftwareWord(clientSoftwareVersion)
    }

    /// Letters and digits, with dots and dashes between them.
    private static func isSoftwareWord(_ text: String) -> Bool {
        func isAlphanumeric(_ byte: UInt8) -> Bool {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: false
            }
        }
        let bytes = Array(text.utf8)
        guard let first = bytes.first, let last = bytes.last else { return false }
        return isAlphanumeric(first) && isAlphanumeric(last)
            && bytes.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") }
    }
}
