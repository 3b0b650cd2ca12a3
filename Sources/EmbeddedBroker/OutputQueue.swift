/// Bytes that wait to be sent, in order; small answers are joined, large ones stay as they are.
struct OutputQueue {
    /// Answers are joined up to this size.
    private static let joinedBytes = 64 << 10

    private var chunks: [[UInt8]] = []
    private var head = 0
    private var sent = 0
    private(set) var byteCount = 0

    var isEmpty: Bool { byteCount == 0 }

    mutating func append(_ bytes: [UInt8]) {
        guard !bytes.isEmpty else { return }
        byteCount += bytes.count
        if let last = chunks.indices.last, last > head || sent == 0,
            chunks[last].count + bytes.count <= Self.joinedBytes
        {
            chunks[last] += bytes
        } else {
            chunks.append(bytes)
        }
    }

    /// Sends what the socket takes without waiting; says what stopped it, or `bytes` with what was sent.
    mutating func flush(to socket: Descriptor) -> Descriptor.Transfer {
        var total = 0
        while head < chunks.count {
            switch socket.send(chunks[head], from: sent, more: head + 1 < chunks.count) {
            case .bytes(let count):
                total += count
                sent += count
                byteCount -= count
                if sent == chunks[head].count { dropHead() }
            case .wouldBlock: return total > 0 ? .bytes(total) : .wouldBlock
            case .end: return .end
            case .failed(let error): return .failed(error)
            }
        }
        return .bytes(total)
    }

    private mutating func dropHead() {
        chunks[head] = []
        head += 1
        sent = 0
        if head == chunks.count {
            chunks.removeAll(keepingCapacity: true)
            head = 0
        }
    }
}
