/// One value of a task's state, with at most one timer.
public struct StateEntry: Equatable, Sendable {
    /// The stage's own bytes; the store does not look into them.
    public var value: [UInt8]

    /// When the entry's timer is due, in milliseconds of event time since 1970; nil is no timer.
    ///
    /// Writing the entry again replaces the timer, deleting the entry deletes it.
    public var timer: Int64?

    /// The event time of the record that caused the write, in milliseconds since 1970, where the writer gave one.
    public var eventTime: Int64?

    /// The state schema the entry was written with, so that a reader can bring an older value up to date.
    public var schemaVersion: UInt32

    /// Makes an entry.
    public init(value: [UInt8], timer: Int64? = nil, eventTime: Int64? = nil, schemaVersion: UInt32 = 1) {
        self.value = value
        self.timer = timer
        self.eventTime = eventTime
        self.schemaVersion = schemaVersion
    }
}
