import Kafka
package import Schemas

/// Makes the dead letter of a record: its bytes unchanged, what went wrong in `growth-` headers (operations.md A2).
package struct DeadLetter {
    /// Where in the handling it failed.
    enum Place: String {
        case decode
        case validate
        case handle
        case publish
        case crash

        init(_ reason: Rejection.Reason) {
            switch reason {
            case .decode, .schema: self = .decode
            case .validation: self = .validate
            case .bug: self = .crash
            case .businessReject, .dependencyTimeout, .dependencyError, .throttled, .conflict, .keyBlocked, .expired,
                .unknown:
                self = .handle
            }
        }
    }

    static let messageBytesLimit = 1_024
    static let headersBytesLimit = 16_384

    let stage: StageDeclaration
    let worker: String
    let build: String

    package init(stage: StageDeclaration, worker: String, build: String) {
        self.stage = stage
        self.worker = worker
        self.build = build
    }

    /// Returns the record for the stage's dead letter topic; null key and value stay null.
    func record(of origin: OwnedRecord, rejection: Rejection, failedAt: Int64) -> OutputRecord {
        let coordinate = "\(origin.topic)/\(origin.partition)/\(origin.offset)"
        let place = Place(rejection.reason)
        let message = Self.shortened(rejection.message)
        var ours: [(String, String)] = [
            ("growth-schema", "1"),
            ("growth-event-id", eventID(of: origin) ?? coordinate),
            ("growth-origin-topic", origin.topic),
            ("growth-origin-partition", String(origin.partition)),
            ("growth-origin-offset", String(origin.offset)),
            ("growth-origin-timestamp-ms", String(origin.timestampMilliseconds)),
            ("growth-origin-timestamp-type", "\(origin.timestampType)"),
            ("growth-origin-null-value", origin.value == nil ? "true" : "false"),
            ("growth-group", stage.group),
            ("growth-worker", worker),
            ("growth-version", build),
            ("growth-stage", place.rawValue),
            ("growth-reason", rejection.reason.rawValue),
            ("growth-error-type", "Rejection.\(rejection.reason.rawValue)"),
            ("growth-error-message", message),
            ("growth-error-fingerprint", fingerprint(rejection, place)),
            ("growth-attempts-total", "1"),
            ("growth-first-failed-at", String(failedAt)),
            ("growth-last-failed-at", String(failedAt)),
        ]
        // A second failure replaces what the first wrote, but for when it first failed and its first id.
        for name in ["growth-first-failed-at", "growth-event-id"] {
            if let earlier = origin.headers.last(where: { $0.name == name })?.text,
                let index = ours.firstIndex(where: { $0.0 == name })
            {
                ours[index].1 = earlier
            }
        }
        let names = Set(ours.map(\.0))
        var kept = origin.headers.filter { !names.contains($0.name) }
        var budget = Self.headersBytesLimit - ours.reduce(0) { $0 + $1.0.utf8.count + $1.1.utf8.count }
        kept = kept.filter { header in
            budget -= header.name.utf8.count + (header.value?.count ?? 0)
            return budget >= 0
        }
        return OutputRecord(
            topic: stage.deadLetters, partition: origin.partition, key: origin.key, value: origin.value,
            headers: kept + ours.map { RecordHeader(name: $0.0, text: $0.1) },
            timestamp: origin.timestampMilliseconds)
    }

    private func eventID(of origin: OwnedRecord) -> String? {
        origin.headers.last { $0.name == CloudEvent.id }?.text
    }

    /// Groups failures of one cause: type, place and message without its digits.
    private func fingerprint(_ rejection: Rejection, _ place: Place) -> String {
        var hash = FNV1a()
        hash.combine("\(rejection.reason.rawValue)|\(place.rawValue)|".utf8)
        hash.combine(rejection.message.utf8.filter { $0 < 0x30 || $0 > 0x39 })
        let text = String(hash.value, radix: 16)
        return String(repeating: "0", count: 16 - text.count) + text
    }

    private static func shortened(_ message: String) -> String {
        guard message.utf8.count > messageBytesLimit else { return message }
        return String(decoding: message.utf8.prefix(messageBytesLimit), as: UTF8.self)
    }
}
