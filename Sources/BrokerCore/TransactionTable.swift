import KafkaProtocol

/// The state of all transactional ids, and the counter of producer ids.
struct TransactionTable {
    /// The producer id that is handed out next.
    private(set) var nextProducerID: Int64 = 0
    private var records: [String: TransactionRecord] = [:]
    /// Ids whose transaction is open, and those whose markers are being written.
    private(set) var open: Set<String> = []
    private(set) var preparing: Set<String> = []

    /// When the markers of an id are written; it has no entry where nothing but a caller writes them.
    private var markersDue: [String: Int64] = [:]
    private(set) var earliestMarkers: Int64?
    /// When open transactions are next looked at for their time-out.
    var nextScan: Int64 = 0
    /// Not after the time at which the first idle id expires; nil where none is known of.
    private(set) var nextExpiration: Int64?

    subscript(_ id: String) -> TransactionRecord? { records[id] }

    var count: Int { records.count }

    /// In order of ids, so that answers do not depend on hashing.
    var inOrder: [TransactionRecord] { records.values.sorted { $0.id < $1.id } }

    var openInOrder: [TransactionRecord] { open.sorted().compactMap { records[$0] } }

    var preparingInOrder: [TransactionRecord] { preparing.sorted().compactMap { records[$0] } }

    // MARK: Changes

    mutating func put(_ record: TransactionRecord) {
        records[record.id] = record
        if record.state == .ongoing { open.insert(record.id) } else { open.remove(record.id) }
        if record.state.isPreparing { preparing.insert(record.id) } else { settle(record.id) }
    }

    mutating func remove(_ id: String) {
        records[id] = nil
        open.remove(id)
        settle(id)
    }

    mutating func use(producerIDsBefore next: Int64) { nextProducerID = max(nextProducerID, next) }

    private mutating func settle(_ id: String) {
        preparing.remove(id)
        if markersDue.removeValue(forKey: id) != nil { earliestMarkers = markersDue.values.min() }
    }

    // MARK: Time

    mutating func markers(of id: String, dueAt time: Int64) {
        markersDue[id] = time
        earliestMarkers = min(earliestMarkers ?? time, time)
    }

    /// The ids whose markers are due, in the order in which they are due.
    func markersDue(at time: Int64) -> [String] {
        guard let earliest = earliestMarkers, earliest <= time else { return [] }
        return markersDue.filter { $0.value <= time }.sorted { ($0.value, $0.key) < ($1.value, $1.key) }.map(\.key)
    }

    mutating func expire(noLaterThan time: Int64) { nextExpiration = min(nextExpiration ?? time, time) }

    /// Hands out the idle ids that have not been used since `time`, and finds out when to look again.
    mutating func expired(unusedSince time: Int64, lifetime: Int64) -> [String] {
        let idle = records.values.filter { $0.state.isIdle }
        let expired = idle.filter { $0.changedAt <= time }
        nextExpiration = idle.filter { $0.changedAt > time }.map { $0.changedAt.adding(lifetime) }.min()
        return expired.map(\.id).sorted()
    }
}

extension Int64 {
    /// The sum, or the largest number where it does not fit: a time that never comes.
    func adding(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
