/// A command line that is not understood; the process ends with exit code 2 and nothing has been tried.
public struct UsageError: Error, Equatable, CustomStringConvertible {
    /// What is wrong, without a full stop unless it asks a question.
    public let message: String
    /// What was probably meant, as it is to be typed.
    public var suggestion: String?
    /// The command that was reached when it was noticed, such as `["growthctl", "lag"]`; empty before one is known.
    public var path: [String]

    /// An error; thrown from a verb, its path is filled in.
    public init(_ message: String, suggestion: String? = nil, path: [String] = []) {
        self.message = message
        self.suggestion = suggestion
        self.path = path
    }

    /// The message and the suggestion in one line.
    public var description: String {
        guard let suggestion else { return message }
        return "\(message); did you mean '\(suggestion)'?"
    }
}
