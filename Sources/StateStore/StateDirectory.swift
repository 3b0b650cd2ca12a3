import Glibc

/// A store's directory on disk, held by one store at a time.
///
/// | path | what |
/// | --- | --- |
/// | `owner.lock` | locked while the directory is held; its text says by whom, for people |
/// | `rocksdb/` | the database |
/// | `rocksdb.discarded/` | a wiped database not yet deleted |
final class StateDirectory {
    private let path: String
    private let lock: CInt

    /// Tries at the lock when the file is removed under our hands by a `destroy` at the same time.
    private static let lockAttempts = 16

    /// Creates the directory if need be and takes its lock; `.locked` if another holder has it.
    init(path: String, owner: String) throws(StateStoreError) {
        try Self.createFolders(path)
        self.path = path
        lock = try Self.takeLock("\(path)/owner.lock", owner: owner)
        do {
            try deleteDiscarded()
        } catch {
            _ = close(lock)
            throw error
        }
    }

    // The kernel drops the lock with the descriptor, after a kill too. The file stays: its removal would let two in.
    deinit {
        _ = close(lock)
    }

    var databasePath: String { "\(path)/rocksdb" }

    private var discardedPath: String { "\(path)/rocksdb.discarded" }

    /// Deletes the database, which must be closed.
    ///
    /// The rename comes first: a kill in the middle must not leave half a database that opens as an older one.
    func deleteDatabase() throws(StateStoreError) {
        guard exists(databasePath) else { return }
        guard unsafe rename(databasePath, discardedPath) == 0 else { throw Self.failure("rename \(databasePath)") }
        try deleteDiscarded()
    }

    /// Deletes everything; the lock is held up to the end.
    func deleteAll() throws(StateStoreError) {
        try deleteDatabase()
        guard unsafe unlink("\(path)/owner.lock") == 0 else { throw Self.failure("delete \(path)/owner.lock") }
        // What others have put there is theirs to delete.
        guard unsafe rmdir(path) == 0 || errno == ENOTEMPTY || errno == EEXIST else {
            throw Self.failure("delete \(path)")
        }
    }

    static func exists(_ path: String) -> Bool {
        unsafe access(path, F_OK) == 0
    }

    private func exists(_ path: String) -> Bool { Self.exists(path) }

    /// RocksDB keeps plain files only, so one level is all there is.
    private func deleteDiscarded() throws(StateStoreError) {
        guard let folder = unsafe opendir(discardedPath) else {
            if errno == ENOENT { return }
            throw Self.failure("open \(discardedPath)")
        }
        let descriptor = unsafe dirfd(folder)
        while let item = unsafe readdir(folder) {
            _ = unsafe withUnsafePointer(to: &item.pointee.d_name) { name in
                unsafe name.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe unlinkat(descriptor, $0, 0) }
            }
        }
        _ = unsafe closedir(folder)
        guard unsafe rmdir(discardedPath) == 0 else { throw Self.failure("delete \(discardedPath)") }
    }

    private static func takeLock(_ path: String, owner: String) throws(StateStoreError) -> CInt {
        for _ in 0..<lockAttempts {
            let file = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
            guard file >= 0 else { throw failure("open \(path)") }
            guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
                let refused = errno
                let holder = text(of: file)
                _ = close(file)
                guard refused == EWOULDBLOCK else { throw failure("lock \(path)", refused) }
                throw .locked(by: holder)
            }
            if names(path, file) {
                describe(owner, in: file)
                return file
            }
            _ = close(file)
        }
        throw .failed(operation: "lock \(path)", message: "the file is being removed again and again")
    }

    /// Whether the path still leads to the file that was locked, and not to a successor.
    private static func names(_ path: String, _ file: CInt) -> Bool {
        var held = stat()
        var named = stat()
        guard unsafe fstat(file, &held) == 0, unsafe stat(path, &named) == 0 else { return false }
        return held.st_ino == named.st_ino && held.st_dev == named.st_dev
    }

    /// The text is for people; if it cannot be written, the lock holds all the same.
    private static func describe(_ owner: String, in file: CInt) {
        var host = [CChar](repeating: 0, count: 256)
        _ = unsafe gethostname(&host, host.count - 1)
        let name = String(decoding: host.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let text = Array("pid \(getpid()) on \(name)\(owner.isEmpty ? "" : " as \(owner)")".utf8)
        _ = ftruncate(file, 0)
        _ = unsafe pwrite(file, text, text.count, 0)
    }

    private static func text(of file: CInt) -> String {
        var bytes = [UInt8](repeating: 0, count: 512)
        let count = unsafe pread(file, &bytes, bytes.count, 0)
        return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : "unknown"
    }

    /// State is about people: folders are made for the owner alone.
    private static func createFolders(_ path: String) throws(StateStoreError) {
        var ends = path.indices.dropFirst().filter { path[$0] == "/" }
        ends.append(path.endIndex)
        for end in ends where !exists(String(path[..<end])) {
            guard unsafe mkdir(String(path[..<end]), 0o700) == 0 || errno == EEXIST else {
                throw failure("create \(path[..<end])")
            }
        }
    }

    private static func failure(_ operation: String, _ code: CInt = errno) -> StateStoreError {
        .failed(operation: operation, message: unsafe String(cString: strerror(code)))
    }
}
