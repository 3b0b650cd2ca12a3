import ProtobufCodec
import Schemas

/// Tells once that a line is nearly used up, and once that it is (S11, S12).
enum BudgetAlert {
    /// The alerts that the line's figures call for and that have not been told; notes them as told.
    static func due(in line: inout BudgetAccount, _ policy: BudgetPolicy, at: Int64) -> [OpsAlert] {
        let (used, overflow) = line.balance.debitsPending.addingReportingOverflow(line.balance.debitsPosted)
        guard !overflow else { return [] }
        let funded = line.balance.creditsPosted
        var alerts: [OpsAlert] = []
        for percent in levels(policy) where isPassed(percent, used: used, funded: funded) {
            guard !line.alertedPercent.contains(percent) else { continue }
            line.alertedPercent.append(percent)
            alerts.append(alert(line.accountID, percent, used: used, funded: funded, at: at))
        }
        return alerts
    }

    private static func levels(_ policy: BudgetPolicy) -> [UInt32] {
        policy.alertPercent < BudgetPolicy.exhaustedPercent
            ? [policy.alertPercent, BudgetPolicy.exhaustedPercent] : [BudgetPolicy.exhaustedPercent]
    }

    /// The last level is reached by equality, those before it are to be passed.
    private static func isPassed(_ percent: UInt32, used: Int64, funded: Int64) -> Bool {
        guard percent < BudgetPolicy.exhaustedPercent else { return used >= funded }
        let left = used.multipliedFullWidth(by: 100)
        let right = funded.multipliedFullWidth(by: Int64(percent))
        return (left.high, left.low) > (right.high, right.low)
    }

    private static func alert(
        _ account: String, _ percent: UInt32, used: Int64, funded: Int64, at: Int64
    ) -> OpsAlert {
        OpsAlert.with {
            $0.alertID = "budget:\(account)/\(percent)"
            $0.cause = "budget:\(account)"
            $0.ruleID = "S12"
            $0.text =
                percent < BudgetPolicy.exhaustedPercent
                ? "More than \(percent) % of the budget line is used" : "The budget line is used up"
            $0.figures = ["used": used, "funded": funded, "percent": Int64(percent)]
            $0.at = Google_Protobuf_Timestamp(milliseconds: at)
        }
    }
}
