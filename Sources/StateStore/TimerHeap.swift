/// The timers of the open transaction's writes: a binary heap by (due, key).
///
/// A timer that a later write replaced stays until it comes to the top, or until such timers are the majority.
struct TimerHeap {
    /// A timer and the slot whose entry set it.
    struct Timer {
        let due: Int64
        let slot: Int
    }

    typealias Slots = ContiguousArray<StateOverlay.Slot>

    private var timers: [Timer] = []

    var count: Int { timers.count }

    mutating func insert(_ due: Int64, _ slot: Int, in slots: Slots) {
        // Bounds the heap by the slots, however often a handler moves one timer.
        if timers.count > 2 * slots.count + 64 {
            rebuild(from: slots)
        } else {
            push(Timer(due: due, slot: slot), slots)
        }
    }

    /// The first timer by (due, key), if it is due by then.
    mutating func earliest(notAfter now: Int64, in slots: Slots) -> Timer? {
        while let top = timers.first, top.due <= now {
            if slots[top.slot].entry?.timer == top.due { return top }
            pop(slots)
        }
        return nil
    }

    mutating func removeAll() {
        timers.removeAll(keepingCapacity: true)
    }

    private mutating func rebuild(from slots: Slots) {
        timers.removeAll(keepingCapacity: true)
        for (index, slot) in slots.enumerated() {
            if let due = slot.entry?.timer { push(Timer(due: due, slot: index), slots) }
        }
    }

    private func precedes(_ left: Timer, _ right: Timer, _ slots: Slots) -> Bool {
        left.due != right.due ? left.due < right.due : slots[left.slot].key < slots[right.slot].key
    }

    private mutating func push(_ timer: Timer, _ slots: Slots) {
        var index = timers.count
        timers.append(timer)
        while index > 0 {
            let parent = (index - 1) / 2
            guard precedes(timers[index], timers[parent], slots) else { return }
            timers.swapAt(index, parent)
            index = parent
        }
    }

    private mutating func pop(_ slots: Slots) {
        timers.swapAt(0, timers.count - 1)
        timers.removeLast()
        var index = 0
        while 2 * index + 1 < timers.count {
            var child = 2 * index + 1
            if child + 1 < timers.count, precedes(timers[child + 1], timers[child], slots) { child += 1 }
            guard precedes(timers[child], timers[index], slots) else { return }
            timers.swapAt(index, child)
            index = child
        }
    }
}
