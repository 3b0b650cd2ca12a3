import NotificationDispatch
import Schemas

/// The state of one task in dictionaries, with what was published.
struct MemoryBook: DispatchBook {
    struct Published: Equatable {
        let output: DispatchOutput
        let at: Int64
    }

    var recipients: [String: Recipient] = [:]
    var releases: [String: Int64] = [:]
    var shares: [String: AudienceShare] = [:]
    var templates: [String: Template] = [:]
    var published: [Published] = []

    func recipient(_ customerID: String) -> Recipient? { recipients[customerID] }

    mutating func put(_ recipient: Recipient, release: Int64?) {
        recipients[recipient.customerID] = recipient
        releases[recipient.customerID] = release
    }

    mutating func forget(_ customerID: String) {
        recipients[customerID] = nil
        releases[customerID] = nil
    }

    func share(of audience: String) -> AudienceShare? { shares[audience] }
    mutating func put(_ share: AudienceShare, of audience: String) { shares[audience] = share }
    func template(_ templateID: String) -> Template? { templates[templateID] }

    mutating func publish(_ output: DispatchOutput, at: Int64) {
        published.append(Published(output: output, at: at))
    }

    // MARK: Reading

    var sends: [NotificationSend] {
        published.compactMap { if case .send(let send) = $0.output { send } else { nil } }
    }
    var outcomes: [NotificationOutcome] {
        published.compactMap { if case .outcome(let outcome) = $0.output { outcome } else { nil } }
    }
    var tasks: [HumanTask] {
        published.compactMap { if case .task(let task) = $0.output { task } else { nil } }
    }
    var alerts: [OpsAlert] {
        published.compactMap { if case .alert(let alert) = $0.output { alert } else { nil } }
    }
    var reasons: [String] { outcomes.map { $0.reason.isEmpty ? "\($0.state)" : $0.reason } }

    /// The state without the outputs.
    var state: State { State(recipients: recipients, releases: releases, shares: shares) }

    struct State: Equatable {
        let recipients: [String: Recipient]
        let releases: [String: Int64]
        let shares: [String: AudienceShare]
    }
}
