import Glibc

/// A file or socket of the operating system; closed when it is released.
final class Descriptor: Sendable {
    let number: CInt

    init(_ number: CInt) { self.number = number }

    deinit { _ = close(number) }

    /// What became of a read or a write.
    enum Transfer: Equatable {
        case bytes(Int)
        /// Nothing can be done without waiting.
        case wouldBlock
        /// The other side has ended its half.
        case end
        case failed(SystemError)
    }

    /// Reads into `buffer` from its start.
    func read(into buffer: inout [UInt8]) -> Transfer {
        let count = unsafe buffer.withUnsafeMutableBytes { bytes in
            restarted { unsafe Glibc.read(number, bytes.baseAddress, bytes.count) }
        }
        if count == 0 { return .end }
        return Self.transfer(count)
    }

    /// Writes what stands in `bytes` from `start` on to a file.
    func write(_ bytes: [UInt8], from start: Int = 0) -> Transfer {
        let count = unsafe bytes.withUnsafeBytes { bytes in
            restarted { unsafe Glibc.write(number, bytes.baseAddress?.advanced(by: start), bytes.count - start) }
        }
        return Self.transfer(count)
    }

    /// Sends what stands in `bytes` from `start` on to a socket; `more` says that the next bytes follow at once.
    ///
    /// A peer that has gone is an error and never a signal.
    func send(_ bytes: [UInt8], from start: Int = 0, more: Bool = false) -> Transfer {
        let flags = CInt(MSG_NOSIGNAL) | (more ? CInt(MSG_MORE) : 0)
        let count = unsafe bytes.withUnsafeBytes { bytes in
            restarted {
                unsafe Glibc.send(number, bytes.baseAddress?.advanced(by: start), bytes.count - start, flags)
            }
        }
        return Self.transfer(count)
    }

    private func restarted(_ call: () -> Int) -> Int {
        while true {
            let result = call()
            if result >= 0 || errno != EINTR { return result }
        }
    }

    private static func transfer(_ count: Int) -> Transfer {
        if count >= 0 { return .bytes(count) }
        if errno == EAGAIN || errno == EWOULDBLOCK { return .wouldBlock }
        return .failed(SystemError(errno))
    }

    /// Makes reads and writes return at once, and keeps the descriptor from child processes.
    func setNonBlocking() {
        _ = fcntl(number, F_SETFL, fcntl(number, F_GETFL) | O_NONBLOCK)
        setCloseOnExec()
    }

    func setCloseOnExec() { _ = fcntl(number, F_SETFD, FD_CLOEXEC) }

    /// Two sockets joined to each other, which do not block. Unlike a pipe's, an end whose other is gone is no signal.
    static func pair() throws(SystemError) -> (reader: Descriptor, writer: Descriptor) {
        var ends: [CInt] = [-1, -1]
        let result = unsafe ends.withUnsafeMutableBufferPointer {
            unsafe socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0, $0.baseAddress)
        }
        guard result == 0 else { throw SystemError(errno) }
        let pair = (reader: Descriptor(ends[0]), writer: Descriptor(ends[1]))
        pair.reader.setNonBlocking()
        pair.writer.setNonBlocking()
        return pair
    }
}

/// An error number of the operating system.
struct SystemError: Error, Equatable, CustomStringConvertible {
    let number: CInt

    init(_ number: CInt) { self.number = number }

    /// The system's words for it.
    var description: String {
        var text = [CChar](repeating: 0, count: 128)
        guard unsafe strerror_r(number, &text, text.count) == 0 else { return "error \(number)" }
        let bytes = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return bytes.isEmpty ? "error \(number)" : String(decoding: bytes, as: UTF8.self)
    }
}
