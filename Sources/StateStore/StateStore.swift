/// Keeps one task's keyed state: what was committed in RocksDB, what the open transaction wrote in an overlay above it.
///
/// Reads see the overlay first, then RocksDB. Writes go to the overlay only; ``commit(_:incarnation:)`` brings all of
/// a transaction into RocksDB in one atomic batch, with the progress it made, and is called only once Kafka has
/// committed. So whatever is in RocksDB is in the changelog, and a killed process finds the store at a committed
/// transaction.
///
/// One thread owns a store from ``init(directory:settings:)`` to ``close()``; the class is not Sendable, and that is
/// all the locking there is.
public final class StateStore {
    /// The layout of keys and values in RocksDB.
    static let format: UInt32 = 1

    private let settings: StateStoreSettings
    private let batch: StateBatch
    private var directory: StoreDirectory?
    private var database: Database?
    private var overlay = StateOverlay()
    private var cache: EntryCache
    private var storedTimers = StoredTimers()
    private var record = CommittedRecord()
    private var scanCount = 0

    /// Opens the store in a directory, which is made if it is not there; `.locked` if another store has it.
    ///
    /// An error that ``StateStoreError/isCuredByRestore`` calls for ``destroy(directory:)``, a second try and a
    /// restore.
    public convenience init(directory path: String, settings: StateStoreSettings) throws(StateStoreError) {
        try self.init(directory: path, on: nil, settings: settings)
    }

    /// Opens the store in a directory of a disk in memory, or of the file system where there is none.
    package init(
        directory path: String, on disk: MemoryDisk?, settings: StateStoreSettings
    ) throws(StateStoreError) {
        self.settings = settings
        cache = EntryCache(byteLimit: settings.entryCacheBytes)
        let directory = try StoreDirectory(path: path, owner: settings.owner, disk: disk)
        self.directory = directory
        let database = try directory.openDatabase(settings)
        batch = StateBatch(for: database)
        record = try CommittedRecord(in: database)
        self.database = database
    }

    deinit {
        close()
    }

    // MARK: Reading and writing

    /// The entry under a key, as the open transaction sees it; nil if there is none.
    public func get(_ key: StateKey) throws(StateStoreError) -> StateEntry? {
        let slot = cache.claim(key)
        if let write = cache.write(of: slot) { return overlay.writes[write].entry }
        if let known = cache.committed(slot) {
            cache.markRead(slot)
            return known
        }
        let entry = try opened.read(key.bytes) { envelope throws(StateCorruption) in
            try StateEnvelope.decode(envelope)
        }
        cache.learn(entry, of: slot)
        return entry
    }

    /// Writes an entry into the open transaction; `timer` and `eventTime` in milliseconds since 1970, nil for none.
    public func put(_ key: StateKey, _ value: [UInt8], timer: Int64?, eventTime: Int64? = nil) {
        let entry = StateEntry(
            value: value, timer: timer, eventTime: eventTime, schemaVersion: settings.schemaVersion)
        write(key, entry)
    }

    /// Deletes an entry and its timer in the open transaction; deleting what is not there is a change like any other.
    public func delete(_ key: StateKey) {
        write(key, nil)
    }

    private func write(_ key: StateKey, _ entry: StateEntry?) {
        let slot = cache.claim(key)
        if let write = cache.write(of: slot) {
            overlay.replace(write, with: entry)
        } else {
            cache.setWrite(overlay.append(key, slot: slot, entry), of: slot)
        }
    }

    /// The first timer, by due time and then by key, that is due by `now`; nil if none is.
    ///
    /// The timer stays until its entry is put again or deleted, so a caller that fires it must do one of both. Costs
    /// two comparisons when nothing is due.
    public func nextTimer(notAfter now: Int64) throws(StateStoreError) -> (due: Int64, key: StateKey)? {
        let stored = try storedTimers.earliest(notAfter: now, in: opened, under: cache, moving: &overlay)
        guard let other = overlay.earliestTimer(notAfter: now, under: cache) else { return stored }
        if let stored, (stored.due, stored.key) < (other.due, other.key) { return stored }
        return (other.due, other.key)
    }

    /// Hands the entries of a table whose keys begin with `prefix` to the body in key order, `limit` of them at most.
    ///
    /// The scan shows the state as it was when it began; the body may read and write meanwhile, and ends the scan by
    /// returning false. `from` is the first key (without the table id) to look at. Throws what the body throws, or a
    /// ``StateStoreError``.
    public func scan(
        table: UInt8, prefix: [UInt8], from: [UInt8]? = nil, limit: Int,
        _ body: (StateKey, StateEntry) throws -> Bool
    ) throws {
        guard limit > 0 else { return }
        let first = StateKey(table: table, key: prefix).bytes
        let start = from.map { StateKey(table: table, key: $0).bytes } ?? first
        let lower = start.orders(before: first) ? first : start
        // A table's id is less than 0xFF, so there is always a key after the prefix.
        guard let upper = first.afterPrefix, lower.orders(before: upper) else { return }
        let written = overlay.writes(from: lower, to: upper)
        scanCount += 1
        defer { scanCount -= 1 }
        try opened.withIterator(from: lower, to: upper, caching: true) { iterator in
            try MergedScan(written: written, limit: limit).run(over: iterator, body)
        }
    }

