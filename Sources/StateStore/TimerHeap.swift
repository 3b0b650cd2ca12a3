/// The timers of the open transaction: a binary heap by (due, key). It may hold timers that are no longer in force.
struct TimerHeap {
    /// A timer of a key; `write` is the overlay's write that set it, nil if it was committed before.
    struct Timer: Comparable {
        let due: Int64
        let key: StateKey
        let write: Int?

        static func < (left: Timer, right: Timer) -> Bool {
            left.due != right.due ? left.due < right.due : left.key < right.key
        }
    }

    private(set) var timers: [Timer] = []

    var count: Int { timers.count }

    var first: Timer? { timers.first }

    mutating func insert(_ timer: Timer) {
        var index = timers.count
        timers.append(timer)
        while index > 0 {
            let parent = (index - 1) / 2
            guard timers[index] < timers[parent] else { return }
            timers.swapAt(index, parent)
            index = parent
        }
    }

    mutating func removeFirst() {
        timers.swapAt(0, timers.count - 1)
        timers.removeLast()
        var index = 0
        while 2 * index + 1 < timers.count {
            var child = 2 * index + 1
            if child + 1 < timers.count, timers[child + 1] < timers[child] { child += 1 }
            guard timers[child] < timers[index] else { return }
            timers.swapAt(index, child)
            index = child
        }
    }

    /// Replaces everything. An ascending array is a heap as it stands.
    mutating func replaceAll(with timers: [Timer]) {
        self.timers = timers.sorted()
    }

    mutating func removeAll() {
        timers.removeAll(keepingCapacity: true)
    }
}
