/// Text broken into lines at spaces.
enum WrappedText {
    /// Lines no wider than the width, but for a word that is wider by itself; line breaks in the text stay.
    static func lines(_ text: String, width: Int) -> [String] {
        var lines: [String] = []
        for paragraph in text.split(separator: "\n", omittingEmptySubsequences: false) {
            var line = ""
            for word in paragraph.split(separator: " ") {
                if line.isEmpty {
                    line = String(word)
                } else if DisplayWidth.of(line) + 1 + DisplayWidth.of(String(word)) <= width {
                    line += " " + word
                } else {
                    lines.append(line)
                    line = String(word)
                }
            }
            lines.append(line)
        }
        return text.isEmpty ? [] : lines
    }

    static func wrap(_ text: String, width: Int, indent: Int) -> String {
        let margin = String(repeating: " ", count: indent)
        return lines(text, width: width - indent).map { $0.isEmpty ? $0 : margin + $0 }.joined(separator: "\n")
    }
}
