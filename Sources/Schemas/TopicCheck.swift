/// Compares a broker's topics with their declarations: a stage with a missing or wrongly partitioned topic must not start.
public enum TopicCheck {
    /// Every topic a stage touches; in event mode the clock too.
    public static func topics(of stage: StageDeclaration, usesClock: Bool) -> [TopicDeclaration] {
        stage.inputs + stage.globalTables + stage.outputs + [stage.changelog, stage.deadLetters]
            + [Topics.executions.declaration] + (usesClock ? [Topics.clock.declaration] : [])
    }

    /// Returns one sentence for each thing that is wrong, and the command that mends it; none means all is well.
    ///
    /// `partitionCounts` holds the broker's topics.
    public static func problems(
        _ declarations: [TopicDeclaration], partitionCounts: [String: Int32], fleet partitions: Int32
    ) -> [String] {
        var seen: Set<String> = []
        return declarations.compactMap { declaration in
            guard seen.insert(declaration.name).inserted else { return nil }
            let wanted = declaration.partitionCount(fleet: partitions)
            guard let found = partitionCounts[declaration.name] else {
                return "topic \(declaration.name) is missing; create it: growthctl topics apply --execute"
            }
            guard found == wanted else {
                return
                    "topic \(declaration.name) has \(found) partitions, \(wanted) are declared; see growthctl topics "
                    + "check, and give every process the same --partitions"
            }
            return nil
        }
    }
}
