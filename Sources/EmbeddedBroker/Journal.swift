import BrokerCore
import KafkaProtocol

/// Keeps the broker's changes on disk, in the order in which they took effect.
///
///     append(changes) … append(changes) ─▶ commit() ─▶ one frame, one write(2) ─▶ answers may go
///
/// A generation is a snapshot and what came after it, in files of limited size. When the files have grown to more than
/// twice of what is alive, `rewrite` begins the next generation; the manifest says which one counts.
final class Journal {
    /// A frame is closed at this size, though its round may go on.
    private static let frameBytes = 4 << 20

    private let folder: DataFolder
    private let log: BrokerLog
    private let segmentBytes: Int
    private let snapshotMinBytes: Int
    private let syncs: Bool

    private var segment: JournalSegment
    private var file: Descriptor
    private var fileBytes: Int
    private var nextFrame: UInt64
    private var writer: ProtocolWriter?
    private var lastFrameBytes = 4_096
    /// Bytes of the generation so far, and of what was alive when that was last looked at.
    private var totalBytes: Int
    private var liveBytes: Int
    private var failure: JournalError?

    private init(
        folder: DataFolder, settings: EmbeddedBrokerSettings, segment: JournalSegment, file: Descriptor,
        fileBytes: Int, nextFrame: UInt64, totalBytes: Int
    ) {
        self.folder = folder
        self.segment = segment
        self.file = file
        self.fileBytes = fileBytes
        self.nextFrame = nextFrame
        self.totalBytes = totalBytes
        liveBytes = 0
        log = settings.log
        segmentBytes = settings.segmentBytes
        snapshotMinBytes = settings.snapshotMinBytes
        syncs = settings.syncsToDisk
    }

    /// Takes the folder, hands its changes to `apply` in order, and is ready for more.
    static func open(
        _ path: String, _ settings: EmbeddedBrokerSettings, _ apply: (Change) -> Void
    ) throws(JournalError) -> Journal {
        let folder = try DataFolder(path)
        var manifest = DataFolder.Manifest(generation: 1, snapshotFrames: 0)
        if let kept = try folder.manifest() { manifest = kept } else { try folder.replace(manifest) }
        // What a crash has left of a generation before it came into force, or after.
        for file in try folder.segments() where file.generation != manifest.generation {
            try folder.delete(JournalSegment.name(file.generation, file.number))
        }
        var replay = JournalReplay(folder: folder, manifest: manifest, settings: settings)
        try replay.run(apply)
        guard let last = replay.last else {
            let segment = Self.newSegment(manifest.generation, 1, firstFrame: replay.nextFrame)
            let file = try Self.create(segment, in: folder, syncs: settings.syncsToDisk)
            return Journal(
                folder: folder, settings: settings, segment: segment, file: file,
                fileBytes: JournalSegment.headerBytes, nextFrame: replay.nextFrame, totalBytes: 0)
        }
        return Journal(
            folder: folder, settings: settings, segment: last.segment, file: try folder.open(last.segment.name),
            fileBytes: last.bytes, nextFrame: replay.nextFrame, totalBytes: replay.totalBytes)
    }

    private static func newSegment(_ generation: UInt32, _ number: UInt32, firstFrame: UInt64) -> JournalSegment {
        JournalSegment(
            generation: generation, number: number, firstFrame: firstFrame, salt: .random(in: .min ... .max))
    }

    private static func create(
        _ segment: JournalSegment, in folder: DataFolder, syncs: Bool
    ) throws(JournalError) -> Descriptor {
        let file = try folder.create(segment.name)
        try DataFolder.write(segment.header, to: file, segment.name)
        if syncs {
            try DataFolder.sync(file, segment.name)
            try folder.sync()
        }
        return file
    }

    // MARK: Appending

    /// Takes changes into the frame that `commit` writes; an error waits for it.
    func append(_ changes: [Change]) {
        guard !changes.isEmpty, failure == nil else { return }
        for change in changes {
            var open = writer ?? JournalFrame.begin(number: nextFrame, reserving: lastFrameBytes)
            // The writer has one owner while it grows, or each change would copy all before it.
            writer = nil
            ChangeCodec.write(change, to: &open)
            let isFull = open.bytes.count >= Self.frameBytes
            writer = open
            if isFull { seal() }
        }
    }

    private func seal() {
        do throws(JournalError) {
            try writeFrame()
        } catch {
            failure = error
        }
    }