    // MARK: The transaction

    /// What the overlay holds in memory, about, so that the runtime can end a transaction before it grows too large.
    public var overlayBytes: Int { overlay.byteCount }

    /// The number of keys written in the open transaction.
    public var overlayCount: Int { overlay.count }

    /// Whether the open transaction wrote anything.
    public var isDirty: Bool { overlay.count > 0 }

    /// The last write to each key of the open transaction, in key order: the changelog's records.
    public func changes() -> [StateChange] {
        overlay.sortedIndices().map { index in
            let envelope = overlay.envelope(of: index)
            return StateChange(key: overlay.writes[index].key, entry: overlay.writes[index].entry, value: envelope)
        }
    }

    /// Brings the open transaction into RocksDB, all of it or nothing, and empties the overlay.
    ///
    /// Call it only after the transaction was committed in Kafka. After an error the store is at the last commit and
    /// the overlay is kept: the call may be repeated, or the overlay dropped and the changelog's tail restored.
    /// `incarnation` is given when the changelog partition was begun in this transaction.
    public func commit(_ progress: Progress, incarnation: [UInt8]? = nil) throws(StateStoreError) {
        defer { batch.clear() }
        try addWrites()
        addPassedTimers()
        var next = record
        next.progress = progress
        next.resumeOffset = progress.resumeOffset
        if let incarnation { next.incarnation = incarnation }
        next.put(into: batch, since: record)
        try batch.write(to: opened)
        record = next
        storedTimers.committed(earliest: batch.earliestTimer)
        for write in overlay.writes { cache.commit(write.entry, of: write.slot) }
        endTransaction()
    }

    /// Drops the open transaction: the state is that of the last commit.
    public func discard() {
        for write in overlay.writes { cache.discardWrite(of: write.slot) }
        storedTimers.discarded()
        endTransaction()
    }

    private func endTransaction() {
        overlay.removeAll()
        cache.trim()
    }

    /// Puts the overlay into the batch in key order, which is the order RocksDB is quickest in.
    private func addWrites() throws(StateStoreError) {
        for index in overlay.sortedIndices() {
            let envelope = overlay.envelope(of: index)
            let write = overlay.writes[index]
            let replaced = try StoredTimers.timer(of: write.key, known: cache.committed(write.slot), in: opened)
            if let envelope, let entry = write.entry {
                batch.put(write.key.bytes, envelope: envelope, timer: entry.timer, replacing: replaced)
            } else {
                batch.delete(write.key.bytes, replacing: replaced)
            }
        }
    }

    /// Puts each time that the index's reader has gone past back in front of it, at the timer its entry now has.
    private func addPassedTimers() {
        for passed in storedTimers.passed {
            let write = cache.write(of: passed.key)
            let timer = if let write { overlay.writes[write].entry?.timer } else { passed.committedTimer }
            let position = TimerPosition(due: passed.due, keyBytes: passed.key.bytes)
            if timer == passed.due {
                batch.keepTimer(position)
                continue
            }
            batch.clearTimer(position)
            if let timer, timer > passed.due { batch.setTimer(TimerPosition(due: timer, keyBytes: passed.key.bytes)) }
        }
    }

    // MARK: What was committed

    /// How far the last commit or the restored changelog came; its resume offset is the store's.
    public var progress: Progress? {
        guard var progress = record.progress else { return nil }
        progress.resumeOffset = record.resumeOffset ?? Progress.unknownResumeOffset
        return progress
    }

    /// The next changelog offset to restore from; nil if nothing was ever written.
    ///
    /// In a restore it runs ahead of ``progress``, whose record comes last.
    public var resumeOffset: Int64? { record.resumeOffset }

    /// Tells this changelog partition from another of the same name; nil if none was committed or restored yet.
    public var incarnation: [UInt8]? { record.incarnation }

    /// Hands every committed entry to the body in key order, the open transaction's writes left out.
    ///
    /// Throws what the body throws, or a ``StateStoreError``.
    public func forEachCommitted(_ body: (StateKey, StateEntry) throws -> Void) throws {
        scanCount += 1
        defer { scanCount -= 1 }
        let everything = (from: [StateKey.tables.lowerBound], to: ReservedKey.afterTables)
        try opened.withIterator(from: everything.from, to: everything.to, caching: false) { iterator in
            while try iterator.isOnPair() {
                let (key, entry) = try iterator.entry(key: iterator.key)
                try body(key, entry)
                iterator.advance()
            }
        }
    }

    /// A digest of all committed entries with their timers and versions, by which two stores can be compared.
    public func contentDigest() throws(StateStoreError) -> UInt64 {
        let everything = (from: [StateKey.tables.lowerBound], to: ReservedKey.afterTables)
        return try opened.withIterator(from: everything.from, to: everything.to, caching: false) {
            iterator throws(StateStoreError) in
            var digest = ChangeDigest.initial
            while try iterator.isOnPair() {
                digest = ChangeDigest.link(digest, key: iterator.key.rawSpan, value: iterator.value)
                iterator.advance()
            }
            return digest
        }
    }

