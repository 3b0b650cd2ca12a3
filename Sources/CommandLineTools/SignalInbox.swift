import Dispatch
import Foundation
import Synchronization

#if canImport(Glibc)
    import Glibc
#endif

/// The one place of the process where signals come in: their handler counts and wakes, a queue delivers.
enum SignalInbox {
    /// Counts by signal number. The handler may touch only what needs no lock and no memory: this, and a write(2).
    private static let arrived = InlineArray<65, Atomic<Int>> { _ in Atomic(0) }
    private static let pipe = WakeUpPipe()
    private static let queue = DispatchQueue(label: "growth.signals")
    private static let listeners = Mutex<[SignalListener]>([])

    static func add(_ listener: SignalListener) {
        pipe.open(queue) { deliver() }
        listeners.withLock { listeners in
            listeners.append(listener)
            for signal in listener.signals where isValid(signal) { _ = Glibc.signal(signal.rawValue, receive) }
        }
    }

    static func remove(_ listener: SignalListener) {
        listeners.withLock { listeners in
            guard let index = listeners.firstIndex(where: { $0 === listener }) else { return }
            listeners.remove(at: index)
            let wanted = listeners.reduce(into: Set<Signal>()) { $0.formUnion($1.signals) }
            for signal in listener.signals.subtracting(wanted) where isValid(signal) {
                _ = Glibc.signal(signal.rawValue, SIG_DFL)
            }
        }
    }

    private static func isValid(_ signal: Signal) -> Bool { (1...64).contains(signal.rawValue) }

    /// The signal handler. `arrived` and `pipe` are made before it is installed, so that it never makes them.
    private static let receive: @convention(c) (Int32) -> Void = { number in
        let saved = errno
        if (1...64).contains(number) { arrived[Int(number)].wrappingAdd(1, ordering: .sequentiallyConsistent) }
        pipe.wake()
        errno = saved
    }

    /// More arrivals of one signal than this in one go are not told apart.
    private static let arrivalLimit = 3

    private static func deliver() {
        for number in 1...64 {
            let times = arrived[number].exchange(0, ordering: .sequentiallyConsistent)
            guard times > 0 else { continue }
            let signal = Signal(rawValue: Int32(number))
            let interested = listeners.withLock { $0.filter { $0.signals.contains(signal) } }
            for _ in 0..<min(times, arrivalLimit) {
                for listener in interested { listener.deliver(signal) }
            }
        }
    }
}

/// A pipe that a signal handler can write to and a queue listens to.
private final class WakeUpPipe: Sendable {
    private let pipe = Pipe()
    private let writer: Int32
    private let channel = Mutex<DispatchIO?>(nil)

    init() {
        writer = pipe.fileHandleForWriting.fileDescriptor
        for end in [writer, pipe.fileHandleForReading.fileDescriptor] {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            // A full pipe wakes as well as one byte more would, and a handler must not wait.
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
    }

    /// Begins to listen, once.
    func open(_ queue: DispatchQueue, _ woken: @escaping @Sendable () -> Void) {
        channel.withLock { channel in
            guard channel == nil else { return }
            let opened = DispatchIO(
                type: .stream, fileDescriptor: pipe.fileHandleForReading.fileDescriptor, queue: queue,
                cleanupHandler: { _ in })
            opened.setLimit(lowWater: 1)
            opened.read(offset: 0, length: .max, queue: queue) { _, _, _ in woken() }
            channel = opened
        }
    }

    func wake() {
        var byte: UInt8 = 0
        _ = unsafe write(writer, &byte, 1)
    }
}
