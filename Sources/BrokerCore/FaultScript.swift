/// Instructions for the fault injector, one a line; the text of `growthctl dev fault`.
///
///     fault api=endTxn client=worker-1 skip=2 times=1 close-after
///     fault api=joinGroup,heartbeat key=orders times=3 error=NOT_COORDINATOR
///     freeze topic=orders partition=0
///     thaw topic=orders partition=0
///     expire group=orders member=worker-1-7
///     fence id=orders-tx-1
///     catalogue lost-commit-answer
///     list
///     clear
public struct FaultScript: Equatable, Sendable {
    public var instructions: [Instruction]

    public enum Instruction: Equatable, Sendable {
        case rule(FaultRule)
        /// Takes back the rules about a partition.
        case thaw(TopicPartition)
        /// Makes a member leave as if its session had ended; nil means every member of the group.
        case expire(group: String, member: String?)
        /// Bumps a transactional id's epoch, so that its producer is fenced.
        case fence(transactionalID: String)
        /// Takes back all rules.
        case clear
        /// Answers with the rules in force.
        case list
    }

    public init(_ instructions: [Instruction] = []) { self.instructions = instructions }

    /// Says what is wrong with a line.
    public struct Problem: Error, Equatable, Sendable, CustomStringConvertible {
        public var line: Int
        public var message: String

        public var description: String { "line \(line): \(message)" }
    }

    /// More lines than this are refused.
    public static let lineLimit = 1_000

    /// Reads a script; empty lines and those that begin with # count for nothing.
    public init(_ text: String) throws(Problem) {
        var instructions: [Instruction] = []
        let lines = text.split(separator: "\n", maxSplits: Self.lineLimit, omittingEmptySubsequences: false)
        guard lines.count <= Self.lineLimit else { throw Problem(line: Self.lineLimit, message: "too many lines") }
        for (index, line) in lines.enumerated() {
            do throws(FaultText.Problem) {
                guard var text = try FaultText(line: String(line)) else { continue }
                instructions += try text.instructions()
            } catch {
                throw Problem(line: index + 1, message: error.message)
            }
        }
        self.init(instructions)
    }
}

extension FaultScript: CustomStringConvertible {
    /// The text that reads back as this script.
    public var description: String { instructions.map(\.description).joined(separator: "\n") }
}

extension FaultScript.Instruction: CustomStringConvertible {
    /// The line that reads back as this instruction.
    public var description: String {
        switch self {
        case .rule(let rule): rule.description
        case .thaw(let partition):
            "thaw \(FaultText.word("topic", partition.topic)) partition=\(partition.partition)"
        case .expire(let group, let member):
            "expire \(FaultText.word("group", group))" + (member.map { " " + FaultText.word("member", $0) } ?? "")
        case .fence(let id): "fence \(FaultText.word("id", id))"
        case .clear: "clear"
        case .list: "list"
        }
    }
}
