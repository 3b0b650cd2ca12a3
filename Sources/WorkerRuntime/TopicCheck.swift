import Kafka
import Schemas

/// Compares a broker's topics with their declarations: a stage with a missing or wrongly partitioned topic must not start.
enum TopicCheck {
    /// Every topic a stage touches.
    static func topics(of stage: StageDeclaration, clock: ClockMode) -> [TopicDeclaration] {
        stage.inputs + stage.globalTables + stage.outputs + [stage.changelog, stage.deadLetters]
            + [Topics.executions.declaration] + (clock == .event ? [Topics.clock.declaration] : [])
    }

    /// Returns one sentence for each thing that is wrong; none means all is well.
    static func problems(
        _ declarations: [TopicDeclaration], on broker: [String: TopicDescription], partitions: Int32
    ) -> [String] {
        var seen: Set<String> = []
        return declarations.compactMap { declaration in
            guard seen.insert(declaration.name).inserted else { return nil }
            let wanted = declaration.partitionCount(fleet: partitions)
            guard let found = broker[declaration.name] else {
                return "topic \(declaration.name) is missing; growthctl topics apply --execute creates it"
            }
            guard found.partitionCount == wanted else {
                return "topic \(declaration.name) has \(found.partitionCount) partitions, \(wanted) are declared; "
                    + "growthctl topics check shows all, and --partitions must be the same in the whole fleet"
            }
            return nil
        }
    }
}
