#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Waits on the calling thread, between two tries of a call that librdkafka answers at once.
enum Pause {
    static func milliseconds(_ count: UInt32) { usleep(count * 1_000) }
}
