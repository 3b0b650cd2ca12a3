/// The few looks that output uses; each has a meaning of its own, so that nothing is told by colour alone.
public enum TextStyle: String, Sendable, CaseIterable {
    case bold = "1"
    case dim = "2"
    case red = "31"
    case green = "32"
    case yellow = "33"

    /// The text in this style when `enabled`, else the text itself.
    public func applied(to text: String, enabled: Bool) -> String {
        enabled ? "\u{1b}[\(rawValue)m\(text)\u{1b}[0m" : text
    }
}

extension Terminal {
    /// The text in the style where standard output shows colour.
    public func styled(_ text: String, _ style: TextStyle) -> String {
        style.applied(to: text, enabled: outputIsTerminal && allowsColor)
    }

    /// The text in the style where standard error shows colour.
    public func styledError(_ text: String, _ style: TextStyle) -> String {
        style.applied(to: text, enabled: errorIsTerminal && allowsColor)
    }
}
