import CommandLineTools
import Foundation
import Kafka
import Operations
import ProtobufCodec
import Schemas
import ShopGenerator

/// `growthctl generate`: the demonstration shop's history, to look at or to publish as fast as it goes.
enum GenerateCommand {
    static let data = Option<String>(
        "data", placeholder: "file", default: "Deploy/data/cdnow.csv",
        help: "Purchases: customer,YYYYMMDD,items,dollars.")
    static let seed = Option<Int>("seed", default: 1, allowed: .range(0...), help: "Seed of everything that is drawn.")
    static let customers = Option<Int?>(
        "customers", placeholder: "n", allowed: .range(1...), help: "Take only every k-th customer, about n in all.")
    private static let limit = Option<Int>("limit", default: 20, allowed: .range(0...), help: "Records to print.")

    static let command = Command(
        "generate", abstract: "Makes the demonstration shop's history and prints it as JSON lines, or publishes it.",
        examples: [
            .init("growthctl generate --limit 5", "Look at the first records."),
            .init("growthctl generate --customers 2000 --execute", "Publish a small shop at once."),
        ],
        parameters: [data, seed, customers, limit, Common.execute]
    ) { parsed in
        let history = try history(parsed)
        guard parsed[Common.execute] else {
            for record in history.records.prefix(parsed[limit]) { parsed.console.print(try text(record)) }
            parsed.console.say(
                "\(NumberText.grouped(Int64(history.records.count))) records, \(history.planted.count) claims; nothing was published. Add --execute."
            )
            return .success
        }
        let publisher = try RecordPublisher(
            Common.client(parsed), source: "/growthctl/generate", partitions: Common.partitionCount(parsed))
        var bar = ProgressBar(
            "publish", unit: "records", total: Int64(history.records.count), console: parsed.console)
        for (index, record) in history.records.enumerated() {
            switch record.content {
            case .customer(let event):
                try publisher.publish(event, to: Topics.customerEvents, id: event.eventID, at: record.time)
            case .claim(let claim):
                try publisher.publish(claim, to: Topics.referralClaims, id: claim.claimID, at: record.time)
            case .broken(let key, let value):
                try publisher.publishRaw(
                    Topics.customerEvents.declaration, key: Array(key.utf8), value: value, at: record.time)
            }
            if index % 1_000 == 0 { bar.update(Int64(index)) }
        }
        try publisher.flush()
        bar.finish(Int64(history.records.count))
        return .success
    }

    /// Reads the purchases and makes the shop around them.
    static func history(_ parsed: ParsedCommand) throws -> ShopHistory {
        let text: String
        do {
            text = try String(contentsOfFile: parsed[data], encoding: .utf8)
        } catch {
            throw CommandFailure(.notFound, "cannot read \(parsed[data])", hint: "Give the file with --data.")
        }
        do throws(PurchaseFileError) {
            let purchases = sample(try PurchaseFile.parse(text), parsed[customers])
            return ShopGenerator(seed: UInt64(parsed[seed])).history(of: purchases)
        } catch {
            throw CommandFailure(.failure, "\(parsed[data]), \(error)")
        }
    }

    /// Whole customers, evenly spread.
    static func sample(_ purchases: [Purchase], _ count: Int?) -> [Purchase] {
        guard let count else { return purchases }
        let all = Set(purchases.map(\.customer)).sorted()
        guard count < all.count else { return purchases }
        let kept = Set((0..<count).map { all[$0 * all.count / count] })
        return purchases.filter { kept.contains($0.customer) }
    }

    private static func text(_ record: ShopRecord) throws -> String {
        switch record.content {
        case .customer(let event): try event.jsonString()
        case .claim(let claim): try claim.jsonString()
        case .broken(let key, let value): "{\"broken\":\"\(key)\",\"bytes\":\(value?.count ?? -1)}"
        }
    }
}
