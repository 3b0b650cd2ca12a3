import Testing

@testable import BrokerCore

/// Groups are looked at when their time comes, whatever their number.
@Suite struct GroupDeadlineTests {
    @Test(arguments: UInt64(0)..<20) func theQueueGivesEntriesInOrder(_ seed: UInt64) {
        var state = seed
        func next() -> Int64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int64(state >> 40)
        }
        var queue = DeadlineQueue()
        var model: [DeadlineQueue.Entry] = []
        for step in 0..<300 {
            if next() % 3 != 0 {
                let entry = DeadlineQueue.Entry(time: next() % 50, name: "\(step)")
                queue.insert(entry)
                model.append(entry)
            } else {
                let due = next() % 50
                let first = model.min().flatMap { $0.time <= due ? $0 : nil }
                #expect(queue.removeFirst(due: due) == first)
                model.removeAll { $0 == first }
            }
            #expect(queue.first == model.min())
            #expect(queue.count == model.count)
        }
        #expect(DeadlineQueue(model).first == model.min())
    }

    @Test func theQueueStaysAsShortAsTheGroups() {
        var table = GroupTable()
        let group = table.group("g", at: 0)
        for time in (0..<10_000).reversed() { table.wake(group, at: Int64(time)) }
        #expect(table.nextDeadline == 0)
        #expect(table.queueLength <= 2 * table.count + 64)
        #expect(table.nextDue(at: 0) === group)
        #expect(table.nextDue(at: .max) == nil)
    }

    @Test func theDrawingOfStatesIsTheTable() {
        let arrows: [GroupState: Set<GroupState>] = [
            .empty: [.preparingRebalance, .dead], .preparingRebalance: [.completingRebalance, .empty],
            .completingRebalance: [.stable, .preparingRebalance], .stable: [.preparingRebalance], .dead: [],
        ]
        for state in GroupState.allCases {
            #expect(Set(GroupState.allCases.filter(state.precedes)) == arrows[state])
        }
    }
}
