/// Bytes as they come from a socket, cut into frames: a length of four bytes, then so many bytes.
///
/// Memory follows what has arrived and never what a length promises.
struct FrameBuffer {
    /// Says why the bytes are no frames.
    enum Fault: Error, Equatable, CustomStringConvertible {
        case negativeLength(Int)
        case tooLong(Int, limit: Int)

        var description: String {
            switch self {
            case .negativeLength(let length): "a frame's length is \(length)"
            case .tooLong(let length, let limit): "a frame of \(length) bytes, more than the \(limit) allowed"
            }
        }
    }

    private static let lengthBytes = 4
    /// An empty buffer larger than this gives its memory back.
    private static let keptCapacity = 1 << 20

    private var bytes: [UInt8] = []
    private var start = 0

    /// Bytes that are here and in no frame taken so far.
    var byteCount: Int { bytes.count - start }

    mutating func append(_ more: ArraySlice<UInt8>) {
        if start > 0, start == bytes.count || start > bytes.count / 2 {
            bytes.removeFirst(start)
            start = 0
        }
        bytes.append(contentsOf: more)
    }

    /// The length that the next frame announces; nil before it is known.
    private var nextLength: Int? {
        guard byteCount >= Self.lengthBytes else { return nil }
        var value: UInt32 = 0
        for index in start..<start + Self.lengthBytes { value = value << 8 | UInt32(bytes[index]) }
        return Int(Int32(bitPattern: value))
    }

    /// Whether `next` has something to say: a frame or a fault.
    func hasNext(limit: Int) -> Bool {
        guard let length = nextLength else { return false }
        return length < 0 || length > limit || byteCount >= Self.lengthBytes + length
    }

    /// Takes the next whole frame; nil if it is not all here.
    mutating func next(limit: Int) throws(Fault) -> [UInt8]? {
        guard let length = nextLength else { return nil }
        guard length >= 0 else { throw .negativeLength(length) }
        guard length <= limit else { throw .tooLong(length, limit: limit) }
        guard byteCount >= Self.lengthBytes + length else { return nil }
        let from = start + Self.lengthBytes
        let frame = Array(bytes[from..<from + length])
        start = from + length
        if start == bytes.count {
            bytes.removeAll(keepingCapacity: bytes.capacity <= Self.keptCapacity)
            start = 0
        }
        return frame
    }
}
