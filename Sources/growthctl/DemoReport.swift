import CommandLineTools
import Foundation
import Operations
import ShopGenerator

/// What the run itself counted.
struct DemoFacts {
    var purchases: Int
    var fedRecords: Int
    var consumed: UInt64
    var published: UInt64
    var timers: UInt64
    var transactions: UInt64
    var kills: Int
    var processes: Int
    var seconds: Double
    var failedStops: [String]

    var recordsPerSecond: Double { seconds > 0 ? Double(consumed) / seconds : 0 }
}

/// The demonstration's summary as a page for people and a document for programs.
struct DemoReport {
    private let summary: DemoSummary
    private let facts: DemoFacts

    init(_ summary: DemoSummary, _ facts: DemoFacts) {
        self.summary = summary
        self.facts = facts
    }

    // MARK: For people

    func text(width: Int?) -> String {
        var page = ""
        page += section("Customers per stage", counts(summary.customersByStage, "STAGE"), width)
        page += section("Customers per tag", counts(summary.customersByTag, "TAG"), width)
        page += section("Claims by decision", counts(summary.claimsByDecision, "DECISION"), width)
        page += section("Planted abuse", detections, width)
        page += "Honest claims stopped: \(summary.honestStopped) of \(summary.honestClaims)\n\n"
        page += section("Rewards by state", counts(summary.rewardsByState, "CAMPAIGN AND STATE"), width)
        page += section("Rewards refused", counts(summary.refusalsByReason, "REASON"), width)
        page += section("Money, in minor units, coupons and points", money, width)
        page += section("Messages", counts(summary.messages, "STATE AND REASON"), width)
        page += section("Tasks for people", counts(summary.humanTasks, "KIND"), width)
        page += section("Dead letters", counts(summary.deadLettersByReason, "STAGE AND REASON"), width)
        page += run
        return page
    }

    private func section(_ title: String, _ table: TextTable, _ width: Int?) -> String {
        "\(title)\n\((try? table.text(.init(), width: width)) ?? "")\n"
    }

    private func counts(_ values: [String: Int], _ name: String) -> TextTable {
        var table = TextTable([.init(name, minimumWidth: 32), .number("COUNT")])
        for (key, value) in values.sorted(by: { $0.key < $1.key }) {
            table.append([key, NumberText.grouped(Int64(value))])
        }
        return table
    }

    private var detections: TextTable {
        var table = TextTable([
            .init("KIND"), .number("PLANTED"), .number("STOPPED"), .number("RECALL"), .number("ACCUSED"),
            .number("PRECISION"),
        ])
        for kind in PlantedKind.allCases where kind != .honest {
            let detection = summary.detections[kind] ?? DemoSummary.Detection()
            table.append([
                kind.rawValue, String(detection.planted), String(detection.stopped), percent(detection.recall),
                String(detection.accused), percent(detection.precision),
            ])
        }
        return table
    }

    private var money: TextTable {
        var table = TextTable([
            .init("CAMPAIGN AND UNIT"), .number("BUDGET"), .number("RESERVE"), .number("GRANTED"), .number("HELD"),
            .number("VOIDED"), .number("CLAWED BACK"), .number("USED"),
        ])
        for (key, sum) in summary.money.sorted(by: { $0.key < $1.key }) {
            table.append(
                [key]
                    + [sum.budget, sum.reserve, sum.granted, sum.held, sum.voided, sum.clawedBack, sum.used].map {
                        NumberText.grouped($0)
                    })
        }
        return table
    }

