/// A regular expression that a whole transactional id matches or not, in time that grows with the id's length only.
///
/// It knows what RE2, which Kafka uses, and people agree on: literals, `.`, classes, groups, `|`, `* + ?`, `{n,m}`, `^`,
/// `$`, `\d \w \s` and their opposites. A backtracking engine would let one request keep the broker busy for hours.
struct TransactionalIDPattern {
    /// One step of the machine; numbers are places of other steps.
    private enum Step {
        case scalar(CharacterSet)
        case fork(Int, Int)
        case start
        case end
        case match
    }

    /// Scalars by ranges.
    struct CharacterSet {
        var ranges: [ClosedRange<UInt32>]
        var isNegated = false

        func contains(_ scalar: Unicode.Scalar) -> Bool {
            ranges.contains { $0.contains(scalar.value) } != isNegated
        }
    }

    private indirect enum Node {
        case empty
        case scalar(CharacterSet)
        case start
        case end
        case sequence([Node])
        case either([Node])
        case repeated(Node, least: Int, most: Int?)
    }

    /// Larger machines and deeper groups are refused, as are larger counts.
    private static let stepLimit = 2_000
    private static let depthLimit = 50
    private static let countLimit = 1_000

    private var steps: [Step] = []
    /// Nodes that may still be turned into steps; a repeated nothing makes none.
    private var budget = 4 * stepLimit

    /// Nil where the text is no pattern, or one that is too large.
    init?(_ text: String) {
        var parser = Parser(scalars: Array(text.unicodeScalars))
        guard let node = parser.alternatives(depth: 0), parser.position == parser.scalars.count, emit(node) else {
            return nil
        }
        steps.append(.match)
    }

    // MARK: Matching

    func matches(_ text: String) -> Bool {
        let scalars = Array(text.unicodeScalars)
        var current = reach([0], at: 0, of: scalars.count)
        for (position, scalar) in scalars.enumerated() {
            var next: [Int] = []
            for place in current {
                if case .scalar(let set) = steps[place], set.contains(scalar) { next.append(place + 1) }
            }
            current = reach(next, at: position + 1, of: scalars.count)
            if current.isEmpty { return false }
        }
        return current.contains { if case .match = steps[$0] { true } else { false } }
    }

    /// The steps that wait for a scalar, or for the end, from these on.
    private func reach(_ from: [Int], at position: Int, of count: Int) -> [Int] {
        var seen = [Bool](repeating: false, count: steps.count)
        var stack = Array(from.reversed())
        var reached: [Int] = []
        while let place = stack.popLast() {
            if seen[place] { continue }
            seen[place] = true
            switch steps[place] {
            case .scalar, .match: reached.append(place)
            case .fork(let first, let second): stack += [second, first]
            case .start: if position == 0 { stack.append(place + 1) }
            case .end: if position == count { stack.append(place + 1) }
            }
        }
        return reached
    }

    // MARK: Making the machine

    /// Appends the steps of a node; false where there are too many.
    private mutating func emit(_ node: Node) -> Bool {
        budget -= 1
        guard steps.count < Self.stepLimit, budget > 0 else { return false }
        switch node {
        case .empty: return true
        case .scalar(let set): steps.append(.scalar(set))
        case .start: steps.append(.start)
        case .end: steps.append(.end)
        case .sequence(let nodes):
            for node in nodes { guard emit(node) else { return false } }
        case .either(let nodes): return emitEither(nodes[...])
        case .repeated(let node, let least, let most):
            for _ in 0..<least { guard emit(node) else { return false } }
            guard let most else { return emitLoop(node) }
            return emitOptional(node, most - least)
        }
        return true
    }

    private mutating func emitEither(_ nodes: ArraySlice<Node>) -> Bool {
        var ends: [Int] = []
        for (index, node) in zip(nodes.indices, nodes) {
            let fork = steps.count
            let isLast = index == nodes.endIndex - 1
            if !isLast { steps.append(.fork(fork + 1, 0)) }
            guard emit(node) else { return false }
            guard !isLast else { continue }
            ends.append(steps.count)
            steps.append(.fork(0, 0))
            steps[fork] = .fork(fork + 1, steps.count)
        }
        for end in ends { steps[end] = .fork(steps.count, steps.count) }
        return true
    }

    private mutating func emitLoop(_ node: Node) -> Bool {
        let fork = steps.count
        steps.append(.fork(0, 0))
        guard emit(node) else { return false }
        steps.append(.fork(fork, fork))
        steps[fork] = .fork(fork + 1, steps.count)
        return true
    }

    private mutating func emitOptional(_ node: Node, _ count: Int) -> Bool {
        var forks: [Int] = []
        for _ in 0..<count {
            forks.append(steps.count)
            steps.append(.fork(0, 0))
            guard emit(node) else { return false }
        }
        for fork in forks { steps[fork] = .fork(fork + 1, steps.count) }
        return true
    }

    // MARK: Reading

    private struct Parser {
        var scalars: [Unicode.Scalar]
        var position = 0

