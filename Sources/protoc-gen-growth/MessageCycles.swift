/// Finds the message types that contain themselves through singular fields, whose values Swift must box.
///
/// Tarjan's strongly connected components: two types are in one component if each can hold the other. Lists and maps
/// are boxes already and do not count.
struct MessageCycles {
    private var components: [String: Int] = [:]

    init(_ entries: [String: Schema.Entry]) {
        var search = Search(edges: entries.mapValues(Self.edges))
        for name in entries.keys.sorted() { search.visit(name) }
        components = search.components
    }

    /// The component of a message, given its full name with the leading dot.
    func component(of message: String) -> Int? { components[message] }

    private static func edges(_ entry: Schema.Entry) -> [String] {
        switch entry.definition {
        case .enumeration: []
        case .message(let message):
            message.field.filter { $0.type == .message && $0.label != .repeated }.map(\.typeName)
        }
    }

    private struct Search {
        let edges: [String: [String]]
        var components: [String: Int] = [:]
        private var order: [String: Int] = [:]
        private var lowest: [String: Int] = [:]
        private var stack: [String] = []

        init(edges: [String: [String]]) {
            self.edges = edges
        }

        mutating func visit(_ name: String) {
            if order[name] != nil { return }
            let index = order.count
            order[name] = index
            var low = index
            stack.append(name)
            for next in edges[name, default: []] {
                visit(next)
                // Only types still on the stack, not those of a finished component.
                if components[next] == nil { low = min(low, lowest[next] ?? order[next] ?? low) }
            }
            lowest[name] = low
            guard low == index else { return }
            while let member = stack.popLast() {
                components[member] = index
                if member == name { break }
            }
        }
    }
}
