public import KafkaProtocol

/// The faults in force: decides for each request what goes wrong with it.
///
///     request ── fault(for:) ─▶ nil: as always
///                            ─▶ .action: answer, delay, close, lose, hold
///                            ─▶ .split: one partition refused, the rest served
///
/// Pure: the same rules and requests give the same faults.
public struct FaultInjector: Sendable {
    /// What meets one request.
    public enum Fault: Sendable {
        case action(FaultAction)
        case split(FaultSplit)
    }

    /// A rule in force.
    public struct ActiveRule: Sendable {
        public let rule: FaultRule
        /// Requests that fitted so far, those let by included.
        public fileprivate(set) var seen = 0

        fileprivate var isSpent: Bool { rule.times.map { seen >= rule.skipped &+ $0 } ?? false }
    }

    /// More rules than this are refused.
    public static let ruleLimit = 1_000

    public private(set) var rules: [ActiveRule] = []

    public init() {}

    public var isEmpty: Bool { rules.isEmpty }

    /// Adds a rule behind those in force; false if there are too many.
    @discardableResult
    public mutating func add(_ rule: FaultRule) -> Bool {
        guard rules.count < Self.ruleLimit else { return false }
        rules.append(ActiveRule(rule: rule))
        return true
    }

    public mutating func removeAll() { rules.removeAll() }

    /// Takes back the rules about a partition; says how many there were.
    public mutating func remove(about partition: TopicPartition) -> Int {
        let count = rules.count
        rules.removeAll { $0.rule.partition == partition }
        return count - rules.count
    }

    /// The fault that meets this request: that of the first rule that fits and is not used up.
    ///
    /// `topicName` tells a topic's name by its id, for the versions that name topics by id.
    public mutating func fault(for request: Request, topicName: (KafkaUUID) -> String? = { _ in nil }) -> Fault? {
        var fault: Fault?
        for index in rules.indices where rules[index].rule.fits(request, topicName: topicName) {
            rules[index].seen += 1
            let rule = rules[index].rule
            guard rules[index].seen > rule.skipped else { continue }
            if let partition = rule.partition, case .answer(let error) = rule.action,
                let split = FaultSplit(request.body, partition, error, topicName: topicName)
            {
                fault = .split(split)
            } else {
                fault = .action(rule.action)
            }
            break
        }
        if fault != nil { rules.removeAll(where: \.isSpent) }
        return fault
    }
}
