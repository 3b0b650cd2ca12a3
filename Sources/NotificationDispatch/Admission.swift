public import Schemas
import ProtobufCodec

/// The door of the two stages: what is refused before it is believed (Rules.md, "Refused at the door").
///
/// Each function returns the record's own time, milliseconds since the epoch, or throws what its dead letter says.
public enum Admission {
    public static func time(of request: NotificationRequest) throws(Rejection) -> Int64 {
        try derivedIdentifier(request.requestID, "request_id", limit: DispatchLimits.requestIDBytes)
        try Validation.identifier(request.customerID, "customer_id")
        try Validation.identifier(request.templateID, "template_id")
        if !request.campaignID.isEmpty { try Validation.identifier(request.campaignID, "campaign_id") }
        if request.cause.kind == "checkout" { try Validation.identifier(request.cause.id, "cause.id") }
        switch request.messageClass {
        case .transactional: break
        case .promotional where request.hasExpiresAt: break
        case .promotional: throw Rejection(.validation, "expires_at is absent")
        case .unspecified, .UNRECOGNIZED: throw Rejection(.validation, "message_class is not known")
        }
        guard request.priority <= DispatchLimits.priority else {
            throw Rejection(.validation, "priority is above \(DispatchLimits.priority)")
        }
        let requestedAt = try Validation.time(
            request.requestedAt, isPresent: request.hasRequestedAt, "requested_at")
        if request.hasExpiresAt { _ = try Validation.time(request.expiresAt, isPresent: true, "expires_at") }
        try size(request)
        return requestedAt
    }

    private static func size(_ request: NotificationRequest) throws(Rejection) {
        let bytes: Int
        do {
            bytes = try request.serializedBytes().count
        } catch {
            throw Rejection(.validation, "the request cannot be encoded")
        }
        guard bytes <= DispatchLimits.requestBytes else {
            throw Rejection(.validation, "the request has \(bytes) bytes, more than \(DispatchLimits.requestBytes)")
        }
    }

    public static func time(of tag: TagEvent) throws(Rejection) -> Int64 {
        try Validation.identifier(tag.customerID, "customer_id")
        guard let kind = tag.kind else { throw Rejection(.schema, "the tag event has no kind") }
        if case .tagChanged(let change) = kind, TagName(rawValue: change.name) != nil, !change.value.isEmpty {
            try Validation.identifier(change.value, "value")
        }
        return try Validation.time(tag.changedAt, isPresent: tag.hasChangedAt, "changed_at")
    }

    public static func time(of receipt: NotificationReceipt) throws(Rejection) -> Int64 {
        try derivedIdentifier(receipt.sendID, "send_id", limit: DispatchLimits.sendIDBytes)
        try derivedIdentifier(receipt.requestID, "request_id", limit: DispatchLimits.requestIDBytes)
        try Validation.identifier(receipt.customerID, "customer_id")
        switch receipt.result {
        case .sent, .permanent, .exhausted: break
        case .unspecified, .UNRECOGNIZED: throw Rejection(.validation, "result is not known")
        }
        return try Validation.time(receipt.receivedAt, isPresent: receipt.hasReceivedAt, "received_at")
    }

    public static func time(of send: NotificationSend) throws(Rejection) -> Int64 {
        try derivedIdentifier(send.sendID, "send_id", limit: DispatchLimits.sendIDBytes)
        try derivedIdentifier(send.requestID, "request_id", limit: DispatchLimits.requestIDBytes)
        try Validation.identifier(send.customerID, "customer_id")
        if send.hasExpiresAt { _ = try Validation.time(send.expiresAt, isPresent: true, "expires_at") }
        return try Validation.time(send.decidedAt, isPresent: send.hasDecidedAt, "decided_at")
    }

    /// Passes an id that is made of other ids and so may be longer than those.
    static func derivedIdentifier(
        _ value: String, _ field: StaticString, limit: Int
    ) throws(Rejection) {
        let bytes = value.utf8
        guard !bytes.isEmpty else { throw Rejection(.validation, "\(field) is empty") }
        guard bytes.count <= limit else {
            throw Rejection(.validation, "\(field) has \(bytes.count) bytes, more than \(limit)")
        }
        guard !bytes.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
            throw Rejection(.validation, "\(field) holds a control character")
        }
    }
}

/// The tags that dispatch follows.
enum TagName: String {
    case tier
    case layer
}