    private var run: String {
        var lines = [
            "Run",
            "  purchases \(NumberText.grouped(Int64(facts.purchases))), records fed \(NumberText.grouped(Int64(facts.fedRecords)))",
            "  records taken by all stages \(NumberText.grouped(Int64(facts.consumed))), published \(NumberText.grouped(Int64(facts.published))), timers fired \(NumberText.grouped(Int64(facts.timers)))",
            "  \(facts.processes) process\(facts.processes == 1 ? "" : "es") of each worker, \(facts.kills) killed, \(NumberText.grouped(Int64(facts.transactions))) task transactions",
            "  \(NumberText.fixed(facts.seconds, places: 1)) s, \(NumberText.grouped(Int64(facts.recordsPerSecond))) records/s",
        ]
        for (name, digest) in summary.digests.sorted(by: { $0.key < $1.key }) { lines.append("  \(name): \(digest)") }
        if summary.violations.isEmpty {
            lines.append(
                "Every claim was decided, no decision, transfer or send is there twice, no budget is overdrawn.")
        } else {
            lines.append("VIOLATIONS: \(summary.violations.count)")
            lines += summary.violations.prefix(20).map { "  \($0)" }
        }
        lines += facts.failedStops.map { "\($0) did not end cleanly" }
        return lines.joined(separator: "\n") + "\n"
    }

    private func percent(_ share: Double?) -> String {
        share.map { NumberText.fixed($0 * 100, places: 1) + " %" } ?? "-"
    }

    // MARK: For programs

    var json: JSONValue {
        var detections = JSONObject()
        for kind in PlantedKind.allCases where kind != .honest {
            let detection = summary.detections[kind] ?? DemoSummary.Detection()
            let object: JSONObject = [
                "planted": .integer(Int64(detection.planted)), "stopped": .integer(Int64(detection.stopped)),
                "accused": .integer(Int64(detection.accused)),
                "rightlyAccused": .integer(Int64(detection.rightlyAccused)),
                "recall": .optional(detection.recall), "precision": .optional(detection.precision),
            ]
            detections[kind.rawValue] = .object(object)
        }
        var money = JSONObject()
        for (key, sum) in summary.money.sorted(by: { $0.key < $1.key }) {
            money[key] = .object([
                "budget": .int64String(sum.budget), "reserve": .int64String(sum.reserve),
                "granted": .int64String(sum.granted), "held": .int64String(sum.held),
                "voided": .int64String(sum.voided), "clawedBack": .int64String(sum.clawedBack),
                "used": .int64String(sum.used),
            ])
        }
        var digests = JSONObject()
        for (name, digest) in summary.digests.sorted(by: { $0.key < $1.key }) { digests[name] = .string(digest) }
        return .object([
            "customersByStage": object(summary.customersByStage), "customersByTag": object(summary.customersByTag),
            "claimsByDecision": object(summary.claimsByDecision), "detections": .object(detections),
            "honestClaims": .integer(Int64(summary.honestClaims)),
            "honestStopped": .integer(Int64(summary.honestStopped)),
            "rewardsByState": object(summary.rewardsByState), "refusalsByReason": object(summary.refusalsByReason),
            "money": .object(money), "messages": object(summary.messages), "humanTasks": object(summary.humanTasks),
            "deadLettersByReason": object(summary.deadLettersByReason),
            "recordsByTopic": object(summary.recordsByTopic),
            "digests": .object(digests), "violations": .array(summary.violations.map { .string($0) }),
            "run": .object([
                "purchases": .integer(Int64(facts.purchases)), "recordsFed": .integer(Int64(facts.fedRecords)),
                "recordsTaken": .int64String(Int64(facts.consumed)),
                "recordsPublished": .int64String(Int64(facts.published)),
                "timersFired": .int64String(Int64(facts.timers)), "kills": .integer(Int64(facts.kills)),
                "processes": .integer(Int64(facts.processes)), "seconds": .number(facts.seconds),
                "recordsPerSecond": .number(facts.recordsPerSecond),
            ]),
        ])
    }

    private func object(_ values: [String: Int]) -> JSONValue {
        var object = JSONObject()
        for (key, value) in values.sorted(by: { $0.key < $1.key }) { object[key] = .integer(Int64(value)) }
        return .object(object)
    }
}
