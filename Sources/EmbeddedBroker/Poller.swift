import Glibc

/// Waits until one of many descriptors can be read or written: poll(2).
///
/// A connection's interest changes twice a request, which costs nothing here and a system call with epoll; looking
/// through a thousand idle descriptors costs some ten microseconds a round, and a round serves many requests.
struct Poller {
    /// What is watched for, and what was seen.
    struct Interest: OptionSet {
        let rawValue: Int16

        static let read = Interest(rawValue: Int16(POLLIN))
        static let write = Interest(rawValue: Int16(POLLOUT))
        /// The peer has ended its half (POLLRDHUP, which the Glibc module does not show).
        static let peerEnded = Interest(rawValue: 0x2000)
        /// Both halves are at their end, or the connection has failed; always seen.
        static let broken = Interest(rawValue: Int16(POLLHUP) | Int16(POLLERR) | Int16(POLLNVAL))
    }

    /// One descriptor that is ready.
    struct Event {
        var token: UInt64
        var seen: Interest
    }

    private var entries: [pollfd] = []
    private var tokens: [UInt64] = []
    private var slots: [UInt64: Int] = [:]

    /// Watches a descriptor under a token that is not yet used.
    mutating func add(_ descriptor: Descriptor, token: UInt64, _ interest: Interest) {
        slots[token] = entries.count
        entries.append(pollfd(fd: descriptor.number, events: interest.rawValue, revents: 0))
        tokens.append(token)
    }

    mutating func update(_ token: UInt64, _ interest: Interest) {
        guard let slot = slots[token] else { return }
        entries[slot].events = interest.rawValue
    }

    mutating func remove(_ token: UInt64) {
        guard let slot = slots.removeValue(forKey: token) else { return }
        let last = entries.count - 1
        if slot != last {
            entries[slot] = entries[last]
            tokens[slot] = tokens[last]
            slots[tokens[slot]] = slot
        }
        entries.removeLast()
        tokens.removeLast()
    }

    /// Waits at most so long, nil without end, and gives what is ready.
    mutating func wait(milliseconds: Int?, into events: inout [Event]) {
        events.removeAll(keepingCapacity: true)
        let limit = milliseconds.map { CInt(clamping: $0) } ?? -1
        let count = unsafe entries.withUnsafeMutableBufferPointer {
            unsafe poll($0.baseAddress, nfds_t($0.count), limit)
        }
        guard count > 0 else { return }
        for index in entries.indices where entries[index].revents != 0 {
            events.append(Event(token: tokens[index], seen: Interest(rawValue: entries[index].revents)))
            if events.count == Int(count) { break }
        }
    }
}
