import Schemas

/// The part of a local day in which promotional messages may go out (N08).
///
/// A window whose end lies before its start crosses midnight and is one window; equal ends leave the whole day open.
public struct SendWindow: Hashable, Sendable {
    /// First open minute of the local day, 0...1439.
    public var startMinute: Int
    /// First closed minute of the local day, 0...1440.
    public var endMinute: Int

    public init(startMinute: Int = 480, endMinute: Int = 1_260) {
        self.startMinute = startMinute
        self.endMinute = endMinute
    }

    private var isWholeDay: Bool { startMinute == endMinute % 1_440 }

    public func isOpen(_ time: Int64, _ calendar: LocalCalendar) -> Bool {
        if isWholeDay { return true }
        let now = calendar.timeOfDay(time)
        let start = Int64(startMinute) * Milliseconds.minute
        let end = Int64(endMinute) * Milliseconds.minute
        return start < end ? start <= now && now < end : start <= now || now < end
    }

    /// The next opening after a closed moment.
    public func opening(after time: Int64, _ calendar: LocalCalendar) -> Int64 {
        calendar.next(minute: startMinute, after: time)
    }

    /// The end of the window that is open now; nil where it never closes.
    public func closing(after time: Int64, _ calendar: LocalCalendar) -> Int64? {
        isWholeDay ? nil : calendar.next(minute: endMinute, after: time)
    }
}
