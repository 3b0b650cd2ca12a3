import Schemas

/// The bounds of what is kept for one customer; beyond each the oldest entry goes, unless said otherwise.
public enum DispatchLimits {
    /// UTF-8 bytes of a request id, which is made of other ids.
    public static let requestIDBytes = 512
    /// UTF-8 bytes of a send id: a request id and `/1`.
    public static let sendIDBytes = 514
    /// Encoded bytes of a request, so that `deferredRequests` of them fit one state record.
    public static let requestBytes = 8_192
    /// UTF-8 bytes of a rendered text.
    public static let textBytes = 16_384
    /// Requests that wait for the morning; one more is skipped instead.
    public static let deferredRequests = 50
    public static let requestHashes = 256
    public static let eventIDs = 10
    public static let openComplaints = 32
    public static let closedCheckouts = 32
    public static let openSends = 100
    /// Marketing messages kept, far above any cap on a month.
    public static let sentMessages = 1_000
    /// How long a marketing message is kept: a local month is never longer.
    public static let sentMilliseconds = 31 * Milliseconds.day
    /// Offsets from UTC that a place on earth has, minutes.
    public static let offsetMinutes: ClosedRange<Int32> = -720...840
    /// The highest priority of a request.
    public static let priority: UInt32 = 9
}
