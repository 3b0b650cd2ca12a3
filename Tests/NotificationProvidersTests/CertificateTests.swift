import Foundation
import NotificationDispatch
import NotificationProviders
import Testing

/// https without a certificate that this machine trusts: nothing is posted.
@Suite(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl"))) struct CertificateTests {
    private func openssl(_ arguments: [String], in folder: TemporaryFolder) -> Process {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/openssl")
        process.arguments = arguments
        process.currentDirectoryURL = folder.url
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        return process
    }

    @Test func aSelfSignedCertificateIsRefused() throws {
        let folder = try TemporaryFolder()
        let request = openssl(
            [
                "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key", "-out", "certificate", "-days", "2",
                "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
            ], in: folder)
        try request.run()
        request.waitUntilExit()
        try #require(request.terminationStatus == 0)

        let server = openssl(
            ["s_server", "-accept", "127.0.0.1:0", "-www", "-cert", "certificate", "-key", "key"], in: folder)
        let output = Pipe()
        server.standardOutput = output
        try server.run()
        defer {
            server.terminate()
            server.waitUntilExit()
        }
        let port = try #require(try self.port(output.fileHandleForReading))

        // The server is there and speaks TLS: whoever does not check certificates gets an answer.
        let careless = Process()
        careless.executableURL = URL(filePath: "/usr/bin/openssl")
        careless.arguments = ["s_client", "-connect", "127.0.0.1:\(port)"]
        careless.standardInput = FileHandle.nullDevice
        careless.standardOutput = FileHandle.nullDevice
        careless.standardError = FileHandle.nullDevice
        try careless.run()
        careless.waitUntilExit()
        #expect(careless.terminationStatus == 0)

        for host in ["127.0.0.1", "localhost"] {
            let provider = WebhookProvider(
                url: try WebhookURL("https://\(host):\(port)/"), secret: try WebhookSecret(secretText))
            let answers = provider.send([send()])
            #expect(answers.map(\.kind) == ["transient"])
            #expect(answers.allSatisfy { $0.status.contains("certificate") })
        }
    }

    /// Reads `ACCEPT 127.0.0.1:<port>` from the server's first lines.
    private func port(_ handle: FileHandle) throws -> Int? {
        var text = ""
        while let data = try handle.read(upToCount: 1), !data.isEmpty {
            text += String(decoding: data, as: UTF8.self)
            guard text.hasSuffix("\n") else { continue }
            if let line = text.split(separator: "\n").last, line.hasPrefix("ACCEPT") {
                return line.split(separator: ":").last.flatMap { Int($0) }
            }
        }
        return nil
    }
}
