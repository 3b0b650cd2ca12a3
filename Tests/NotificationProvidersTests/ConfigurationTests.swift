import Foundation
import NotificationProviders
import Testing

/// What a webhook is refused for before it is called.
@Suite struct ConfigurationTests {
    @Test(arguments: [
        ("https://example.org/hook", true), ("HTTPS://example.org", true), ("https://example.org:8443/a?token=x", true),
        ("http://localhost:8080/x", true), ("http://LOCALHOST/", true), ("http://127.0.0.1/", true),
        ("http://127.255.0.9:1/", true), ("http://[::1]:9/", true),
        ("http://example.org/", false), ("http://127.0.0.1.example.org/", false),
        ("http://localhost.example.org/", false),
        ("http://127.1/", false), ("http://127.0.0.256/", false), ("http://127.0.0.+1/", false),
        ("http://128.0.0.1/", false),
        ("http://[::2]/", false), ("http://0.0.0.0/", false), ("ftp://example.org/", false),
        ("file:///etc/passwd", false),
        ("example.org", false), ("", false), ("https://", false), ("https:///path", false),
        ("https://user:secret@example.org/", false), ("https://user@example.org/", false),
        ("https://example.org/#top", false),
        ("http://127.0.0.1@example.org/", false),
    ])
    func url(_ text: String, _ isUsable: Bool) {
        let url = try? WebhookURL(text)
        #expect((url != nil) == isUsable)
    }

    @Test func secretsHaveALengthAndAreNeverShown() throws {
        #expect(throws: ProviderError.self) { try WebhookSecret("") }
        #expect(throws: ProviderError.self) { try WebhookSecret("fifteen bytes..") }
        #expect(throws: ProviderError.self) { try WebhookSecret("fifteen bytes..\r\n\n") }
        #expect(throws: ProviderError.self) { try WebhookSecret(String(repeating: "x", count: 4_097)) }
        _ = try WebhookSecret("sixteen bytes...")
        _ = try WebhookSecret(String(repeating: "x", count: 4_096))
        let secret = try WebhookSecret(secretText)
        for shown in ["\(secret)", String(reflecting: secret), "\([secret])"] { #expect(!shown.contains("0123")) }
        var dumped = ""
        dump(secret, to: &dumped)
        #expect(!dumped.contains("48"))
    }

    @Test func secretsComeFromFiles() throws {
        let folder = try TemporaryFolder()
        for (text, isUsable) in [
            (secretText, true), (secretText + "\n", true), ("short", false),
            (String(repeating: "x", count: 4_096) + "\r\n", true),
            (String(repeating: "x", count: 4_097), false), (String(repeating: "x", count: 9_000), false),
        ] {
            try folder.write(Data(text.utf8), to: "secret")
            let secret = try? WebhookSecret(file: folder.path("secret"))
            #expect((secret != nil) == isUsable)
        }
        try folder.write(Data([0xFF, 0xFE] + Array(secretText.utf8)), to: "secret")
        #expect(throws: ProviderError.unusableSecret("is not UTF-8")) { try WebhookSecret(file: folder.path("secret")) }
        #expect(throws: ProviderError.self) { try WebhookSecret(file: folder.path("none")) }
    }
}

/// A folder of the test's own, gone when the test is.
final class TemporaryFolder {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "notification-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func path(_ name: String) -> String { url.appending(path: name).path(percentEncoded: false) }
    func write(_ data: Data, to name: String) throws { try data.write(to: url.appending(path: name)) }
    func lines(_ name: String) throws -> [String] {
        try String(contentsOf: url.appending(path: name), encoding: .utf8).components(separatedBy: "\n")
    }
}
