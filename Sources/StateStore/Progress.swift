/// How far a task has come: written in the same batch as the state it describes, and into the changelog with it.
public struct Progress: Equatable, Sendable {
    /// Stands for a resume offset in the changelog's own bytes: a record cannot know where it will lie.
    public static let unknownResumeOffset: Int64 = -1

    /// The next offset to read of each input topic; the partition is the task's.
    public var inputOffsets: [String: Int64]

    /// The next changelog offset to restore from: the highest delivered one plus 1.
    ///
    /// It stays with the local store. Progress read from a changelog has ``unknownResumeOffset``.
    public var resumeOffset: Int64

    /// Counts the task's committed transactions.
    public var transactionNumber: UInt64

    /// The greatest event time seen, in milliseconds since 1970.
    public var streamTime: Int64

    /// The state schema of the program that committed.
    public var schemaVersion: UInt32

    /// The ``ChangeDigest`` of all transactions up to this one.
    public var digest: UInt64

    /// Makes progress of its parts.
    public init(
        inputOffsets: [String: Int64], resumeOffset: Int64, transactionNumber: UInt64, streamTime: Int64,
        schemaVersion: UInt32, digest: UInt64
    ) {
        self.inputOffsets = inputOffsets
        self.resumeOffset = resumeOffset
        self.transactionNumber = transactionNumber
        self.streamTime = streamTime
        self.schemaVersion = schemaVersion
        self.digest = digest
    }
}
