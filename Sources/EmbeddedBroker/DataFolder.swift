import Foundation
import Glibc

/// The folder of a durable broker, held by one process at a time.
///
/// | path | what |
/// | --- | --- |
/// | `lock` | locked while a broker has the folder |
/// | `manifest` | the format's version, the generation in force, and how many frames its snapshot has |
/// | `manifest.new` | the next manifest, before it takes its place |
/// | `journal-G-N` | file N of generation G |
final class DataFolder {
    static let formatVersion = 1
    private static let title = "growth-broker journal"

    let path: String
    private let lock: Descriptor

    /// Which generation counts.
    struct Manifest: Equatable {
        var generation: UInt32
        /// Frames that its snapshot has; fewer are an incomplete folder.
        var snapshotFrames: UInt64
    }

    /// Creates the folder if need be and takes its lock.
    init(_ path: String) throws(JournalError) {
        self.path = path
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw .system(action: "create \(path)", reason: Self.reason(error))
        }
        let lockPath = path + "/lock"
        // Nothing is made in a folder that belongs to something else.
        let names = try Self.names(path)
        if let foreign = names.first(where: { !Self.isOurs($0) }) {
            throw .foreign(folder: path, found: "\"\(foreign)\"")
        }
        let number = unsafe Glibc.open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard number >= 0 else { throw Self.failure("open \(lockPath)") }
        lock = Descriptor(number)
        guard flock(number, LOCK_EX | LOCK_NB) == 0 else {
            if errno == EWOULDBLOCK { throw .locked(folder: path) }
            throw Self.failure("lock \(lockPath)")
        }
    }

    /// Not by the descriptor's end alone: a child process that has not yet begun its own program may have it, too.
    deinit { _ = flock(lock.number, LOCK_UN) }

    private static func isOurs(_ name: String) -> Bool {
        ["lock", "manifest", "manifest.new"].contains(name) || JournalSegment.parse(name: name) != nil
    }

    private static func names(_ path: String) throws(JournalError) -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: path).sorted()
        } catch {
            throw .system(action: "list \(path)", reason: reason(error))
        }
    }

    private static func reason(_ error: any Error) -> String {
        let cause = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
        return cause?.localizedDescription ?? error.localizedDescription
    }

    static func failure(_ action: String) -> JournalError {
        .system(action: action, reason: SystemError(errno).description)
    }

    // MARK: Files

    /// The journal files, in order.
    func segments() throws(JournalError) -> [(generation: UInt32, number: UInt32)] {
        try Self.names(path).compactMap { JournalSegment.parse(name: $0) }.sorted { $0 < $1 }
    }

    func path(_ name: String) -> String { path + "/" + name }

    /// Makes a new file; one of that name is emptied.
    func create(_ name: String) throws(JournalError) -> Descriptor {
        let number = unsafe Glibc.open(path(name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard number >= 0 else { throw Self.failure("create \(path(name))") }
        return Descriptor(number)
    }

    /// Opens a file to go on at its end.
    func open(_ name: String) throws(JournalError) -> Descriptor {
        let number = unsafe Glibc.open(path(name), O_WRONLY | O_APPEND | O_CLOEXEC)
        guard number >= 0 else { throw Self.failure("open \(path(name))") }
        return Descriptor(number)
    }

    func read(_ name: String) throws(JournalError) -> [UInt8] {
        let number = unsafe Glibc.open(path(name), O_RDONLY | O_CLOEXEC)
        guard number >= 0 else { throw Self.failure("read \(path(name))") }
        let file = Descriptor(number)
        var status = stat()
        guard unsafe fstat(number, &status) == 0 else { throw Self.failure("read \(path(name))") }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Int(status.st_size))
        var part = [UInt8](repeating: 0, count: min(1 << 20, max(1, Int(status.st_size))))
        while true {
            switch file.read(into: &part) {
            case .bytes(let count): bytes += part[0..<count]
            case .end: return bytes
            case .wouldBlock: continue
            case .failed(let error): throw .system(action: "read \(path(name))", reason: error.description)
            }
        }
    }

    /// Cuts a file off.
    func cut(_ name: String, to length: Int) throws(JournalError) {
        guard unsafe truncate(path(name), length) == 0 else { throw Self.failure("cut \(path(name))") }
    }

    func delete(_ name: String) throws(JournalError) {
        guard unsafe unlink(path(name)) == 0 else { throw Self.failure("delete \(path(name))") }
    }

    /// Writes all of it, or throws: a full disk is an error here, never a short write that passes for a whole one.
    static func write(_ bytes: [UInt8], to file: Descriptor, _ name: String) throws(JournalError) {
        var written = 0
        while written < bytes.count {
            switch file.write(bytes, from: written) {
            case .bytes(let count): written += count
            case .wouldBlock: continue
            case .end: throw .system(action: "write \(name)", reason: "nothing was taken")
            case .failed(let error): throw .system(action: "write \(name)", reason: error.description)
            }
        }
    }

    /// Waits until the file's bytes are on the disk.
    static func sync(_ file: Descriptor, _ name: String) throws(JournalError) {
        guard fdatasync(file.number) == 0 else { throw failure("sync \(name)") }
    }

    /// Waits until the names in the folder are on the disk.
    func sync() throws(JournalError) {
        let number = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard number >= 0 else { throw Self.failure("open \(path)") }
        let folder = Descriptor(number)
        guard fsync(folder.number) == 0 else { throw Self.failure("sync \(path)") }
    }

    // MARK: Manifest

    /// The manifest; nil where the folder is new.
    func manifest() throws(JournalError) -> Manifest? {
        guard unsafe access(path("manifest"), F_OK) == 0 else {
            if let file = try segments().first {
                let name = JournalSegment.name(file.generation, file.number)
                throw .incomplete(folder: path, reason: "there is \(name) and no manifest")
            }
            return nil
        }
        let lines = String(decoding: try read("manifest"), as: UTF8.self).split(separator: "\n")
        let words = lines.map { $0.split(separator: " ").map(String.init) }
        guard let first = lines.first, first.hasPrefix(Self.title), let version = words[0].last.flatMap({ Int($0) })
        else { throw .foreign(folder: path, found: "a manifest of something else") }
        guard version <= Self.formatVersion else {
            throw .newer(folder: path, version: version, supported: Self.formatVersion)
        }
        guard words.count >= 3, words[1].count == 2, words[2].count == 2, let generation = UInt32(words[1][1]),
            let frames = UInt64(words[2][1])
        else { throw .incomplete(folder: path, reason: "the manifest cannot be read") }
        return Manifest(generation: generation, snapshotFrames: frames)
    }

    /// Puts another generation in force, at once and for good.
    func replace(_ manifest: Manifest) throws(JournalError) {
        let text = """
            \(Self.title) \(Self.formatVersion)
            generation \(manifest.generation)
            snapshot-frames \(manifest.snapshotFrames)

            """
        let file = try create("manifest.new")
        try Self.write(Array(text.utf8), to: file, "manifest.new")
        try Self.sync(file, "manifest.new")
        guard unsafe rename(path("manifest.new"), path("manifest")) == 0 else {
            throw Self.failure("rename \(path("manifest.new"))")
        }
        try sync()
    }
}
