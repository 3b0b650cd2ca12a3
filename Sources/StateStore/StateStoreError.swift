/// Why the store could not do what it was asked; each case says who must act.
public enum StateStoreError: Error, Equatable, Sendable {
    /// Another process, or another store of this process, has the directory open: never share one, fail loudly.
    case locked(by: String)

    /// Bytes under this key do not decode: fail closed, or wipe and restore from the changelog.
    case corrupt(key: [UInt8], StateCorruption)

    /// RocksDB found its own files damaged: wipe and restore from the changelog.
    case damaged(operation: String, message: String)

    /// The directory was written by an incompatible program: destroy it and restore, or run the right program.
    case unsupportedFormat(found: UInt32, supported: UInt32)

    /// The file system or RocksDB refused (disk full, permissions, too many files): mend the machine, then try again.
    case failed(operation: String, message: String)

    /// Whether throwing the local store away and restoring it from the changelog is the cure.
    public var isCuredByRestore: Bool {
        switch self {
        case .corrupt, .damaged, .unsupportedFormat: true
        case .locked, .failed: false
        }
    }
}

extension StateStoreError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .locked(let owner): "state directory is in use: \(owner)"
        case .corrupt(let key, let corruption): "corrupt state under key \(Self.hexadecimal(key)): \(corruption)"
        case .damaged(let operation, let message): "RocksDB files are damaged (\(operation)): \(message)"
        case .unsupportedFormat(let found, let supported):
            "state directory has format \(found), this program reads \(supported)"
        case .failed(let operation, let message): "state store could not \(operation): \(message)"
        }
    }

    /// Keys may be long and are only shown to be found again: the first 64 bytes do.
    private static func hexadecimal(_ key: [UInt8]) -> String {
        let digits = Array("0123456789abcdef")
        let shown = key.prefix(64).map { "\(digits[Int($0 >> 4)])\(digits[Int($0 & 15)])" }.joined()
        return key.count > 64 ? "\(shown)… (\(key.count) bytes)" : shown
    }
}
