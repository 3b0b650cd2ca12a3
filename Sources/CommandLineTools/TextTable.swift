/// A table of text, with its columns aligned.
public struct TextTable: Sendable {
    /// How a column stands.
    public struct Column: Sendable {
        /// On which side the padding is not.
        public enum Alignment: Sendable {
            case left, right
        }

        /// The header, in capitals by custom.
        public let title: String
        /// How cells stand in the column.
        public let alignment: Alignment
        /// Shown only with `-o wide`, or when named.
        public let isWide: Bool
        /// How far the column may be cut on a narrow terminal; nil never cuts it.
        public let minimumWidth: Int?

        /// A column; texts to the left unless said otherwise.
        public init(
            _ title: String, alignment: Alignment = .left, isWide: Bool = false, minimumWidth: Int? = nil
        ) {
            self.title = title
            self.alignment = alignment
            self.isWide = isWide
            self.minimumWidth = minimumWidth
        }

        /// A column of numbers: to the right, never cut, since half a number is a wrong number.
        public static func number(_ title: String, isWide: Bool = false) -> Column {
            Column(title, alignment: .right, isWide: isWide)
        }
    }

    /// What of the table is shown.
    public struct Selection: Sendable {
        /// Titles to show, in this order, in any case; nil shows the columns as declared.
        public var columns: [String]?
        /// Whether wide columns are shown when no column is named.
        public var showsWide: Bool
        /// Whether the first line is the titles.
        public var showsHeaders: Bool

        /// What is shown; by default all but the wide columns, with headers.
        public init(columns: [String]? = nil, showsWide: Bool = false, showsHeaders: Bool = true) {
            self.columns = columns
            self.showsWide = showsWide
            self.showsHeaders = showsHeaders
        }

        /// All columns but the wide ones, with headers.
        public static let standard = Selection()
    }

    /// The columns as declared.
    public let columns: [Column]
    /// The cells, row by row.
    public private(set) var rows: [[String]] = []

    /// A table without rows.
    public init(_ columns: [Column]) {
        self.columns = columns
    }

    /// Adds a row of exactly as many cells as there are columns.
    public mutating func append(_ cells: [String]) {
        precondition(cells.count == columns.count, "a row of \(cells.count) cells in \(columns.count) columns")
        rows.append(cells)
    }

    /// The lines, each with its line break; cut to the width where one is given.
    ///
    /// Throws a usage error for a column that there is not.
    public func text(_ selection: Selection = .standard, width: Int? = nil) throws(UsageError) -> String {
        let shown = try indices(of: selection)
        let cells = rows.map { row in shown.map { ControlCharacters.spelledOut(row[$0]) } }
        let titles = shown.map { columns[$0].title }
        let lines = selection.showsHeaders ? [titles] + cells : cells
        let widths = fit(natural(lines, count: shown.count), shown, width: width)
        return lines.map { line(of: $0, shown, widths) }.joined()
    }

    /// RFC 4180, with all columns of the selection and a header line unless left out.
    public func csv(_ selection: Selection = .standard) throws(UsageError) -> String {
        let shown = try indices(of: selection)
        let titles = selection.showsHeaders ? [shown.map { columns[$0].title }] : []
        let lines = titles + rows.map { row in shown.map { row[$0] } }
        return lines.map { $0.map(TextTable.csvField).joined(separator: ",") + "\r\n" }.joined()
    }

    private func indices(of selection: Selection) throws(UsageError) -> [Int] {
        guard let names = selection.columns else {
            return columns.indices.filter { selection.showsWide || !columns[$0].isWide }
        }
        var shown: [Int] = []
        for name in names {
            guard let index = columns.firstIndex(where: { $0.title.lowercased() == name.lowercased() }) else {
                let titles = columns.map { $0.title.lowercased() }
                throw UsageError(
                    "there is no column \(Quoted.text(name)); there are \(titles.joined(separator: ", "))",
                    suggestion: Suggestion.closest(to: name, among: titles))
            }
            shown.append(index)
        }
        return shown
    }

    private static let gap = 2

    private func natural(_ lines: [[String]], count: Int) -> [Int] {
        (0..<count).map { column in lines.map { DisplayWidth.of($0[column]) }.max() ?? 0 }
    }

    /// Takes columns away from the widest that may be cut until the line fits, or nothing is left to cut.
    private func fit(_ natural: [Int], _ shown: [Int], width: Int?) -> [Int] {
        guard let width else { return natural }
        var widths = natural
        var excess = widths.reduce(0, +) + TextTable.gap * max(0, widths.count - 1) - width
        while excess > 0 {
            let cuttable = widths.indices.filter { index in
                columns[shown[index]].minimumWidth.map { widths[index] > max(1, $0) } ?? false
            }
            guard let widest = cuttable.max(by: { widths[$0] < widths[$1] }) else { break }
            widths[widest] -= 1
            excess -= 1
        }
        return widths
    }

    private func line(of cells: [String], _ shown: [Int], _ widths: [Int]) -> String {
        var line = ""
        for (index, cell) in cells.enumerated() {
            let text = TextTable.cut(cell, to: widths[index])
            let padding = String(repeating: " ", count: max(0, widths[index] - DisplayWidth.of(text)))
            if index > 0 { line += String(repeating: " ", count: TextTable.gap) }
            switch columns[shown[index]].alignment {
            case .right: line += padding + text
            case .left: line += text + padding
            }
        }
        while line.last == " " { line.removeLast() }
        return line + "\n"
    }

    static func cut(_ text: String, to width: Int) -> String {
        guard DisplayWidth.of(text) > width else { return text }
        var result = ""
        var used = 0
        for character in text {
            used += DisplayWidth.of(character)
            if used > width - 1 { break }
            result.append(character)
        }
        return result + "…"
    }

    private static func csvField(_ text: String) -> String {
        let needsQuotes = text.unicodeScalars.contains { ",\"\r\n".unicodeScalars.contains($0) }
        guard needsQuotes else { return text }
        var quoted = "\""
        for scalar in text.unicodeScalars {
            if scalar == "\"" { quoted += "\"" }
            quoted.unicodeScalars.append(scalar)
        }
        return quoted + "\""
    }
}
