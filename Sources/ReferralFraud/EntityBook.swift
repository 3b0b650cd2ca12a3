public import Schemas

/// The entity histories that one query may read and write: the worker's table, or a dictionary in tests.
public protocol EntityBook {
    /// Returns the history under the key; nil where there is none.
    func history(_ key: String) throws -> EntityHistory?
    /// Keeps the history under the key.
    mutating func keep(_ history: EntityHistory, _ key: String) throws
}
