extension WireReader {
    /// Takes a field that the schema does not know into `storage`, or drops it when the options say so.
    public mutating func unknown(_ tag: UInt32, into storage: inout UnknownStorage) throws(BinaryDecodingError) {
        let start = unsafe cursor
        try skip(tag)
        if discardsUnknownFields { return }
        unsafe storage.append(tag: tag, UnsafeRawBufferPointer(start: start, count: cursor - start))
    }

    @usableFromInline
    mutating func skip(_ tag: UInt32) throws(BinaryDecodingError) {
        guard tag >> 3 != 0 else { throw .malformedTag }
        switch tag & 7 {
        case 0: _ = try varint()
        case 1: _ = try fixed(UInt64.self)
        case 2:
            let count = try length()
            unsafe cursor += count
        case 3: try skipGroup(tag >> 3)
        case 4: throw .malformedGroup
        case 5: _ = try fixed(UInt32.self)
        default: throw .malformedTag
        }
    }

    private mutating func skipGroup(_ number: UInt32) throws(BinaryDecodingError) {
        guard depthLeft > 0 else { throw .messageDepthLimit }
        depthLeft &-= 1
        while true {
            guard let tag = try nextTag() else { throw .truncated }
            if tag == number << 3 | 4 { break }
            try skip(tag)
        }
        depthLeft &+= 1
    }
}
