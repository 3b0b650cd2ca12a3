/// What a directory of a disk in memory holds: what is durable, and the batches since.
final class MemoryFolder {
    /// As a reader sees it.
    private(set) var current = MemoryPairs()
    /// As it is after a crash that loses the write buffer.
    private var durable = MemoryPairs()
    /// The batches of the write buffer, oldest first.
    private var buffered: [[MemoryBatch.Change]] = []
    private(set) var bufferedBytes = 0
    /// The store that has the directory; nil if none.
    var holder: MemoryDirectory.Hold?

    var bufferedCount: Int { buffered.count }

    func write(_ changes: [MemoryBatch.Change]) {
        for change in changes {
            current.apply(change)
            bufferedBytes += change.key.count + (change.value?.count ?? 0)
        }
        buffered.append(changes)
    }

    func flush() {
        durable = current
        forgetBuffer()
    }

    /// Loses the newest batches, all but so many; what stays is durable, as a log that was replayed is.
    func crash(keeping count: Int) {
        holder = nil
        for changes in buffered.prefix(max(0, count)) {
            for change in changes { durable.apply(change) }
        }
        current = durable
        forgetBuffer()
    }

    func empty() {
        current = MemoryPairs()
        durable = MemoryPairs()
        forgetBuffer()
    }

    private func forgetBuffer() {
        buffered = []
        bufferedBytes = 0
    }
}
