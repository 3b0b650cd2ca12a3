public import Schemas

/// A transfer's id, derived from business facts alone, so that a replay of the whole log makes the same ids (S10).
///
/// Campaign ids, line names and drawing ids hold no colon (`Campaign.validate`), so that no two facts share an id.
public struct TransferID: Identifier {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }

    /// `<campaign>:<reward>:<side>:pending`.
    public static func pending(_ campaign: CampaignID, _ reward: RewardID, _ side: RewardSide) -> TransferID {
        TransferID(rawValue: "\(campaign):\(reward):\(side.ledgerName):pending")
    }

    /// `<campaign>:<reward>:<side>:post`.
    public static func post(_ campaign: CampaignID, _ reward: RewardID, _ side: RewardSide) -> TransferID {
        TransferID(rawValue: "\(campaign):\(reward):\(side.ledgerName):post")
    }

    /// `<campaign>:<reward>:<side>:void`.
    public static func void(_ campaign: CampaignID, _ reward: RewardID, _ side: RewardSide) -> TransferID {
        TransferID(rawValue: "\(campaign):\(reward):\(side.ledgerName):void")
    }

    /// `<campaign>:<reward>:<side>:clawback<step>`; the step counts a reward's claw-backs from 1.
    public static func clawBack(
        _ campaign: CampaignID, _ reward: RewardID, _ side: RewardSide, step: UInt32
    ) -> TransferID {
        TransferID(rawValue: "\(campaign):\(reward):\(side.ledgerName):clawback\(step)")
    }

    /// `<campaign>:v<version>:<unit>:<line>:fund`; the reserve is the line `reserve`.
    public static func fund(_ campaign: CampaignID, version: UInt32, _ unit: RewardUnit, line: String) -> TransferID {
        TransferID(rawValue: "\(campaign):v\(version):\(unit.ledgerName):\(line):fund")
    }

    /// `<campaign>:draw:<drawing id>`.
    public static func draw(_ campaign: CampaignID, drawing: String) -> TransferID {
        TransferID(rawValue: "\(campaign):draw:\(drawing)")
    }

    /// `spend:<order id>`.
    public static func spend(_ order: OrderID) -> TransferID { TransferID(rawValue: "spend:\(order)") }

    /// `expire:<the lot's transfer id>`.
    public static func expire(lot: String) -> TransferID { TransferID(rawValue: "expire:\(lot)") }

    /// Guards what moves no money and is told once: `<campaign>:<reward>:refuse` or `:release`.
    static func notice(_ campaign: CampaignID, _ reward: RewardID, _ word: StaticString) -> TransferID {
        TransferID(rawValue: "\(campaign):\(reward):\(word)")
    }
}
