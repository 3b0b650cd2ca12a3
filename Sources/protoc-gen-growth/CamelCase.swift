/// Swift's form of a name of a schema, by SwiftProtobuf's rules: words begin at underscores, at digits and at capitals;
/// the words `url`, `http`, `https` and `id` are all capitals unless they come first.
enum CamelCase {
    private static let acronyms: Set<String> = ["url", "http", "https", "id"]

    private enum Kind {
        case digit, lower, upper, underscore
    }

    static func lower(_ name: String) -> String { transform(name, capitalizesFirst: false) }

    static func upper(_ name: String) -> String { transform(name, capitalizesFirst: true) }

    private static func transform(_ name: String, capitalizesFirst: Bool) -> String {
        var result = ""
        var word = ""
        var last: Kind?

        func endWord() {
            if word.isEmpty { return }
            if result.isEmpty && !capitalizesFirst {
                result = word
            } else if acronyms.contains(word) {
                result += word.uppercased()
            } else {
                result += word.prefix(1).uppercased() + word.dropFirst()
            }
            word = ""
        }

        for character in name {
            let kind = kind(of: character)
            switch kind {
            case .digit:
                if last != .digit { endWord() }
                // A name cannot begin with a digit.
                if result.isEmpty { result = "_" }
                word.append(character)
            case .upper:
                if last != .upper { endWord() }
                word += character.lowercased()
            case .lower:
                if last != .lower && last != .upper { endWord() }
                word.append(character)
            case .underscore:
                endWord()
                if last == .underscore { result += "_" }
            }
            last = kind
        }
        endWord()
        if last == .underscore { result += "_" }
        return result
    }

    private static func kind(of character: Character) -> Kind {
        switch character {
        case "_": .underscore
        case "0"..."9": .digit
        case "A"..."Z": .upper
        default: .lower
        }
    }
}
