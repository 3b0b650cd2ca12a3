/// A text that is never printed: descriptions, dumps and mirrors show `***`.
public struct Secret: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private let text: String

    /// A secret of this text.
    public init(_ text: String) {
        self.text = text
    }

    /// The text itself; each call is a place where a secret leaves, so that they can be found by name.
    public func reveal() -> String { text }

    public var description: String { "***" }
    public var debugDescription: String { "***" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
