/// Text that is not the JSON it should be, and where.
public struct JSONError: Error, Equatable, CustomStringConvertible {
    /// What is wrong.
    public let message: String
    /// Where in the text.
    public let position: JSONPosition

    public var description: String { "\(position): \(message)" }
}

/// A place in a text; line and column count from 1, columns in Unicode scalars.
public struct JSONPosition: Hashable, Sendable, CustomStringConvertible {
    /// From 1.
    public let line: Int
    /// From 1, in Unicode scalars.
    public let column: Int

    /// A place; both count from 1.
    public init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    public var description: String { "\(line):\(column)" }
}
