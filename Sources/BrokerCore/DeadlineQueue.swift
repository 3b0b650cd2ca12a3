/// Names by the time at which they are looked at, earliest first (a binary heap).
///
/// An entry is not taken out when its time moves; whoever takes it asks whether it still holds.
struct DeadlineQueue {
    struct Entry: Comparable {
        var time: Int64
        var name: String

        static func < (left: Entry, right: Entry) -> Bool { (left.time, left.name) < (right.time, right.name) }
    }

    private var heap: [Entry] = []

    var count: Int { heap.count }
    var first: Entry? { heap.first }

    init(_ entries: [Entry] = []) {
        // A sorted array is a heap.
        heap = entries.sorted()
    }

    mutating func insert(_ entry: Entry) {
        heap.append(entry)
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child] < heap[parent] else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    /// Takes out the earliest entry if its time has come.
    mutating func removeFirst(due time: Int64) -> Entry? {
        guard let earliest = heap.first, earliest.time <= time else { return nil }
        let last = heap.removeLast()
        guard !heap.isEmpty else { return earliest }
        heap[0] = last
        var parent = 0
        while 2 * parent + 1 < heap.count {
            var child = 2 * parent + 1
            if child + 1 < heap.count, heap[child + 1] < heap[child] { child += 1 }
            guard heap[child] < heap[parent] else { break }
            heap.swapAt(child, parent)
            parent = child
        }
        return earliest
    }
}
