/// The "did you mean" of every refusal.
public enum Suggestion {
    /// Texts longer than this are not compared: nobody mistypes that much, and the comparison is quadratic.
    static let lengthLimit = 64

    /// The candidate fewest slips away from the text, when it is near enough to be what was meant.
    ///
    /// A slip is a letter added, left out, changed or swapped with its neighbour. Near enough is one slip per three
    /// letters, at most three, or being the only candidate that the text begins. The first of equals wins.
    public static func closest(to text: String, among candidates: [String]) -> String? {
        let typed = Array(text.lowercased())
        guard !typed.isEmpty, typed.count <= lengthLimit else { return nil }
        let allowance = min(3, max(1, typed.count / 3))
        var best: (slips: Int, candidate: String)?
        for candidate in candidates where candidate.count <= lengthLimit {
            let slips = distance(typed, Array(candidate.lowercased()))
            if slips <= allowance, slips < (best?.slips ?? Int.max) { best = (slips, candidate) }
        }
        if let best { return best.candidate }
        let begun = candidates.filter { $0.lowercased().hasPrefix(text.lowercased()) }
        return begun.count == 1 ? begun.first : nil
    }

    /// Optimal string alignment distance: Damerau-Levenshtein without touching a letter twice.
    static func distance(_ a: [Character], _ b: [Character]) -> Int {
        var beforeLast = [Int](repeating: 0, count: b.count + 1)
        var last = Array(0...b.count)
        for i in 0..<a.count {
            var row = [i + 1]
            row.reserveCapacity(b.count + 1)
            for j in 0..<b.count {
                var slips = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { slips = min(slips, beforeLast[j - 1] + 1) }
                row.append(slips)
            }
            beforeLast = last
            last = row
        }
        return last[b.count]
    }
}
