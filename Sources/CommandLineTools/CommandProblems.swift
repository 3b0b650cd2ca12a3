extension Command {
    /// What is wrong with the declarations of the whole tree; a program's tests expect it to be empty.
    public var problems: [String] {
        problems(path: [], above: [])
    }

    private static let reservedNames: Set<String> = ["help", "help-json", "version"]

    private func problems(path: [String], above: [ParameterDeclaration]) -> [String] {
        let path = path + [name]
        let title = path.joined(separator: " ")
        let inReach = above + declarations.filter { $0.kind != .argument }
        var found = Self.duplicates(inReach.map(\.name)).map { "\(title): --\($0) is declared twice" }
        found += Self.duplicates(inReach.compactMap(\.short)).map { "\(title): -\($0) is declared twice" }
        found += Self.duplicates(subcommands.flatMap { [$0.name] + $0.aliases }).map {
            "\(title): '\($0)' is there twice"
        }
        for declaration in declarations where declaration.kind != .argument {
            if Self.reservedNames.contains(declaration.name) || declaration.short == "h" {
                found.append("\(title): \(declaration.spelling) uses a reserved name")
            }
        }
        found += argumentProblems.map { "\(title): \($0)" }
        if run == nil, subcommands.isEmpty { found.append("\(title): neither runs nor has subcommands") }
        return found + subcommands.flatMap { $0.problems(path: path, above: inReach) }
    }

    private var argumentProblems: [String] {
        var found: [String] = []
        for (earlier, later) in zip(arguments, arguments.dropFirst()) {
            if earlier.isRepeated { found.append("\(earlier.spelling) takes all that is left and is not last") }
            if !earlier.isRequired, later.isRequired {
                found.append("\(later.spelling) is required after \(earlier.spelling), which is not")
            }
        }
        return found + Self.duplicates(arguments.map(\.name)).map { "<\($0)> is declared twice" }
    }

    private static func duplicates<Element: Hashable>(_ elements: [Element]) -> [Element] {
        var seen: Set<Element> = []
        return elements.filter { !seen.insert($0).inserted }
    }
}
