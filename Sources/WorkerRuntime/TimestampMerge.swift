/// Takes entries by timestamp across inputs and in offset order within each; the first input wins a tie.
///
/// A stage has a handful of inputs, so a look at each head beats a heap.
struct TimestampMerge {
    private let inputs: [[StepEntry]]
    private var heads: [Int]

    init(_ inputs: [[StepEntry]]) {
        self.inputs = inputs
        heads = Array(repeating: 0, count: inputs.count)
    }

    mutating func next() -> (input: Int, entry: StepEntry)? {
        var best: Int?
        for input in inputs.indices where heads[input] < inputs[input].count {
            guard let leader = best else {
                best = input
                continue
            }
            if inputs[input][heads[input]].timestamp < inputs[leader][heads[leader]].timestamp { best = input }
        }
        guard let best else { return nil }
        let entry = inputs[best][heads[best]]
        heads[best] += 1
        return (best, entry)
    }
}
