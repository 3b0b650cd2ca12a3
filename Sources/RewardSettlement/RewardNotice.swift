import ProtobufCodec
import Schemas

/// Says to a customer that a reward was posted or taken back (S01).
enum RewardNotice {
    static let priority: UInt32 = 7
    static let lifeMs = Milliseconds.day

    /// The request for a post or a claw-back that asks for one; else none.
    static func requests(for transfer: AccountTransfer, at time: Int64) -> [NotificationRequest] {
        guard transfer.notify, !transfer.customerID.isEmpty else { return [] }
        let words: (prefix: String, template: String)
        if transfer.phase == .postPending {
            words = ("reward/", "reward_posted")
        } else if transfer.code == .clawBack {
            words = ("clawback/", "reward_clawed_back")
        } else {
            return []
        }
        var request = NotificationRequest()
        request.requestID = requestID(words.prefix, transfer.transferID)
        request.customerID = transfer.customerID
        request.templateID = words.template
        request.messageClass = .transactional
        request.campaignID = transfer.campaignID
        request.variables = ["reward": RewardText.text(of: transfer), "claim": transfer.rewardID]
        request.priority = priority
        request.requestedAt = Google_Protobuf_Timestamp(milliseconds: time)
        request.expiresAt = Google_Protobuf_Timestamp(milliseconds: time &+ lifeMs)
        request.cause = Cause.with {
            $0.kind = "reward"
            $0.id = transfer.rewardID
            $0.sinceMs = time
        }
        request.ruleID = "S01"
        return [request]
    }

    /// A transfer's id is made of others and may be longer than an id may be: its hash stands for it then.
    private static func requestID(_ prefix: String, _ transfer: String) -> String {
        guard prefix.utf8.count + transfer.utf8.count > Validation.identifierBytesLimit else {
            return prefix + transfer
        }
        return "\(prefix)#\(FNV1a.digits(FNV1a.hash(transfer)))"
    }
}
