/// Text from outside, made fit for an error message.
enum Quoted {
    /// The most characters of a foreign text that a message repeats.
    static let characterLimit = 120

    /// The text in single quotes, shortened, with control characters spelled out so that it cannot drive a terminal.
    static func text(_ text: String) -> String {
        let head = String(text.prefix(characterLimit))
        let ellipsis = head.utf8.count < text.utf8.count ? "…" : ""
        return "'" + ControlCharacters.spelledOut(head) + ellipsis + "'"
    }
}
