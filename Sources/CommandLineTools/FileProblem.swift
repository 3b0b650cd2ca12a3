/// Why a file cannot be read: not there, not readable, too long or not UTF-8.
public struct FileProblem: Error, Equatable, CustomStringConvertible {
    /// As it reads after a colon: `no such file`.
    public let description: String

    /// A reason as it reads after a colon.
    public init(_ description: String) {
        self.description = description
    }
}
