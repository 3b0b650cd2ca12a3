/// Recognises a message by which a customer refuses marketing (N17).
enum OptOut {
    /// No word of refusal is longer, so a long chat is never copied to be compared.
    static let longestWordBytes = 64

    /// Whether the text, trimmed and in lower case, is one of the words.
    static func isMeant(by text: String, words: Set<String>) -> Bool {
        let scalars = text.unicodeScalars
        guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return false }
        let trimmed = text[first...last]
        return trimmed.utf8.count <= longestWordBytes && words.contains(trimmed.lowercased())
    }
}
