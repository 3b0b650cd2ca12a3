import Foundation

/// The key that webhook calls are signed with; it is never printed.
public struct WebhookSecret: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Fewer bytes would be guessed: 128 bits, written in hexadecimal or not.
    public static let leastBytes = 16
    public static let mostBytes = 4_096

    let bytes: [UInt8]

    /// Takes the secret without the line break that editors put at its end.
    public init(_ text: String) throws(ProviderError) {
        let bytes = Array(text.utf8)
        let end = bytes.lastIndex { $0 != 0x0A && $0 != 0x0D }.map { $0 + 1 } ?? 0
        guard end >= Self.leastBytes else { throw .unusableSecret("has fewer than \(Self.leastBytes) bytes") }
        guard end <= Self.mostBytes else { throw .unusableSecret("has more than \(Self.mostBytes) bytes") }
        self.bytes = Array(bytes[..<end])
    }

    /// Reads the secret from a file.
    public init(file path: String) throws(ProviderError) {
        let data: Data
        do {
            let handle = try FileHandle(forReadingFrom: URL(filePath: path))
            defer { try? handle.close() }
            // One byte and a line break more than allowed, so that too long a file is seen without being read whole.
            data = try handle.read(upToCount: Self.mostBytes + 3) ?? Data()
        } catch {
            throw .unusableSecret("cannot be read from \(path)")
        }
        guard let text = String(validating: data, as: UTF8.self) else { throw .unusableSecret("is not UTF-8") }
        try self.init(text)
    }

    public var description: String { "***" }
    public var debugDescription: String { "***" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
