import CommandLineTools
import Kafka
import Operations
import Schemas

/// `growthctl topics ls|check|apply`: the declared topics against the broker's.
enum TopicsCommand {
    private static let replication = Option<Int?>(
        "replication", placeholder: "n", allowed: .range(1...9),
        help: "Replicas of new topics; the broker's default without it. Use 3 in service.")

    static let command = Command(
        "topics", abstract: "Compares, creates and lists the fleet's topics.",
        subcommands: [ls, check, apply])

    private static let ls = Command(
        "ls", abstract: "Lists the declared topics.", examples: [.init("growthctl topics ls -o json", "For programs.")]
    ) { parsed in
        try show(parsed, TopicPlan(partitions: Common.partitionCount(parsed), on: [:]), showsAction: false)
        return .success
    }

    private static let check = Command(
        "check", abstract: "Compares the declared topics with the broker's; exit code 1 where they differ.",
        examples: [.init("growthctl topics check", "Is everything there?")]
    ) { parsed in
        let plan = TopicPlan(partitions: Common.partitionCount(parsed), on: try Common.topics(parsed))
        try show(parsed, plan, showsAction: true)
        guard plan.missing.isEmpty, plan.conflicts.isEmpty else {
            parsed.console.say(
                "\(plan.missing.count) missing, \(plan.conflicts.count) differ; growthctl topics apply --execute creates the missing ones"
            )
            return .failure
        }
        return .success
    }

    private static let apply = Command(
        "apply", abstract: "Creates the missing topics; shows the plan unless --execute is given.",
        examples: [
            .init("growthctl topics apply", "Show what would be created."),
            .init("growthctl topics apply --execute --replication 3", "Create it."),
        ],
        parameters: [Common.execute, replication]
    ) { parsed in
        let plan = TopicPlan(partitions: Common.partitionCount(parsed), on: try Common.topics(parsed))
        if let conflict = plan.conflicts.first {
            throw CommandFailure(
                .conflict, "\(conflict.topic.name) \(conflict.note), \(conflict.partitions) are declared",
                hint:
                    "A partition count is never changed in place: use --partitions as the fleet has it, or new topics.")
        }
        guard parsed[Common.execute] else {
            try show(parsed, plan, showsAction: true)
            parsed.console.say("\(plan.missing.count) to create; nothing was done. Add --execute.")
            return .success
        }
        let created = try Common.reachable(parsed) {
            try plan.apply(Common.admin(parsed), replication: parsed[replication].map { Int16($0) })
        }
        if Common.isJSON(parsed) {
            Common.printJSON(parsed, kind: "TopicsCreated", created.sorted().map { .string($0) })
        } else {
            parsed.console.print("\(created.count) topics created, \(plan.items.count - created.count) were there")
        }
        return .success
    }

    private static func show(_ parsed: ParsedCommand, _ plan: TopicPlan, showsAction: Bool) throws {
        if Common.isJSON(parsed) {
            Common.printJSON(parsed, kind: "TopicList", plan.items.map { item($0, showsAction: showsAction) })
            return
        }
        var table = TextTable(
            [.init("TOPIC"), .number("PARTITIONS"), .init("RETENTION"), .init("KEY"), .init("MESSAGE")]
                + (showsAction ? [.init("STATE")] : []))
        for item in plan.items {
            table.append(
                [
                    item.topic.name, String(item.partitions), retention(item.topic.retention),
                    item.topic.keyDescription,
                    item.topic.messageName,
                ] + (showsAction ? [item.note.isEmpty ? item.action.rawValue : item.note] : []))
        }
        parsed.console.write(try table.text(.init(), width: parsed.console.terminal.width))
    }

    private static func item(_ item: TopicPlan.Item, showsAction: Bool) -> JSONValue {
        var object: JSONObject = [
            "topic": .string(item.topic.name),
            "partitions": .integer(Int64(item.partitions)),
            "retention": .string(retention(item.topic.retention)),
            "key": .string(item.topic.keyDescription),
            "message": .string(item.topic.messageName),
        ]
        if showsAction {
            object["state"] = .string(item.action.rawValue)
            object["note"] = .string(item.note)
        }
        return .object(object)
    }

    private static func retention(_ retention: Retention) -> String {
        switch retention {
        case .forever: "forever"
        case .days(let days): "\(days) days"
        case .compacted: "compacted"
        }
    }
}
