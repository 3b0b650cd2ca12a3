/// Decides when a thread's transaction begins, ends and is tried again: pure, so that every interleaving can be tested.
///
///         work               commit due, drained, revoked, drain
///  idle ───────▶ open ─────────────────────────────▶ committing ──▶ idle
///    ▲             │ failed (abort)                        │ failed (abort)
///    │             ▼                                       ▼
///    └───────── aborting ◀─────────────────────────────────┘
///
///  any ── failed (fatal) ──▶ broken ── restarted ──▶ idle;   broken again and again ──▶ exit
package struct TransactionMachine {
    /// When a transaction ends by itself.
    package struct Limits: Sendable {
        package var commitIntervalMilliseconds: Int64 = 100
        package var records = 20_000
        package var overlayBytes = 32 << 20
        /// Records taken at once; the unit of merging by time.
        package var stepRecords = 2_000
        /// Aborts in a row, each with half the records, until one record stands alone.
        package var backoffMilliseconds: Int64 = 50
        package var backoffLimitMilliseconds: Int64 = 5_000
        /// Incarnations in a row that ended without one commit.
        package var restarts = 5

        package init() {}
    }

    enum State: Equatable {
        case idle
        case open(since: Int64)
        case committing
        case aborting
        case broken
    }

    /// What the loop does next.
    enum Action: Equatable {
        case proceed
        case begin
        case commit
        /// Abort, drop the overlays, go back to the committed offsets, wait.
        case abort(backoffMilliseconds: Int64)
        /// Close producer and consumer and make new ones after a wait.
        case restart(backoffMilliseconds: Int64)
        /// Give up: the process ends and its supervisor decides.
        case exit
    }

    enum Failure: Equatable {
        case abortRequired
        /// The transaction must be aborted, but by no record's fault: the member lost its place in the group.
        case placeLost
        case fatal
    }

    let limits: Limits
    private(set) var state = State.idle
    private(set) var records = 0
    /// Aborts since the last commit.
    private(set) var abortsInARow = 0
    private(set) var restartsInARow = 0

    init(limits: Limits = Limits()) {
        self.limits = limits
    }

    /// How many records the next step may take: halved by each abort, until the one that causes them stands alone.
    var stepLimit: Int {
        max(1, limits.stepRecords >> min(abortsInARow > 1 ? (abortsInARow - 1) * 2 : 0, 30))
    }

    /// True where one record alone has made the transaction fail again: it is a dead letter.
    var isolatesPoison: Bool {
        abortsInARow > 1 && stepLimit == 1 && abortsInARow > Self.abortsUntilPoison(limits)
    }

    private static func abortsUntilPoison(_ limits: Limits) -> Int {
        var aborts = 1
        while limits.stepRecords >> (aborts * 2) > 0 { aborts += 1 }
        return aborts + 2
    }

    var isOpen: Bool {
        if case .open = state { true } else { false }
    }

    /// There is work to decide.
    mutating func willDecide(at now: Int64) -> Action {
        switch state {
        case .idle:
            state = .open(since: now)
            records = 0
            return .begin
        case .open: return .proceed
        case .committing, .aborting, .broken: preconditionFailure("work in state \(state)")
        }
    }

    /// A step was decided. `drained` says that the inputs held no more.
    mutating func decided(records count: Int, overlayBytes: Int, drained: Bool, at now: Int64) -> Action {
        guard case .open(let since) = state else { return .proceed }
        records += count
        let isDue =
            drained || now - since >= limits.commitIntervalMilliseconds || records >= limits.records
            || overlayBytes >= limits.overlayBytes || abortsInARow > 0
        guard isDue else { return .proceed }
        state = .committing
        return .commit
    }

    /// The partitions are being taken away: what is decided is committed, unless they are somebody else's already.
    mutating func revoking(lost: Bool) -> Action {
        switch state {
        case .open where lost:
            state = .aborting
            return .abort(backoffMilliseconds: 0)
        case .open:
            state = .committing
            return .commit
        case .idle, .committing, .aborting, .broken: return .proceed
        }
    }

    /// The worker drains: what is decided is committed now.
    mutating func draining() -> Action {
        guard isOpen else { return .proceed }
        state = .committing
        return .commit
    }

    mutating func committed() {
        state = .idle
        records = 0
        abortsInARow = 0
        restartsInARow = 0
    }

    mutating func aborted() {
        state = .idle
        records = 0
    }

    mutating func restarted() {
        state = .idle
        records = 0
    }

    /// A call of the transaction failed.
    mutating func failed(_ failure: Failure) -> Action {
        switch failure {
        case .abortRequired:
            guard state != .aborting else { return broken() }
            state = .aborting
            abortsInARow += 1
            return .abort(backoffMilliseconds: backoff(abortsInARow))
        case .placeLost:
            guard state != .aborting else { return broken() }
            state = .aborting
            return .abort(backoffMilliseconds: limits.backoffMilliseconds)
        case .fatal: return broken()
        }
    }

    private mutating func broken() -> Action {
        state = .broken
        restartsInARow += 1
        guard restartsInARow <= limits.restarts else { return .exit }
        return .restart(backoffMilliseconds: backoff(restartsInARow))
    }

    private func backoff(_ times: Int) -> Int64 {
        min(limits.backoffMilliseconds << Int64(min(times - 1, 16)), limits.backoffLimitMilliseconds)
    }
}
