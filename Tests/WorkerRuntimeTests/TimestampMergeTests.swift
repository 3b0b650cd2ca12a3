import Testing

@testable import WorkerRuntime

@Suite("Merging inputs by time")
struct TimestampMergeTests {
    @Test("keeps offset order within an input, time order between heads, the first input in a tie", arguments: 0..<50)
    func merges(seed: UInt64) {
        var random = TestRandom(seed: seed)
        let inputs = (0..<Int(random.next() % 4 + 1)).map { _ in
            (0..<Int(random.next() % 20)).map {
                StepEntry(index: $0, offset: Int64($0), timestamp: Int64(random.next() % 30))
            }
        }
        var merge = TimestampMerge(inputs)
        // The model: repeatedly the least head by (time, input).
        var heads = inputs.map { $0[...] }
        while let taken = merge.next() {
            let best = heads.indices.filter { !heads[$0].isEmpty }.min {
                (heads[$0].first!.timestamp, $0) < (heads[$1].first!.timestamp, $1)
            }
            #expect(best == taken.input)
            let head = heads[taken.input].removeFirst()
            #expect(head.offset == taken.entry.offset)
        }
        #expect(heads.allSatisfy { $0.isEmpty })
    }
}
