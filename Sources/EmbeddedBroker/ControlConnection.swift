/// A connection to the control socket: lines of a fault script in, lines of answers out.
final class ControlConnection {
    static let countLimit = 64
    private static let lineBytes = 64 << 10
    private static let outputBytes = 4 << 20

    private let socket: Descriptor
    private var input: [UInt8] = []
    private var output = OutputQueue()
    private var isEnded = false
    private var isFailed = false

    init(socket: Descriptor) { self.socket = socket }

    var isDone: Bool { isFailed || isEnded && output.isEmpty }

    var interest: Poller.Interest {
        var interest: Poller.Interest = []
        if !isEnded { interest.insert(.read) }
        if !output.isEmpty { interest.insert(.write) }
        return interest
    }

    /// The whole lines that have come.
    func read(into scratch: inout [UInt8]) -> [String]? {
        switch socket.read(into: &scratch) {
        case .bytes(let count): input += scratch[0..<count]
        case .wouldBlock: return nil
        case .end:
            isEnded = true
            return nil
        case .failed:
            isFailed = true
            return nil
        }
        var lines: [String] = []
        var start = 0
        while let end = input[start...].firstIndex(of: UInt8(ascii: "\n")) {
            lines.append(String(decoding: input[start..<end], as: UTF8.self))
            start = end + 1
        }
        input.removeFirst(start)
        if input.count > Self.lineBytes { isFailed = true }
        return lines
    }

    func answer(_ lines: [String]) {
        for line in lines { output.append(Array((line + "\n").utf8)) }
        if output.byteCount > Self.outputBytes { isFailed = true }
    }

    func flush() {
        if case .failed = output.flush(to: socket) { isFailed = true }
    }
}