    /// Keeps what was appended; only after this may it be acknowledged.
    func commit() throws(JournalError) {
        if let failure { throw failure }
        guard writer != nil else { return }
        do throws(JournalError) {
            try writeFrame()
            if syncs { try DataFolder.sync(file, segment.name) }
        } catch {
            failure = error
            throw error
        }
    }

    private func writeFrame() throws(JournalError) {
        guard let open = writer else { return }
        writer = nil
        if fileBytes >= segmentBytes { try roll() }
        let frame = JournalFrame.end(open, salt: segment.salt)
        try DataFolder.write(frame, to: file, folder.path(segment.name))
        nextFrame += 1
        fileBytes += frame.count
        totalBytes += frame.count
        lastFrameBytes = frame.count + frame.count / 4
    }

    private func roll() throws(JournalError) {
        if syncs { try DataFolder.sync(file, segment.name) }
        let next = Self.newSegment(segment.generation, segment.number + 1, firstFrame: nextFrame)
        file = try Self.create(next, in: folder, syncs: syncs)
        segment = next
        fileBytes = JournalSegment.headerBytes
    }

    /// Waits for the disk and ends.
    func close() {
        do throws(JournalError) {
            try commit()
            try DataFolder.sync(file, segment.name)
        } catch {
            log(.error, "the journal could not be closed: \(error)")
        }
    }

    // MARK: Snapshots

    /// Whether so much has been written since that a snapshot may be worth its time.
    var wantsSnapshot: Bool { failure == nil && totalBytes > max(snapshotMinBytes, 2 * liveBytes) }

    /// Begins a generation with a snapshot, if that is less than half of what the files hold.
    ///
    /// A snapshot that cannot be written is given up and said; the generation in force goes on.
    func rewrite(_ snapshot: [Change]) {
        liveBytes = snapshot.reduce(0) { $0 + Self.size($1) }
        guard wantsSnapshot else { return }
        let next = JournalSegment(
            generation: segment.generation + 1, number: 1, firstFrame: 0, salt: .random(in: .min ... .max))
        do throws(JournalError) {
            try swap(to: next, snapshot)
        } catch {
            log(.warning, "no snapshot could be made: \(error)")
            deleteFiles { $0 == next.generation }
            // Not at once again: it is as likely to fail.
            liveBytes = max(liveBytes, totalBytes)
        }
    }

    private func swap(to first: JournalSegment, _ snapshot: [Change]) throws(JournalError) {
        let fresh = Journal(
            folder: folder, first, file: try Self.create(first, in: folder, syncs: false), like: self)
        fresh.append(snapshot)
        try fresh.commit()
        try DataFolder.sync(fresh.file, fresh.segment.name)
        try folder.replace(DataFolder.Manifest(generation: first.generation, snapshotFrames: fresh.nextFrame))
        let old = segment.generation
        log(.info, "snapshot: \(totalBytes) bytes of journal became \(fresh.totalBytes)")
        segment = fresh.segment
        file = fresh.file
        fileBytes = fresh.fileBytes
        nextFrame = fresh.nextFrame
        totalBytes = fresh.totalBytes
        liveBytes = fresh.totalBytes
        deleteFiles { $0 == old }
    }

    /// A journal for a snapshot; its files are synced as they are closed.
    private init(folder: DataFolder, _ segment: JournalSegment, file: Descriptor, like other: Journal) {
        self.folder = folder
        self.segment = segment
        self.file = file
        fileBytes = JournalSegment.headerBytes
        nextFrame = 0
        totalBytes = 0
        liveBytes = 0
        log = other.log
        segmentBytes = other.segmentBytes
        snapshotMinBytes = other.snapshotMinBytes
        syncs = true
    }

    private func deleteFiles(_ isDeleted: (UInt32) -> Bool) {
        do throws(JournalError) {
            for file in try folder.segments() where isDeleted(file.generation) {
                try folder.delete(JournalSegment.name(file.generation, file.number))
            }
        } catch {
            // They go at the next start.
            log(.warning, "old journal files are left: \(error)")
        }
    }

    /// About how many bytes a change takes.
    private static func size(_ change: Change) -> Int {
        switch change {
        case .appended(_, _, let batch): batch.count + 40
        case .compacted(_, _, let batches, _): batches.reduce(40) { $0 + $1.count + 4 }
        case .topicCreated, .topicDeleted, .partitionsAdded, .topicConfigured, .brokerConfigured, .logStartMoved,
            .producerKept, .producerIDsUsed, .transaction, .transactionForgotten, .offset, .offsetsPending,
            .offsetsResolved, .group, .groupForgotten:
            200
        }
    }
}
