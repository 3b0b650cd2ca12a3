#if canImport(Glibc)
    import Glibc
#endif

/// A signal that asks the process to end or to do something; see signal(7).
public struct Signal: RawRepresentable, Hashable, Sendable {
    /// The signal's number.
    public let rawValue: Int32

    /// A signal by its number, 1 to 64.
    public init(rawValue: Int32) {
        self.rawValue = rawValue
    }

    /// SIGTERM: what systemd, Kubernetes and `kill` send.
    public static let terminate = Signal(rawValue: SIGTERM)
    /// SIGINT: Ctrl-C.
    public static let interrupt = Signal(rawValue: SIGINT)
    /// SIGHUP.
    public static let hangUp = Signal(rawValue: SIGHUP)
    /// SIGWINCH: the terminal's size changed.
    public static let windowChanged = Signal(rawValue: SIGWINCH)

    /// The exit code of a process that ends because of it: 128 and its number.
    public var exitCode: ExitCode { ExitCode(rawValue: 128 + rawValue) }
}
