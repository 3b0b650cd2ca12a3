/// A reusable list of headers in one buffer, so that headers cost a record no allocation on our side.
///
/// Fill it, send, `removeAll`, fill it again.
public struct RecordHeaders: Sendable {
    private var bytes: [UInt8] = []
    private var entries: [Entry] = []

    private struct Entry {
        var start: Int
        var nameCount: Int
        /// -1 is null.
        var valueCount: Int
    }

    /// Makes an empty list.
    public init() {}

    /// Makes a list of these headers.
    public init(_ headers: some Sequence<RecordHeader>) {
        for header in headers { append(header) }
    }

    /// The number of headers.
    public var count: Int { entries.count }
    /// True if there are none.
    public var isEmpty: Bool { entries.isEmpty }
    /// The bytes of all names and values.
    public var byteCount: Int { bytes.count }

    /// Removes every header and keeps the room.
    public mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        entries.removeAll(keepingCapacity: true)
    }

    /// Appends a header of bytes, copied.
    public mutating func append(_ name: String, bytes value: RawSpan) {
        let start = bytes.count
        bytes.append(contentsOf: name.utf8)
        let nameCount = bytes.count - start
        unsafe value.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
        entries.append(Entry(start: start, nameCount: nameCount, valueCount: value.byteCount))
    }

    /// Appends a header of text in UTF-8.
    public mutating func append(_ name: String, text: String) {
        let start = bytes.count
        bytes.append(contentsOf: name.utf8)
        let nameCount = bytes.count - start
        bytes.append(contentsOf: text.utf8)
        entries.append(Entry(start: start, nameCount: nameCount, valueCount: bytes.count - start - nameCount))
    }

    /// Appends a header with a null value.
    public mutating func appendNull(_ name: String) {
        let start = bytes.count
        bytes.append(contentsOf: name.utf8)
        entries.append(Entry(start: start, nameCount: bytes.count - start, valueCount: -1))
    }

    /// Appends a copied header.
    public mutating func append(_ header: RecordHeader) {
        if let value = header.value {
            unsafe append(header.name, bytes: value.span.bytes)
        } else {
            appendNull(header.name)
        }
    }

    /// The headers in order, copied.
    package func copied() -> [RecordHeader] {
        entries.map { entry in
            let end = entry.start + entry.nameCount
            return RecordHeader(
                name: String(decoding: bytes[entry.start..<end], as: UTF8.self),
                value: entry.valueCount < 0 ? nil : Array(bytes[end..<end + entry.valueCount]))
        }
    }

    /// Calls `body` with the bytes of each name and value; null values come as nil.
    func withEach(_ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer?) -> Void) {
        unsafe bytes.withUnsafeBytes { all in
            for entry in entries {
                let end = entry.start + entry.nameCount
                let name = unsafe UnsafeRawBufferPointer(rebasing: all[entry.start..<end])
                if entry.valueCount < 0 {
                    unsafe body(name, nil)
                } else {
                    unsafe body(name, UnsafeRawBufferPointer(rebasing: all[end..<end + entry.valueCount]))
                }
            }
        }
    }
}
