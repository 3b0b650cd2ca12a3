import Foundation

/// What Apache Kafka answers to each behaviour, as recorded in `Answers`, one file per subject.
enum Answers {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Answers")

    /// The recorded lines, by behaviour.
    static let recorded: [String: [String]] = {
        var answers: [String: [String]] = [:]
        let files = (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? []
        for file in files where file.pathExtension == "txt" {
            let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
            var name: String?
            for line in text.split(separator: "\n") {
                if line.hasPrefix("# ") {
                    name = String(line.dropFirst(2))
                    answers[name ?? ""] = []
                } else if let name {
                    answers[name, default: []].append(String(line.drop(while: { $0 == " " })))
                }
            }
        }
        return answers
    }()

    /// Writes the answers of all behaviours that were tried; those of others stay.
    static func record(_ observed: [String: [String]]) throws {
        let all = recorded.merging(observed) { $1 }
        for (subject, behaviours) in Dictionary(grouping: Behaviour.all, by: \.subject) {
            let text = behaviours.map { behaviour in
                "# \(behaviour.name)\n" + (all[behaviour.name] ?? []).map { "    \($0)\n" }.joined()
            }.joined(separator: "\n")
            try text.write(to: folder.appending(path: "\(subject).txt"), atomically: true, encoding: .utf8)
        }
    }

    /// The lines of two answers that differ, for a failure's text; empty where they are equal.
    static func difference(recorded: [String], observed: [String]) -> String {
        guard recorded != observed else { return "" }
        let change = observed.difference(from: recorded)
        let removed = change.removals.map { change -> String in
            guard case .remove(let place, let line, _) = change else { return "" }
            return "  \(place + 1) recorded: \(line)"
        }
        let inserted = change.insertions.map { change -> String in
            guard case .insert(let place, let line, _) = change else { return "" }
            return "  \(place + 1) observed: \(line)"
        }
        return "\n" + (removed + inserted).joined(separator: "\n")
    }
}
