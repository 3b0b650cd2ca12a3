/// What a command throws to end with a message and an exit code of its own.
public struct CommandFailure: Error, Equatable, CustomStringConvertible {
    /// What the process ends with.
    public let code: ExitCode
    /// What happened, in one line.
    public let message: String
    /// What the user can do about it, in one line.
    public let hint: String?
    /// Facts for `-o json`.
    public let details: JSONObject

    /// A failure with its exit code; the details are shown with `-o json` only.
    public init(_ code: ExitCode, _ message: String, hint: String? = nil, details: JSONObject = [:]) {
        self.code = code
        self.message = message
        self.hint = hint
        self.details = details
    }

    public var description: String { message }
}
