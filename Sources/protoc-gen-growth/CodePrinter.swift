/// Collects lines of Swift, indented by four spaces a level.
struct CodePrinter {
    private(set) var text = ""
    private var level = 0

    /// The longest line, where that can be helped.
    private static let width = 120

    /// Adds lines; each may be empty but has no line break in it.
    mutating func line(_ lines: String...) {
        for line in lines {
            if !line.isEmpty {
                text += String(repeating: "    ", count: level) + line
            }
            text += "\n"
        }
    }

    /// Adds `head rest`, on two lines if it is too long for one.
    mutating func line(_ head: String, then rest: String) {
        if level * 4 + head.count + 1 + rest.count <= Self.width { return line(head + " " + rest) }
        line(head)
        indented { $0.line(rest) }
    }

    /// Adds what the body prints, one level in.
    mutating func indented(_ body: (inout CodePrinter) -> Void) {
        level += 1
        body(&self)
        level -= 1
    }

    /// Adds `head {`, what the body prints one level in, and `}`.
    mutating func block(_ head: String, _ body: (inout CodePrinter) -> Void) {
        line(head + " {")
        indented(body)
        line("}")
    }

    /// Adds `head[`, what the body prints one level in, and `]tail`; the head brings its own space.
    mutating func list(_ head: String, after tail: String = "", _ body: (inout CodePrinter) -> Void) {
        line(head + "[")
        indented(body)
        line("]" + tail)
    }
}
