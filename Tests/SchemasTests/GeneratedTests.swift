import Foundation
import Testing

@Suite("Generated Swift")
struct GeneratedTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    private static let protoc = ["/usr/bin/protoc", "/usr/local/bin/protoc"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }
    /// The plugin beside the test bundle.
    private static let plugin: String? = {
        var folder = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
        for _ in 0..<4 {
            folder.deleteLastPathComponent()
            let path = folder.appendingPathComponent("protoc-gen-growth").path
            if FileManager.default.isExecutableFile(atPath: path) { return path }
        }
        return nil
    }()

    @Test("regenerating gives the committed text", .enabled(if: protoc != nil && plugin != nil))
    func regenerated() throws {
        let output = NSTemporaryDirectory() + "growth-generated-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: output) }
        let process = Process()
        process.executableURL = Self.root.appendingPathComponent("Schemas/generate")
        process.arguments = [output]
        var environment = ProcessInfo.processInfo.environment
        environment["PROTOC_GEN_GROWTH"] = Self.plugin ?? ""
        process.environment = environment
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        let committed = Self.root.appendingPathComponent("Sources/Schemas/Generated").path
        let names = try FileManager.default.contentsOfDirectory(atPath: output).sorted()
        let kept = try FileManager.default.contentsOfDirectory(atPath: committed).filter { $0.hasSuffix(".swift") }
            .sorted()
        #expect(names == kept)
        for name in names {
            let fresh = try String(contentsOfFile: "\(output)/\(name)", encoding: .utf8)
            let old = try String(contentsOfFile: "\(committed)/\(name)", encoding: .utf8)
            #expect(fresh == old, "\(name) differs: run Schemas/generate")
        }
    }
}
