import BrokerCore

/// Reads a generation's files after a start and finds where the good data ends.
struct JournalReplay {
    let folder: DataFolder
    let manifest: DataFolder.Manifest
    let settings: EmbeddedBrokerSettings

    private(set) var nextFrame: UInt64 = 0
    private(set) var totalBytes = 0
    /// The last file and how long it is; nil where there is none.
    private(set) var last: (segment: JournalSegment, bytes: Int)?

    init(folder: DataFolder, manifest: DataFolder.Manifest, settings: EmbeddedBrokerSettings) {
        self.folder = folder
        self.manifest = manifest
        self.settings = settings
    }

    /// Where a file's good data ends before the file does.
    private struct Fault {
        var offset: Int
        var reason: String
    }

    mutating func run(_ apply: (Change) -> Void) throws(JournalError) {
        let numbers = try folder.segments().map(\.number)
        for (index, number) in numbers.enumerated() {
            guard number == UInt32(index + 1) else {
                throw .incomplete(
                    folder: folder.path,
                    reason: "\(JournalSegment.name(manifest.generation, UInt32(index + 1))) is missing")
            }
            let name = JournalSegment.name(manifest.generation, number)
            let bytes = try folder.read(name)
            guard let fault = try replay(name, bytes, number, apply) else { continue }
            try end(at: fault, name, bytes, later: Array(numbers[(index + 1)...]))
            break
        }
        guard nextFrame >= manifest.snapshotFrames else {
            throw .incomplete(
                folder: folder.path,
                reason: "the snapshot has \(manifest.snapshotFrames) frames, \(nextFrame) of them are here")
        }
    }

    private mutating func replay(
        _ name: String, _ bytes: [UInt8], _ number: UInt32, _ apply: (Change) -> Void
    ) throws(JournalError) -> Fault? {
        guard let segment = JournalSegment(bytes), segment.generation == manifest.generation,
            segment.number == number
        else { return Fault(offset: 0, reason: "the file's header is bad") }
        guard segment.firstFrame == nextFrame else {
            throw .incomplete(
                folder: folder.path,
                reason: "\(name) begins with frame \(segment.firstFrame), frame \(nextFrame) should come")
        }
        var place = JournalSegment.headerBytes
        while place < bytes.count {
            guard let frame = JournalFrame.find(in: bytes, at: place, salt: segment.salt), frame.number == nextFrame
            else {
                last = (segment, place)
                return Fault(offset: place, reason: "a frame's check does not fit")
            }
            guard frame.version <= ChangeCodec.version else {
                throw .newer(
                    folder: folder.path, version: Int(frame.version), supported: Int(ChangeCodec.version))
            }
            do throws(ChangeCodec.Fault) {
                try JournalFrame.changes(of: frame, in: bytes, apply)
            } catch {
                throw .corrupt(file: folder.path(name), offset: place, reason: "changes that cannot be read: \(error)")
            }
            nextFrame += 1
            totalBytes += frame.end - place
            place = frame.end
        }
        last = (segment, place)
        return nil
    }

    /// Cuts a torn end off. Good data behind it means that this is none.
    private mutating func end(
        at fault: Fault, _ name: String, _ bytes: [UInt8], later: [UInt32]
    ) throws(JournalError) {
        let isCorrupt = !later.isEmpty || hasGoodData(behind: fault, bytes)
        guard !isCorrupt || settings.salvagesJournal else {
            throw .corrupt(file: folder.path(name), offset: fault.offset, reason: fault.reason)
        }
        for number in later { try folder.delete(JournalSegment.name(manifest.generation, number)) }
        if fault.offset < JournalSegment.headerBytes {
            try folder.delete(name)
            // The file before it, if any, is whole and goes on.
        } else {
            try folder.cut(name, to: fault.offset)
        }
        let kind = isCorrupt ? "salvaged: " : "a torn end: "
        settings.log(.warning, "\(kind)\(bytes.count - fault.offset) bytes of \(name) cut off at \(fault.offset)")
    }

    private func hasGoodData(behind fault: Fault, _ bytes: [UInt8]) -> Bool {
        guard let segment = JournalSegment(bytes), fault.offset >= JournalSegment.headerBytes else {
            // Without the header no frame can be checked: only what never held one is a torn end.
            return bytes.count > JournalSegment.headerBytes && bytes.contains { $0 != 0 }
        }
        return JournalFrame.exists(in: bytes, from: fault.offset + 1, salt: segment.salt)
    }
}
