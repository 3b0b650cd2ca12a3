/// A store's directory on a disk in memory, held by one store at a time.
final class MemoryDirectory {
    let folder: MemoryFolder
    private let disk: MemoryDisk
    private let path: String
    private let hold: Hold

    /// One holder, by identity.
    final class Hold {
        let owner: String
        init(owner: String) { self.owner = owner }
    }

    /// Creates the directory if need be and takes it; `.locked` if another holder has it.
    init(path: String, owner: String, on disk: MemoryDisk) throws(StateStoreError) {
        self.path = path
        self.disk = disk
        hold = Hold(owner: owner)
        if let refusal = disk.refusal?(.open, path) { throw refusal }
        let folder = disk.folder(path)
        if let holder = folder.holder { throw .locked(by: holder.owner) }
        self.folder = folder
        folder.holder = hold
    }

    deinit {
        if isHeld { folder.holder = nil }
    }

    /// False after a crash: the directory is gone, or somebody else's.
    private var isHeld: Bool { folder.holder === hold }

    /// Throws once the disk has crashed.
    func check() throws(StateStoreError) {
        guard isHeld else {
            throw .failed(operation: "use \(path)", message: "the disk has crashed since it was opened")
        }
    }

    /// Throws where the disk will not do it.
    func ask(_ operation: MemoryDisk.Operation) throws(StateStoreError) {
        try check()
        if let refusal = disk.refusal?(operation, path) { throw refusal }
    }

    func deleteDatabase() throws(StateStoreError) {
        try ask(.delete)
        folder.empty()
    }

    func deleteAll() throws(StateStoreError) {
        try deleteDatabase()
        disk.remove(path)
    }
}
