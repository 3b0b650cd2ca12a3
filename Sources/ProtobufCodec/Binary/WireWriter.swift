/// Writes the fields of a message as bytes. Generated code calls it; an application has no need to.
///
/// One pass, forward: the length of an embedded message is filled in once it is written, and what was written is moved
/// up in the rare case that the length takes more than one byte. That is cheaper than to visit every field twice.
///
/// Safe although it holds pointers: only `Message.serialize(into:)` makes one, inside the scope of its scratch memory,
/// and a writer cannot be copied out of there. Invariant: `start <= cursor <= limit`, and `reserve` comes before each
/// write.
@safe
public struct WireWriter: ~Copyable {
    @usableFromInline var start: UnsafeMutableRawPointer
    @usableFromInline var cursor: UnsafeMutableRawPointer
    @usableFromInline var limit: UnsafeMutableRawPointer
    @usableFromInline var ownsMemory = false
    @usableFromInline var isTooLarge = false

    /// The format's limit for one message, in bytes.
    @usableFromInline static var maximumByteCount: Int { 0x7FFF_FFFF }

    @usableFromInline
    init(scratch: UnsafeMutableRawBufferPointer, at address: UnsafeMutableRawPointer) {
        unsafe start = address
        unsafe cursor = address
        unsafe limit = address + scratch.count
    }

    deinit {
        if ownsMemory { unsafe start.deallocate() }
    }

    @usableFromInline var written: UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(start: start, count: cursor - start)
    }

    @inlinable @inline(__always)
    mutating func reserve(_ count: Int) {
        if unsafe limit - cursor < count { grow(count) }
    }

    // Past the format's limit the bytes are thrown away, so that a message that cannot be written costs bounded memory.
    @usableFromInline @inline(never)
    mutating func grow(_ count: Int) {
        let used = unsafe cursor - start
        if isTooLarge || used > Self.maximumByteCount || count > Self.maximumByteCount {
            isTooLarge = true
            unsafe cursor = start
            if unsafe limit - start >= count { return }
        }
        let kept = unsafe cursor - start
        let capacity = unsafe max(kept + count, (limit - start) * 2)
        let memory = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 8)
        unsafe memory.copyMemory(from: start, byteCount: kept)
        if ownsMemory { unsafe start.deallocate() }
        unsafe start = memory
        unsafe cursor = memory + kept
        unsafe limit = memory + capacity
        ownsMemory = true
    }

    /// Leaves one byte for a length and returns where what it counts begins.
    @inlinable @inline(__always)
    mutating func beginLength() -> Int {
        reserve(1)
        unsafe cursor += 1
        return unsafe cursor - start
    }

    @inlinable @inline(__always)
    mutating func endLength(_ mark: Int) {
        let count = unsafe cursor - start - mark
        if count >= 0 && count < 0x80 && !isTooLarge {
            unsafe start.storeBytes(of: UInt8(truncatingIfNeeded: count), toByteOffset: mark - 1, as: UInt8.self)
        } else {
            widenLength(mark)
        }
    }

    @usableFromInline @inline(never)
    mutating func widenLength(_ mark: Int) {
        if isTooLarge { return }
        let count = unsafe cursor - start - mark
        let extra = (63 - UInt64(count).leadingZeroBitCount) / 7
        reserve(extra)
        if isTooLarge { return }
        let body = unsafe start + mark
        unsafe (body + extra).copyMemory(from: body, byteCount: count)
        unsafe cursor = body - 1
        putVarint(UInt64(count))
        unsafe cursor = body + extra + count
    }
}
