import KafkaProtocol

/// One line of a fault script: a verb, words and `name=value` pairs.
struct FaultText {
    struct Problem: Error {
        var message: String

        init(_ message: String) { self.message = message }
    }

    private let verb: String
    private var flags: [String] = []
    private var values: [String: String] = [:]

    /// Cuts a line; nil for an empty one or a comment. Values in double quotes may hold blanks; `\"` and `\\` escape.
    init?(line: String) throws(Problem) {
        let words = try Self.words(line)
        guard let first = words.first, !first.hasPrefix("#") else { return nil }
        verb = first
        for word in words.dropFirst() {
            guard let equals = word.firstIndex(of: "=") else {
                flags.append(word)
                continue
            }
            let name = String(word[..<equals])
            guard values[name] == nil else { throw Problem("\(name) is given twice") }
            values[name] = String(word[word.index(after: equals)...])
        }
    }

    /// A pair as it is read back.
    static func word(_ name: String, _ value: String) -> String {
        guard value.isEmpty || value.contains(where: { " \"\\\t\n".contains($0) }) else { return "\(name)=\(value)" }
        let escaped = value.map { "\"\\".contains($0) ? "\\\($0)" : String($0) }.joined()
        return "\(name)=\"\(escaped)\""
    }

    private static func words(_ line: String) throws(Problem) -> [String] {
        var words: [String] = []
        var word = ""
        var isWord = false
        var isQuoted = false
        var isEscaped = false
        for character in line {
            if isEscaped {
                word.append(character)
                isEscaped = false
            } else if isQuoted, character == "\\" {
                isEscaped = true
            } else if character == "\"" {
                isQuoted.toggle()
                isWord = true
            } else if !isQuoted, character.isWhitespace {
                if isWord { words.append(word) }
                word = ""
                isWord = false
            } else {
                word.append(character)
                isWord = true
            }
        }
        guard !isQuoted else { throw Problem("a quotation mark is open") }
        if isWord { words.append(word) }
        return words
    }

    mutating func instructions() throws(Problem) -> [FaultScript.Instruction] {
        let result: [FaultScript.Instruction]
        switch verb {
        case "fault": result = [.rule(try rule())]
        case "freeze": result = [.rule(try freeze())]
        case "thaw": result = [.thaw(try partition())]
        case "expire": result = [.expire(group: try required("group"), member: values.removeValue(forKey: "member"))]
        case "fence": result = [.fence(transactionalID: try required("id"))]
        case "clear": result = [.clear]
        case "list": result = [.list]
        case "catalogue": result = try catalogue()
        default:
            throw Problem("\(verb) is none of fault, freeze, thaw, expire, fence, catalogue, list, clear")
        }
        if let left = values.keys.min() ?? flags.first { throw Problem("\(verb) does not take \(left)") }
        return result
    }

    private mutating func catalogue() throws(Problem) -> [FaultScript.Instruction] {
        guard let name = flags.popLast() else { throw Problem("catalogue needs a name") }
        guard let entry = FaultCatalogue.entry(named: name) else { throw Problem("no fault is called \(name)") }
        var rules = entry.rules
        if let client = values.removeValue(forKey: "client") {
            for index in rules.indices { rules[index].clientID = client }
        }
        if let key = values.removeValue(forKey: "key") {
            for index in rules.indices { rules[index].key = key }
        }
        if values["times"] != nil {
            let times = try times()
            for index in rules.indices { rules[index].times = times }
        }
        return rules.map { .rule($0) }
    }

    private mutating func rule() throws(Problem) -> FaultRule {
        var rule = FaultRule(try action())
        if let names = values.removeValue(forKey: "api") {
            for name in names.split(separator: ",") {
                guard let api = ApiKey.allCases.first(where: { "\($0)".lowercased() == name.lowercased() }) else {
                    throw Problem("no request is called \(name)")
                }
                rule.apis.insert(api)
            }
        }
        rule.clientID = values.removeValue(forKey: "client")
        rule.key = values.removeValue(forKey: "key")
        if values["topic"] != nil || values["partition"] != nil { rule.partition = try partition() }
        rule.skipped = try number("skip", 0...1_000_000_000) ?? 0
        rule.times = try times()
        return rule
    }

    private mutating func freeze() throws(Problem) -> FaultRule {
        let action: FaultAction =
            flags.isEmpty && values["error"] == nil && values["delay"] == nil
            ? .answer(.notLeaderOrFollower) : try action()
        return FaultRule(action, apis: [.produce, .fetch], partition: try partition(), times: nil)
    }

    private mutating func action() throws(Problem) -> FaultAction {
        var actions: [FaultAction] = []
        for flag in flags {
            guard let action = Self.actions[flag] else { throw Problem("\(flag) is no fault") }
            actions.append(action)
        }
        flags.removeAll()
        if let name = values.removeValue(forKey: "error") {
            guard let error = ErrorCode(name: name) ?? Int16(name).map({ ErrorCode(rawValue: $0) }) else {
                throw Problem("no error is called \(name)")
            }
            actions.append(.answer(error))
        }
        if let milliseconds = try number("delay", 0...86_400_000) {
            actions.append(.delay(milliseconds: Int64(milliseconds)))
        }
        guard let action = actions.first, actions.count == 1 else {
            throw Problem("one of error=, delay=, \(Self.actions.keys.sorted().joined(separator: ", ")) is needed")
        }
        return action
    }

    private static let actions: [String: FaultAction] = [
        "close-before": .closeBefore, "close-after": .closeAfter, "lose-answer": .loseAnswer, "hold": .hold,
    ]

    private mutating func times() throws(Problem) -> Int? {
        if values["times"] == "always" {
            values["times"] = nil
            return nil
        }
        return try number("times", 1...1_000_000_000) ?? 1
    }

    private mutating func partition() throws(Problem) -> TopicPartition {
        let topic = try required("topic")
        guard let partition = try number("partition", 0...Int(Int32.max)) else { throw Problem("partition= is needed") }
        return TopicPartition(topic, Int32(partition))
    }

    private mutating func required(_ name: String) throws(Problem) -> String {
        guard let value = values.removeValue(forKey: name) else { throw Problem("\(name)= is needed") }
        return value
    }

    private mutating func number(_ name: String, _ range: ClosedRange<Int>) throws(Problem) -> Int? {
        guard let text = values.removeValue(forKey: name) else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw Problem("\(name)=\(text) is no number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }
}
