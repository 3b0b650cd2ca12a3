/// Text that is not the JSON it should be, and where.
public struct JSONError: Error, Equatable, CustomStringConvertible {
    /// What is wrong.
    public let message: String
    public let position: JSONPosition

    public var description: String { "\(position): \(message)" }
}

/// A place in a text; line and column count from 1, columns in Unicode scalars.
public struct JSONPosition: Hashable, Sendable, CustomStringConvertible {
    public let line: Int
    public let column: Int

    public init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    public var description: String { "\(line):\(column)" }
}
