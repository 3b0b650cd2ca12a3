public import Foundation

/// A URL that messages may be posted to: https, or http to this machine itself.
public struct WebhookURL: Hashable, Sendable {
    public let url: URL

    /// Reads the URL; refuses other schemes, credentials, and a fragment.
    public init(_ text: String) throws(ProviderError) {
        guard let parts = URLComponents(string: text), let url = parts.url, let host = parts.host, !host.isEmpty
        else { throw .unusableURL("is none") }
        guard parts.user == nil, parts.password == nil else { throw .unusableURL("holds credentials") }
        guard parts.fragment == nil else { throw .unusableURL("holds a fragment") }
        switch parts.scheme?.lowercased() {
        case "https": break
        case "http" where Self.isLoopback(host): break
        case "http": throw .unusableURL("is http to another machine: https is required")
        default: throw .unusableURL("is neither https nor http")
        }
        self.url = url
    }

    private static func isLoopback(_ host: String) -> Bool {
        if ["localhost", "::1", "[::1]"].contains(host.lowercased()) { return true }
        let octets = host.split(separator: ".", omittingEmptySubsequences: false)
        guard octets.count == 4, octets[0] == "127" else { return false }
        // Written out in full: "127.1" and names such as "127.0.0.1.example.org" are looked up by rules of their own.
        return octets.allSatisfy { octet in
            octet.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 } && UInt8(octet) != nil
        }
    }
}
