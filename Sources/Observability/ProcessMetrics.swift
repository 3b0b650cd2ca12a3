import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// What the process costs, read from `/proc/self`, under the names that Prometheus' client libraries use.
public enum ProcessMetrics {
    /// Declares `process_*` and `growth_build_info` in the registry.
    public static func register(in registry: MetricsRegistry, program: String, version: String, revision: String) {
        registry.samples(
            .gauge, "growth_build_info", help: "What is running; always 1.",
            labels: ["program", "version", "revision"]
        ) { [([program, version, revision], 1)] }
        register(registry, .gauge, "process_resident_memory_bytes", "Resident memory.") { $0.residentBytes }
        register(registry, .gauge, "process_virtual_memory_bytes", "Virtual memory.") { $0.virtualBytes }
        register(registry, .counter, "process_cpu_seconds_total", "User and system CPU time spent.") { $0.cpuSeconds }
        register(registry, .gauge, "process_open_fds", "Open file descriptors.") { $0.openDescriptors }
        register(registry, .gauge, "process_max_fds", "The most file descriptors there may be.") { $0.descriptorLimit }
        register(registry, .gauge, "process_threads", "Threads.") { $0.threads }
        register(registry, .gauge, "process_start_time_seconds", "Start, in seconds since 1970.") { $0.startSeconds }
    }

    private static func register(
        _ registry: MetricsRegistry, _ kind: MetricDescriptor.Kind, _ name: String, _ help: String,
        _ read: @escaping @Sendable (ProcessReading) -> Double?
    ) {
        registry.samples(kind, name, help: help) { read(ProcessReading.current()).map { [([], $0)] } ?? [] }
    }
}

/// What `/proc` says of a process; what cannot be read is nil.
struct ProcessReading: Equatable {
    var residentBytes: Double?
    var virtualBytes: Double?
    var cpuSeconds: Double?
    var openDescriptors: Double?
    var descriptorLimit: Double?
    var threads: Double?
    var startSeconds: Double?

    static func current() -> ProcessReading {
        var reading = ProcessReading()
        reading.take(
            stat: text("/proc/self/stat"), systemStat: text("/proc/stat"),
            pageBytes: Double(sysconf(Int32(_SC_PAGESIZE))),
            ticksPerSecond: Double(sysconf(Int32(_SC_CLK_TCK))))
        reading.take(limits: text("/proc/self/limits"))
        if let names = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd") {
            // The listing itself holds one descriptor open.
            reading.openDescriptors = Double(names.count - 1)
        }
        return reading
    }

    /// proc(5): the second field is the program's name in parentheses and may hold anything, so fields are counted
    /// from the last parenthesis.
    mutating func take(stat: String, systemStat: String, pageBytes: Double, ticksPerSecond: Double) {
        guard let close = stat.lastIndex(of: ")") else { return }
        let fields = stat[stat.index(after: close)...].split { $0 == " " || $0 == "\n" }.map { Double($0) }
        func field(_ number: Int) -> Double? { fields.indices.contains(number - 3) ? fields[number - 3] : nil }
        if let user = field(14), let system = field(15) { cpuSeconds = (user + system) / ticksPerSecond }
        threads = field(20)
        virtualBytes = field(23)
        residentBytes = field(24).map { $0 * pageBytes }
        let boot = systemStat.split(separator: "\n").first { $0.hasPrefix("btime ") }.flatMap {
            Double($0.dropFirst(6))
        }
        if let boot, let start = field(22) { startSeconds = boot + start / ticksPerSecond }
    }

    mutating func take(limits: String) {
        let line = limits.split(separator: "\n").first { $0.hasPrefix("Max open files") }
        descriptorLimit = line.flatMap { $0.split(separator: " ").dropFirst(3).first }.flatMap { Double($0) }
    }

    private static func text(_ path: String) -> String {
        // Files of /proc say that they are empty, so they are read to their end, which the kernel bounds.
        guard let file = FileHandle(forReadingAtPath: path) else { return "" }
        defer { try? file.close() }
        return String(decoding: (try? file.readToEnd()) ?? Data(), as: UTF8.self)
    }
}
