/// One open database in memory; what it holds is its disk's and outlives it.
///
/// After a crash of the disk it is dead: it refuses what it is asked, and its flush and its end change nothing.
final class MemoryDatabase {
    private let directory: MemoryDirectory
    private let bufferBytes: Int

    init(_ directory: MemoryDirectory, settings: StateStoreSettings) throws(StateStoreError) {
        self.directory = directory
        bufferBytes = settings.writeBufferBytes
        try directory.check()
    }

    func read<Result>(
        _ key: [UInt8], _ body: (RawSpan) throws(StateCorruption) -> Result
    ) throws(StateStoreError) -> Result? {
        try directory.check()
        guard let value = directory.folder.current.value(key) else { return nil }
        do throws(StateCorruption) {
            return try body(value.rawSpan)
        } catch {
            throw .corrupt(key: key, error)
        }
    }

    /// Writes all of the batch or nothing; a write buffer that is full goes to the disk, as RocksDB's does.
    func write(_ batch: MemoryBatch) throws(StateStoreError) {
        try directory.ask(.write)
        directory.folder.write(batch.changes)
        if directory.folder.bufferedBytes >= bufferBytes { directory.folder.flush() }
    }

    func iterator(from lower: [UInt8], to upper: [UInt8]) -> MemoryIterator {
        MemoryIterator(directory.folder.current, from: lower, to: upper)
    }

    func flush() throws(StateStoreError) {
        try directory.ask(.flush)
        directory.folder.flush()
    }
}
