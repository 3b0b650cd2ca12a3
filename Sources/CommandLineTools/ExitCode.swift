/// A process's exit status; the codes are a contract that scripts branch on (operations.md B9).
public struct ExitCode: RawRepresentable, Hashable, Sendable {
    /// The number that the shell sees.
    public let rawValue: Int32

    /// Any code; those of the contract have names.
    public init(rawValue: Int32) {
        self.rawValue = rawValue
    }

    /// Everything asked for was done.
    public static let success = ExitCode(rawValue: 0)
    /// Something failed that has no code of its own.
    public static let failure = ExitCode(rawValue: 1)
    /// The command line or the configuration is wrong; nothing was tried.
    public static let usage = ExitCode(rawValue: 2)
    /// Some items failed; they are listed.
    public static let partial = ExitCode(rawValue: 3)
    /// The thing named does not exist.
    public static let notFound = ExitCode(rawValue: 4)
    /// The action needs `--yes`, a typed name or an approval that was not given.
    public static let refused = ExitCode(rawValue: 5)
    /// A lease is held by another, or the plan no longer fits what it was made for.
    public static let conflict = ExitCode(rawValue: 6)
    /// The brokers cannot be reached or did not answer in time.
    public static let unreachable = ExitCode(rawValue: 7)
    /// The brokers refused the credentials or the right.
    public static let notAuthorised = ExitCode(rawValue: 8)
    /// `lag check`: severity 2.
    public static let lagWarning = ExitCode(rawValue: 10)
    /// `lag check`: severity 3 or 4.
    public static let lagCritical = ExitCode(rawValue: 20)
    /// `lag check`: the lag could not be told.
    public static let lagUnknown = ExitCode(rawValue: 30)
    /// Ended by SIGINT.
    public static let interrupted = ExitCode(rawValue: 130)
    /// Ended by SIGTERM.
    public static let terminated = ExitCode(rawValue: 143)

    /// The code's name in JSON errors, such as `notFound`; `exit<n>` for a code without one.
    public var name: String {
        Self.names[rawValue] ?? "exit\(rawValue)"
    }

    private static let names: [Int32: String] = [
        0: "success", 1: "failure", 2: "usage", 3: "partial", 4: "notFound", 5: "refused", 6: "conflict",
        7: "unreachable", 8: "notAuthorised", 10: "lagWarning", 20: "lagCritical", 30: "lagUnknown",
        130: "interrupted", 143: "terminated",
    ]
}
