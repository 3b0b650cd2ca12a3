/// What schedules count.
package enum SimulationCount: Int, CaseIterable, Sendable {
    case schedules
    case steps
    case deliveries
    case answers
    case turns
    case nestedTurns
    case markers
    case transactions
    case commits
    case aborts
    case joins
    case assignments
    case revocations
    case lostAssignments
    case fencedMembers
    case fencedProducers
    case unstableOffsets
    case refusedSends
    case restarts
    case incarnations
    case exits
    case inputs
    case outputs
    case deadLetters
    case timers
    /// Records that were given up since their transactions failed again and again.
    case poisoned
    case storesReopened

    /// As it is shown.
    package var label: String {
        switch self {
        case .schedules: "schedules"
        case .steps: "steps"
        case .deliveries: "requests delivered"
        case .answers: "answers delivered"
        case .turns: "turns"
        case .nestedTurns: "turns inside another's call"
        case .markers: "markers written one by one"
        case .transactions: "transactions begun"
        case .commits: "transactions committed"
        case .aborts: "transactions aborted"
        case .joins: "group joins"
        case .assignments: "assignments"
        case .revocations: "revocations"
        case .lostAssignments: "lost assignments"
        case .fencedMembers: "members fenced"
        case .fencedProducers: "producers fenced"
        case .unstableOffsets: "waits for stable offsets"
        case .refusedSends: "records refused by the client"
        case .restarts: "process starts"
        case .incarnations: "incarnations after an error"
        case .exits: "processes given up"
        case .inputs: "input records"
        case .outputs: "output records"
        case .deadLetters: "dead letters"
        case .timers: "timers fired"
        case .poisoned: "records given up as poison"
        case .storesReopened: "stores opened and compared"
        }
    }
}

/// What happened in schedules, and how often.
package struct SimulationCounts: Equatable, Sendable {
    private var values = [Int](repeating: 0, count: SimulationCount.allCases.count)
    package var crashes: [String: Int] = [:]
    package var perturbations: [String: Int] = [:]

    package init() {}

    package subscript(count: SimulationCount) -> Int {
        get { values[count.rawValue] }
        set { values[count.rawValue] = newValue }
    }

    /// Adds another's counts.
    package mutating func add(_ other: SimulationCounts) {
        for index in values.indices { values[index] += other.values[index] }
        crashes.merge(other.crashes, uniquingKeysWith: +)
        perturbations.merge(other.perturbations, uniquingKeysWith: +)
    }

    /// The counts by name, in the order in which they are shown.
    package var named: [(name: String, count: Int)] {
        SimulationCount.allCases.map { ($0.label, self[$0]) }
            + crashes.sorted { $0.key < $1.key }.map { ("crash: \($0.key)", $0.value) }
            + perturbations.sorted { $0.key < $1.key }.map { ("perturbation: \($0.key)", $0.value) }
    }
}
