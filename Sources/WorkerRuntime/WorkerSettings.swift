public import CommandLineTools

/// Every setting of a worker process, in one place; stages add their own.
public enum WorkerSettings {
    public static let bootstrapServers = Setting<String>(
        "bootstrap.servers", default: "127.0.0.1:9092", help: "Brokers to start from, HOST:PORT separated by commas.")
    public static let instanceID = Setting<String?>(
        "instance.id",
        help:
            "This process's own name, zero-padded (worker-01). Makes its members static. Without it a name is drawn and kept in the state folder."
    )
    public static let threads = Setting<Int>(
        "threads", default: 1, allowed: .range(1...64),
        help: "Threads of each stage, each with its own consumer and producer.")
    public static let stages = Setting<[String]>(
        "stages", default: [], help: "Run only these stages of the worker; all without it.")
    public static let stateDirectory = Setting<String>(
        "state.dir", default: "/var/lib/growthfleet",
        help: "Folder of the stages' state; never shared by two processes.")
    public static let clock = Setting<String>(
        "clock", default: ClockMode.wall.rawValue,
        allowed: .matching("event or wall") { ClockMode(rawValue: $0) != nil },
        help: "Where decisions take their time from: wall in service, event for replays and old data.")
    public static let partitions = Setting<Int>(
        "partitions", default: 12, allowed: .range(1...1024),
        help: "Partitions of every co-partitioned topic; the same in the whole fleet, for ever.")
    public static let commitInterval = Setting<Int>(
        "commit.interval.ms", default: 100, allowed: .range(1...10_000), help: "Longest transaction under load.")
    public static let commitRecords = Setting<Int>(
        "commit.max.records", default: 20_000, allowed: .range(1...1_000_000), help: "Most records of a transaction.")
    public static let stepRecords = Setting<Int>(
        "step.max.records", default: 2_000, allowed: .range(1...100_000),
        help: "Records taken at once and merged by time across inputs.")
    public static let overlayBytes = Setting<Int>(
        "overlay.max.bytes", default: 32 << 20, allowed: .range(1_024...1_073_741_824),
        help: "Uncommitted state that ends a transaction early.")
    public static let sessionTimeout = Setting<Int>(
        "session.timeout.ms", default: 30_000, allowed: .range(1_000...1_800_000),
        help: "How long a silent process keeps its partitions.")
    public static let transactionTimeout = Setting<Int>(
        "transaction.timeout.ms", default: 12_000, allowed: .range(1_000...900_000),
        help: "How long an open transaction of a dead process can hold readers back.")
    public static let drainBudget = Setting<Int>(
        "drain.budget.ms", default: 10_000, allowed: .range(0...600_000), help: "Longest orderly end after SIGTERM.")
    public static let httpListen = Setting<String>(
        "http.listen", default: "127.0.0.1:0",
        help: "HOST:PORT of /metrics, /live, /ready, /status; port 0 picks one, off for none.")
    public static let logLevel = Setting<String>(
        "log.level", default: "info", help: "trace, debug, info, notice, warning, error or critical.")
    public static let logFormat = Setting<String>("log.format", default: "json", help: "json or text.")

    public static let all: [any AnySetting] = [
        bootstrapServers, instanceID, threads, stages, stateDirectory, clock, partitions, commitInterval,
        commitRecords, stepRecords, overlayBytes, sessionTimeout, transactionTimeout, drainBudget, httpListen,
        logLevel, logFormat,
    ]
}