    /// RocksDB's own figures, for metrics.
    public var statistics: StateStoreStatistics { StateStoreStatistics(of: opened) }

    // MARK: Restoring

    /// Applies records read from the changelog, in their order, as commits would have.
    ///
    /// Each ``restoredPerBatch`` records are one atomic batch; the resume offset moves with the last of them, so that
    /// a restore that is cut short goes on from the offset before. Needs an empty overlay. A record that does not
    /// decode is `.corrupt`, and its batch is not applied.
    public func applyRestored(_ records: [RestoredRecord], resumeOffset: Int64) throws(StateStoreError) {
        precondition(!isDirty, "a restore needs an empty overlay")
        discard()
        var rest = records[...]
        repeat {
            let part = rest.prefix(Self.restoredPerBatch)
            rest = rest.dropFirst(Self.restoredPerBatch)
            try applyBatch(part, resumeOffset: rest.isEmpty ? resumeOffset : nil)
        } while !rest.isEmpty
    }

    /// The records of one batch of a restore.
    public static let restoredPerBatch = 5_000

    private func applyBatch(_ records: ArraySlice<RestoredRecord>, resumeOffset: Int64?) throws(StateStoreError) {
        defer { batch.clear() }
        var next = record
        // Sorted by key as a commit is; the last of several records of one key is the one that counts, but all are
        // checked.
        let order = KeyOrder.indices(records.indices) { records[$0].key }
        for (place, index) in order.enumerated() {
            let isLast = place + 1 == order.count || records[order[place + 1]].key != records[index].key
            try add(records[index], counts: isLast, to: &next)
        }
        if let resumeOffset { next.resumeOffset = resumeOffset }
        next.put(into: batch, since: record)
        try batch.write(to: opened)
        record = next
        cache.removeAll()
        storedTimers.reset()
    }

    /// Entries are checked but not taken apart: their bytes are what RocksDB stores.
    private func add(
        _ restored: RestoredRecord, counts: Bool, to next: inout CommittedRecord
    ) throws(StateStoreError) {
        if StateKey.isEntry(restored.key) {
            guard let value = restored.value else {
                if counts { batch.delete(restored.key, replacing: nil) }
                return
            }
            do throws(StateCorruption) {
                let timer = try StateEnvelope.header(value.rawSpan).timer
                if counts { batch.put(restored.key, envelope: value, timer: timer, replacing: nil) }
            } catch {
                throw .corrupt(key: restored.key, error)
            }
            return
        }
        switch try ChangelogRecord.decode(key: restored.key, value: restored.value) {
        case .progress(let progress): next.progress = progress
        case .incarnation(let incarnation): next.incarnation = incarnation
        case .entry, .tombstone: break  // Their keys are entries' keys, which were dealt with above.
        }
    }

    // MARK: Life

    /// Empties the store, progress and incarnation included; the directory stays locked. After an error the store is
    /// closed.
    public func wipe() throws(StateStoreError) {
        precondition(scanCount == 0, "a store is not wiped within a scan of it")
        guard let directory else { preconditionFailure("the store is closed") }
        discard()
        database = nil
        cache.removeAll()
        storedTimers.reset()
        do throws(StateStoreError) {
            try directory.deleteDatabase()
            let database = try directory.openDatabase(settings)
            record = try CommittedRecord(in: database)
            self.database = database
        } catch {
            self.directory = nil
            throw error
        }
    }

    /// Brings what was committed from the write buffer into a table file, so that the log to replay stays short.
    ///
    /// Due every 30 to 60 s, and without the write-ahead log the bound of what a kill costs. Waits for the disk
    /// unless told not to.
    public func flush(waiting: Bool = true) throws(StateStoreError) {
        try opened.flush(waiting: waiting)
    }

    /// Flushes and closes the store, dropping the open transaction; a second call does nothing, any other call traps.
    public func close() {
        guard let database else { return }
        precondition(scanCount == 0, "a store is not closed within a scan of it")
        discard()
        // What cannot be flushed is in the log, or in the changelog: nothing is lost that a reopen would not find.
        try? database.flush(waiting: true)
        self.database = nil
        directory = nil
    }

    /// Deletes a store that nobody has open; `.locked` if somebody has. A directory that is not there is no error.
    public static func destroy(directory path: String) throws(StateStoreError) {
        try destroy(directory: path, on: nil)
    }

    /// Deletes a store on a disk in memory, or in the file system where there is none.
    package static func destroy(directory path: String, on disk: MemoryDisk?) throws(StateStoreError) {
        guard StoreDirectory.exists(path, disk: disk) else { return }
        try StoreDirectory(path: path, owner: "destroy", disk: disk).deleteAll()
    }

    private var opened: Database {
        guard let database else { preconditionFailure("the store is closed") }
        return database
    }
}
