import Schemas
public import ShopGenerator

/// Feeds a shop's history in steps of event time and lets the fleet keep up, so that windows see what they would have seen
/// live.
///
/// Each step sends its records and, to every partition of the clock, the time of the step's beginning: everything before it
/// has been decided, so no tick overtakes a record.
public final class ShopFeeder {
    private let publisher: RecordPublisher
    private let progress: FleetProgress
    private let history: ShopHistory
    private let step: Int64
    private var next = 0
    private var clock: Int64
    private let end: Int64

    /// `tail` is how long event time goes on after the last record, so that holds and reviews run out; milliseconds.
    public init(
        _ history: ShopHistory, step: Int64, tail: Int64, publisher: RecordPublisher, progress: FleetProgress
    ) {
        self.history = history
        self.step = step
        self.publisher = publisher
        self.progress = progress
        let first = history.records.first?.time ?? 0
        clock = first - ((first % step) + step) % step
        end = (history.records.last?.time ?? 0) + tail
    }

    public var stepCount: Int { Int((end - clock) / step) + 1 }
    public var isFinished: Bool { clock > end }
    public var eventTime: Int64 { clock }
    public var fedRecords: Int { next }

    /// Sends the next step's records and moves event time on.
    public func advance() throws {
        try publisher.tick(clock)
        progress.fed(Topics.clock.name, UInt64(tickCount))
        let limit = clock + step
        while next < history.records.count, history.records[next].time < limit {
            try send(history.records[next])
            next += 1
        }
        clock = limit
        try publisher.flush()
    }

    /// Ticks of one step: one for each partition.
    public var tickCount = 0

    private func send(_ record: ShopRecord) throws {
        switch record.content {
        case .customer(let event):
            try publisher.publish(event, to: Topics.customerEvents, id: event.eventID, at: record.time)
            progress.fed(Topics.customerEvents.name)
        case .claim(let claim):
            try publisher.publish(claim, to: Topics.referralClaims, id: claim.claimID, at: record.time)
            progress.fed(Topics.referralClaims.name)
        case .broken(let key, let value):
            try publisher.publishRaw(
                Topics.customerEvents.declaration, key: Array(key.utf8), value: value, at: record.time)
            progress.fed(Topics.customerEvents.name)
        }
    }
}
