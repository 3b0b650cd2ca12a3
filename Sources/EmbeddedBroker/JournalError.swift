/// Says why the broker's data cannot be read or kept, and what can be done about it.
public enum JournalError: Error, Equatable, CustomStringConvertible {
    /// Another broker uses the folder.
    case locked(folder: String)
    /// The folder holds something else.
    case foreign(folder: String, found: String)
    /// A newer program has written it.
    case newer(folder: String, version: Int, supported: Int)
    /// Good data follows bad: this is no crash's torn end.
    case corrupt(file: String, offset: Int, reason: String)
    /// A file, or frames between two files, are missing.
    case incomplete(folder: String, reason: String)
    /// The operating system refuses.
    case system(action: String, reason: String)

    public var description: String {
        switch self {
        case .locked(let folder):
            "\(folder) is in use by another broker; stop that one, or give this one a folder of its own"
        case .foreign(let folder, let found):
            "\(folder) is no folder of growth-broker: it holds \(found); give it an empty or a new folder"
        case .newer(let folder, let version, let supported):
            """
            \(folder) was written by a newer growth-broker (format \(version), this one reads \(supported)); \
            use that one, or another folder
            """
        case .corrupt(let file, let offset, let reason):
            """
            \(file) is corrupt at byte \(offset) (\(reason)) and good data follows, so this is not the end that a \
            crash tears; bring the folder back from a copy, or start once with --salvage to drop all from there on
            """
        case .incomplete(let folder, let reason):
            "\(folder) is not complete: \(reason); bring it back from a copy, or start with another folder"
        case .system(let action, let reason):
            "\(action): \(reason)"
        }
    }
}
