/// What one record of a changelog means.
public enum ChangelogRecord: Equatable, Sendable {
    /// An entry was put.
    case entry(StateKey, StateEntry)
    /// An entry was deleted.
    case tombstone(StateKey)
    /// A transaction was committed; its resume offset is ``Progress/unknownResumeOffset``.
    case progress(Progress)
    /// The changelog partition was begun; a store with another incarnation is not a copy of it.
    case incarnation([UInt8])

    /// The record's bytes, deterministic.
    public static func encode(_ record: ChangelogRecord) -> RestoredRecord {
        switch record {
        case .entry(let key, let entry): RestoredRecord(key: key.bytes, value: StateEnvelope.encode(entry))
        case .tombstone(let key): RestoredRecord(key: key.bytes, value: nil)
        case .progress(let progress):
            RestoredRecord(key: ReservedKey.progress, value: ProgressCodec.encode(progress))
        case .incarnation(let incarnation):
            RestoredRecord(key: ReservedKey.incarnation, value: ProgressCodec.encode(incarnation: incarnation))
        }
    }

    /// Reads a record's bytes; everything that ``encode(_:)`` would not have written is `StateStoreError.corrupt`.
    public static func decode(key: [UInt8], value: [UInt8]?) throws(StateStoreError) -> ChangelogRecord {
        do throws(StateCorruption) {
            if let stateKey = StateKey(stored: key) {
                guard let value else { return .tombstone(stateKey) }
                return .entry(stateKey, try StateEnvelope.decode(value))
            }
            switch key {
            case ReservedKey.progress:
                guard let value else { throw .reservedTombstone }
                return .progress(try ProgressCodec.decodeProgress(value))
            case ReservedKey.incarnation:
                guard let value else { throw .reservedTombstone }
                return .incarnation(try ProgressCodec.decodeIncarnation(value))
            default: throw .unknownReservedKey
            }
        } catch {
            throw .corrupt(key: key, error)
        }
    }
}
