/// Reads a record front to back; every step that would pass the end throws.
struct ByteReader: ~Copyable, ~Escapable {
    private let bytes: RawSpan
    private var offset = 0

    @_lifetime(copy bytes)
    init(_ bytes: RawSpan) {
        self.bytes = bytes
    }

    /// The next integer.
    @_lifetime(self: copy self)
    mutating func next<Integer: FixedWidthInteger & BitwiseCopyable>(
        _: Integer.Type
    ) throws(StateCorruption) -> Integer {
        let size = MemoryLayout<Integer>.size
        guard size <= bytes.byteCount - offset else { throw .truncated }
        defer { offset += size }
        return bytes.littleEndian(Integer.self, at: offset)
    }

    /// The next bytes, as many as said.
    @_lifetime(self: copy self)
    mutating func next(count: Int) throws(StateCorruption) -> [UInt8] {
        guard count >= 0, count <= bytes.byteCount - offset else { throw .truncated }
        defer { offset += count }
        return bytes.copy(offset..<offset + count)
    }

    /// Refuses bytes that nothing has asked for.
    func finish() throws(StateCorruption) {
        guard offset == bytes.byteCount else { throw .trailingBytes }
    }
}
