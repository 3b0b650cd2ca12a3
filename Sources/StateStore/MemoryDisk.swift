/// The disk of a simulated process: its directories outlive the stores that open them, and a crash loses what a real one
/// would.
///
/// A commit lands in the write buffer; a flush, a close or a full buffer makes it durable. A crash keeps what is durable
/// and the oldest batches of the buffer, each whole or not at all. Stores that were open then are dead, and their end
/// changes nothing, so that a simulator may simply drop them.
package final class MemoryDisk {
    /// What a store is about to do.
    package enum Operation: Sendable {
        case open, write, flush, delete
    }

    /// Asked before each operation with the directory; an error that it returns refuses it, and nothing is done.
    ///
    /// A full disk, and a crash at this very place.
    package var refusal: ((Operation, String) -> StateStoreError?)?

    private var folders: [String: MemoryFolder] = [:]

    /// Makes an empty disk.
    package init() {}

    /// The paths of its directories, in order.
    package var directories: [String] { folders.keys.sorted() }

    /// Ends every open store; each write buffer is kept whole, as its log would, or lost whole.
    package func crash(keepingMemtable: Bool) {
        crash { _, batches in keepingMemtable ? batches : 0 }
    }

    /// Ends every open store; of each directory's buffered batches the oldest are kept, as many as the closure says.
    package func crash(keeping: (_ directory: String, _ batches: Int) -> Int) {
        for path in directories {
            guard let folder = folders[path] else { continue }
            folder.crash(keeping: keeping(path, folder.bufferedCount))
        }
    }

    func exists(_ path: String) -> Bool { folders[path] != nil }

    func folder(_ path: String) -> MemoryFolder {
        if let folder = folders[path] { return folder }
        let folder = MemoryFolder()
        folders[path] = folder
        return folder
    }

    func remove(_ path: String) { folders[path] = nil }
}
