/// Everything that is wrong with a configuration, found in one go; the process ends with exit code 2.
public struct ConfigurationError: Error, Equatable, CustomStringConvertible {
    /// One sentence each, naming the key, where the value came from, the value and what is allowed.
    public let problems: [String]

    /// An error of at least one problem.
    public init(_ problems: [String]) {
        self.problems = problems
    }

    /// The problems, one a line.
    public var description: String { problems.joined(separator: "\n") }
}
