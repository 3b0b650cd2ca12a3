/// A store's directory, on a file system or on a disk in memory, and the way to the database in it.
enum StoreDirectory {
    case files(StateDirectory)
    case memory(MemoryDirectory)

    /// Creates the directory if need be and takes it; `.locked` if another holder has it.
    init(path: String, owner: String, disk: MemoryDisk?) throws(StateStoreError) {
        if let disk {
            self = .memory(try MemoryDirectory(path: path, owner: owner, on: disk))
        } else {
            self = .files(try StateDirectory(path: path, owner: owner))
        }
    }

    func openDatabase(_ settings: StateStoreSettings) throws(StateStoreError) -> Database {
        switch self {
        case .files(let directory):
            .rocks(try RocksDatabase(path: directory.databasePath, options: RocksOptions(settings)))
        case .memory(let directory): .memory(try MemoryDatabase(directory, settings: settings))
        }
    }

    /// Deletes the database, which must be closed.
    func deleteDatabase() throws(StateStoreError) {
        switch self {
        case .files(let directory): try directory.deleteDatabase()
        case .memory(let directory): try directory.deleteDatabase()
        }
    }

    /// Deletes everything; the directory is held up to the end.
    func deleteAll() throws(StateStoreError) {
        switch self {
        case .files(let directory): try directory.deleteAll()
        case .memory(let directory): try directory.deleteAll()
        }
    }

    static func exists(_ path: String, disk: MemoryDisk?) -> Bool {
        disk.map { $0.exists(path) } ?? StateDirectory.exists(path)
    }
}
