extension Message {
    /// Decodes a message from its binary form.
    @inlinable
    public init(
        serializedBytes bytes: [UInt8], options: BinaryDecodingOptions = BinaryDecodingOptions()
    ) throws(BinaryDecodingError) {
        try unsafe self.init(serializedBytes: bytes.span.bytes, options: options)
    }

    /// Decodes a message from its binary form, in place: nothing is copied but the fields themselves.
    @inlinable
    public init(
        serializedBytes bytes: RawSpan, options: BinaryDecodingOptions = BinaryDecodingOptions()
    ) throws(BinaryDecodingError) {
        self.init()
        try merge(serializedBytes: bytes, options: options)
    }

    /// Decodes bytes over this message: scalars are replaced, lists added to, messages merged in turn.
    ///
    /// After an error the message holds what came before the fault.
    @inlinable
    public mutating func merge(
        serializedBytes bytes: [UInt8], options: BinaryDecodingOptions = BinaryDecodingOptions()
    ) throws(BinaryDecodingError) {
        try unsafe merge(serializedBytes: bytes.span.bytes, options: options)
    }

    /// Decodes bytes over this message: scalars are replaced, lists added to, messages merged in turn.
    ///
    /// After an error the message holds what came before the fault.
    @inlinable
    public mutating func merge(
        serializedBytes bytes: RawSpan, options: BinaryDecodingOptions = BinaryDecodingOptions()
    ) throws(BinaryDecodingError) {
        try unsafe bytes.withUnsafeBytes { (buffer) throws(BinaryDecodingError) in
            guard let start = buffer.baseAddress else { return }
            var reader = unsafe WireReader(start, count: buffer.count, options: options)
            try decode(from: &reader)
        }
    }

    /// Returns the binary form: fields by number, maps by key, so that equal messages have equal bytes.
    @inlinable
    public func serializedBytes() throws(BinaryEncodingError) -> [UInt8] {
        var bytes: [UInt8] = []
        try serialize(into: &bytes)
        return bytes
    }

    /// Appends the binary form, so that a caller can use one buffer for many messages.
    ///
    /// After an error nothing is appended.
    @inlinable
    public func serialize(into bytes: inout [UInt8]) throws(BinaryEncodingError) {
        // Stack memory: a message up to this size costs one allocation, that of its own bytes.
        let isTooLarge = unsafe withUnsafeTemporaryAllocation(byteCount: 1024, alignment: 8) { scratch in
            guard let address = scratch.baseAddress else { return false }
            var writer = unsafe WireWriter(scratch: scratch, at: address)
            encode(into: &writer)
            let written = unsafe writer.written
            if writer.isTooLarge || written.count > WireWriter.maximumByteCount { return true }
            unsafe bytes.append(contentsOf: written)
            return false
        }
        if isTooLarge { throw .tooLarge }
    }
}
