public import BrokerCore

/// What an embedded broker is started with; sizes in bytes, times in milliseconds.
public struct EmbeddedBrokerSettings: Sendable {
    /// An IPv4 address or `localhost`.
    public var host = "127.0.0.1"
    /// 0 picks a free port.
    public var port: UInt16 = 0
    /// What clients are told to connect to, where that differs from the address above.
    public var advertisedHost: String?
    public var advertisedPort: UInt16?
    /// Host, port, seed and `recordsChanges` are filled in by the start.
    public var configuration = BrokerConfiguration()
    /// Makes ids; nil draws one, since ids must not come again after a restart.
    public var seed: UInt64?
    /// The folder that makes it durable; nil keeps all in memory.
    public var dataFolder: String?
    /// Waits for the disk before each acknowledgement: safe from loss of power, not only of the process.
    public var syncsToDisk = false
    /// Starts from a journal that is corrupt in the middle by dropping all behind the first bad byte.
    public var salvagesJournal = false
    /// A local socket that takes fault scripts; nil for none.
    public var controlPath: String?
    /// Kafka's socket.request.max.bytes.
    public var requestMaxBytes = 104_857_600
    /// Answers that wait for one slow reader; beyond, its connection closes.
    public var outputMaxBytes = 64 << 20
    /// Answers that wait for all readers, and the same for requests that are not whole; beyond, the slowest one's
    /// connection closes.
    public var bufferMaxBytes = 512 << 20
    /// Connections beyond these are closed as they come.
    public var connectionLimit = 10_000
    /// Kafka's connections.max.idle.ms.
    public var connectionMaxIdleMs: Int64 = 600_000
    /// Journal files are closed at this size.
    public var segmentBytes = 64 << 20
    /// No snapshot is made of a journal smaller than this.
    public var snapshotMinBytes = 64 << 20
    public var log = BrokerLog.silent

    public init() {}
}
