extension String {
    /// Whether the text comes first by the bytes of its UTF-8, as every language's model of the rules sorts ids.
    func precedesByBytes(_ other: String) -> Bool { utf8.lexicographicallyPrecedes(other.utf8) }
}