        private var next: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

        private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
            guard next == scalar else { return false }
            position += 1
            return true
        }

        mutating func alternatives(depth: Int) -> Node? {
            guard depth < TransactionalIDPattern.depthLimit else { return nil }
            var nodes: [Node] = []
            repeat {
                guard let node = sequence(depth: depth) else { return nil }
                nodes.append(node)
            } while take("|")
            return nodes.count == 1 ? nodes[0] : .either(nodes)
        }

        private mutating func sequence(depth: Int) -> Node? {
            var nodes: [Node] = []
            while let scalar = next, scalar != "|", scalar != ")" {
                guard let atom = atom(depth: depth), let node = quantified(atom) else { return nil }
                nodes.append(node)
            }
            return nodes.isEmpty ? .empty : .sequence(nodes)
        }

        private mutating func atom(depth: Int) -> Node? {
            guard let scalar = next else { return nil }
            position += 1
            switch scalar {
            case "(":
                if take("?"), !take(":") { return nil }
                guard let node = alternatives(depth: depth + 1), take(")") else { return nil }
                return node
            case "[": return set().map { .scalar($0) }
            case ".": return .scalar(CharacterSet(ranges: [10...10], isNegated: true))
            case "^": return .start
            case "$": return .end
            case "\\": return escape().map { .scalar($0) }
            case "*", "+", "?": return nil
            default: return .scalar(CharacterSet(ranges: [scalar.value...scalar.value]))
            }
        }

        private mutating func quantified(_ node: Node) -> Node? {
            guard let bounds = quantifier() else { return node }
            // How eager a quantifier is plays no part where the whole text must match.
            _ = take("?")
            let limit = TransactionalIDPattern.countLimit
            guard bounds.least <= limit, (bounds.most ?? limit) <= limit,
                bounds.most.map({ $0 >= bounds.least }) ?? true
            else { return nil }
            // One quantifier behind another is no pattern.
            guard quantifier() == nil else { return nil }
            return .repeated(node, least: bounds.least, most: bounds.most)
        }

        /// The counts that a quantifier stands for; nil, and nothing taken, where there is none.
        private mutating func quantifier() -> (least: Int, most: Int?)? {
            if take("*") { return (0, nil) }
            if take("+") { return (1, nil) }
            if take("?") { return (0, 1) }
            // A brace that opens no counts stands for itself.
            let start = position
            guard take("{"), let least = number() else {
                position = start
                return nil
            }
            let most = take(",") ? number() : least
            guard take("}") else {
                position = start
                return nil
            }
            return (least, most)
        }

        private mutating func number() -> Int? {
            var value: Int?
            while let scalar = next, (48...57).contains(scalar.value) {
                value = min((value ?? 0) * 10 + Int(scalar.value - 48), 1_000_000)
                position += 1
            }
            return value
        }

        private static let digits: [ClosedRange<UInt32>] = [48...57]
        private static let word: [ClosedRange<UInt32>] = [48...57, 65...90, 95...95, 97...122]
        private static let space: [ClosedRange<UInt32>] = [9...10, 12...13, 32...32]

        private mutating func escape() -> CharacterSet? {
            guard let scalar = next else { return nil }
            position += 1
            switch scalar {
            case "d": return CharacterSet(ranges: Self.digits)
            case "D": return CharacterSet(ranges: Self.digits, isNegated: true)
            case "w": return CharacterSet(ranges: Self.word)
            case "W": return CharacterSet(ranges: Self.word, isNegated: true)
            case "s": return CharacterSet(ranges: Self.space)
            case "S": return CharacterSet(ranges: Self.space, isNegated: true)
            case "n": return CharacterSet(ranges: [10...10])
            case "t": return CharacterSet(ranges: [9...9])
            default:
                let isWordScalar = Self.word.contains { $0.contains(scalar.value) && scalar != "_" }
                return isWordScalar ? nil : CharacterSet(ranges: [scalar.value...scalar.value])
            }
        }

        private mutating func set() -> CharacterSet? {
            var set = CharacterSet(ranges: [])
            set.isNegated = take("^")
            var isFirst = true
            while let scalar = next, isFirst || scalar != "]" {
                isFirst = false
                position += 1
                var low = scalar
                if scalar == "\\" {
                    guard let escaped = escape() else { return nil }
                    guard !escaped.isNegated, escaped.ranges.count == 1, escaped.ranges[0].count == 1,
                        let one = Unicode.Scalar(escaped.ranges[0].lowerBound)
                    else {
                        // An opposite inside a class has no ranges of its own here.
                        if escaped.isNegated { return nil }
                        set.ranges += escaped.ranges
                        continue
                    }
                    low = one
                }
                var high = low
                if next == "-", position + 1 < scalars.count, scalars[position + 1] != "]" {
                    high = scalars[position + 1]
                    position += 2
                    guard high != "\\", high.value >= low.value else { return nil }
                }
                set.ranges.append(low.value...high.value)
            }
            return take("]") ? set : nil
        }
    }
}
