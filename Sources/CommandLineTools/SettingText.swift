/// The text form of list values.
enum SettingText {
    /// The items of a comma-separated text, without the spaces around them; an empty text has none.
    static func items(_ text: String) -> [String] {
        guard !text.isEmpty else { return [] }
        return text.split(separator: ",", omittingEmptySubsequences: false).map { item in
            let head = item.drop(while: { $0 == " " })
            return String(head.reversed().drop(while: { $0 == " " }).reversed())
        }
    }
}
