/// A template text cut at its variables: `{name}` stands for a variable, `{{` and `}}` for the braces themselves (N12).
struct TemplatePieces: Hashable, Sendable {
    enum Piece: Hashable, Sendable {
        case literal(Substring)
        case variable(Substring)
    }

    private(set) var pieces: [Piece] = []

    /// Cuts the text; one pass, no more pieces than the text has bytes.
    init(_ text: String) throws(TemplateFault) {
        let (open, close) = (UInt8(ascii: "{"), UInt8(ascii: "}"))
        let bytes = text.utf8
        var start = bytes.startIndex
        var index = start
        while index < bytes.endIndex {
            let byte = bytes[index]
            let next = bytes.index(after: index)
            if byte != open && byte != close {
                index = next
            } else if next < bytes.endIndex && bytes[next] == byte {
                appendLiteral(text[start..<next])
                index = bytes.index(after: next)
                start = index
            } else if byte == open {
                appendLiteral(text[start..<index])
                guard let end = bytes[next...].firstIndex(where: { $0 == open || $0 == close }), bytes[end] == close
                else { throw .bracesOutOfOrder }
                pieces.append(.variable(text[next..<end]))
                index = bytes.index(after: end)
                start = index
            } else {
                throw .bracesOutOfOrder
            }
        }
        appendLiteral(text[start...])
    }

    private mutating func appendLiteral(_ literal: Substring) {
        if !literal.isEmpty { pieces.append(.literal(literal)) }
    }

    /// Puts the values in; refuses a name without one and a text above the limit.
    func rendered(_ values: [String: String]) throws(TemplateFault) -> String {
        var text = ""
        for piece in pieces {
            switch piece {
            case .literal(let literal): text += literal
            case .variable(let name):
                guard let value = values[String(name)] else { throw .undeclaredVariable(String(name)) }
                text += value
            }
            // Inside the loop: a text of nothing but one long variable must not grow before it is refused.
            guard text.utf8.count <= DispatchLimits.textBytes else { throw .tooLong }
        }
        guard !text.isBlank else { throw .blankText }
        return text
    }
}
