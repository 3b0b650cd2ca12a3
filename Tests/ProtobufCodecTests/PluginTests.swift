import Foundation
import Testing

/// The plugin under protoc itself.
@Suite(.enabled(if: ExternalTools.protoc != nil && ExternalTools.plugin != nil, "needs protoc and the built plugin"))
struct PluginTests {
    /// Runs protoc with the plugin and returns the generated files by path.
    private func generate(
        _ files: [String], options: String, from protos: URL = ExternalTools.protos
    ) throws -> (files: [String: String], outcome: ExternalTools.Outcome) {
        let protoc = try #require(ExternalTools.protoc)
        let plugin = try #require(ExternalTools.plugin)
        return try ExternalTools.withTemporaryFolder { folder in
            let arguments = [
                "-I", protos.path, "--plugin=protoc-gen-growth=\(plugin.path)", "--growth_out=\(folder.path)",
                "--growth_opt=\(options)",
            ]
            let outcome = try ExternalTools.run(protoc, arguments + files)
            var generated: [String: String] = [:]
            for path in try FileManager.default.subpathsOfDirectory(atPath: folder.path) where path.hasSuffix(".swift")
            {
                generated[path] = try String(contentsOf: folder.appending(path: path), encoding: .utf8)
            }
            return (generated, outcome)
        }
    }

    /// Runs protoc over one file of that text.
    private func generate(text: String, options: String = "") throws -> (String?, ExternalTools.Outcome) {
        try ExternalTools.withTemporaryFolder { folder in
            try Data(text.utf8).write(to: folder.appending(path: "a.proto"))
            let (files, outcome) = try generate(["a.proto"], options: options, from: folder)
            return (files["a.pb.swift"], outcome)
        }
    }

    struct Committed: Sendable, CustomTestStringConvertible {
        let files: [String]
        let options: String
        /// From the package's folder.
        let folder: String

        var testDescription: String { folder }
    }

    static let committed: [Committed] = [
        Committed(
            files: ["everything", "names", "prefixed", "nothing"].map { "codec/test/v1/\($0).proto" }
                + ["unpackaged.proto"],
            options: "FileNaming=PathToUnderscores", folder: "Tests/ProtobufCodecTests/Generated"),
        Committed(
            files: ["any", "duration", "empty", "field_mask", "struct", "timestamp", "wrappers"].map {
                "google/protobuf/\($0).proto"
            }, options: "Visibility=Public,FileNaming=DropPath",
            folder: "Sources/ProtobufCodec/WellKnownTypes/Generated"),
        Committed(
            files: ["growth/plugin/descriptor.proto"], options: "FileNaming=DropPath",
            folder: "Sources/protoc-gen-growth"),
    ]

    @Test("The committed Swift is what the plugin generates", arguments: committed)
    func regenerates(_ committed: Committed) throws {
        let (files, outcome) = try generate(committed.files, options: committed.options)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(files.count == committed.files.count)
        let package = ExternalTools.testFolder.deletingLastPathComponent().deletingLastPathComponent()
        for (path, text) in files {
            let url = package.appending(path: committed.folder).appending(path: path)
            let onDisk = try String(contentsOf: url, encoding: .utf8)
            #expect((onDisk == text) == true, "\(committed.folder)/\(path) is out of date: generate it again")
        }
    }

    @Test("Options set where files go and who sees the types")
    func options() throws {
        let file = "codec/test/v1/prefixed.proto"
        #expect(try generate([file], options: "").files.keys.sorted() == ["codec/test/v1/prefixed.pb.swift"])
        let naming = [
            "FullPath": "codec/test/v1/prefixed", "PathToUnderscores": "codec_test_v1_prefixed", "DropPath": "prefixed",
        ]
        for (option, path) in naming {
            #expect(try generate([file], options: "FileNaming=\(option)").files.keys.sorted() == [path + ".pb.swift"])
        }
        for (option, modifier) in ["Public": "public ", "Package": "package ", "Internal": ""] {
            let text = try #require(try generate([file], options: "Visibility=\(option)").files.values.first)
            #expect(text.contains("\n\(modifier)import ProtobufCodec\n"))
            #expect(text.contains("\n\(modifier)struct PreHolder: "))
            #expect(text.contains("\n    \(modifier)mutating func decode(from"))
        }
        let text = try generate(
            text: "syntax = \"proto3\"; message A { B b = 1; } enum B { B_NO = 0; }", options: "TypePrefix=My")
        #expect(text.0?.contains("struct MyA: ") == true)
        #expect(text.0?.contains("var b: MyB = .no") == true)
    }

    @Test(
        "What cannot be generated is refused with a reason",
        arguments: [
            ("syntax = \"proto2\"; message A { optional int32 b = 1; }", "", "a.proto: only proto3 is supported"),
            ("message A { optional int32 b = 1; }", "", "a.proto: only proto3 is supported"),
            ("syntax = \"proto3\"; message A {}", "Visibility=Open", "Visibility=Open is not one of"),
            ("syntax = \"proto3\"; message A {}", "FileNaming", "FileNaming= is not one of"),
            ("syntax = \"proto3\"; message A {}", "Color=Red", "unknown option 'Color'"),
            (
                "syntax = \"proto3\"; import \"google/protobuf/api.proto\"; message A { google.protobuf.Api b = 1; }",
                "",
                "google.protobuf.Api cannot be used: ProtobufCodec has no Swift for google/protobuf/api.proto"
            ),
            (
                "syntax = \"proto3\"; import \"google/protobuf/descriptor.proto\"; "
                    + "message A { google.protobuf.FileOptions b = 1; }", "",
                "google.protobuf.FileOptions cannot be used"
            ),
            (
                "syntax = \"proto3\"; message String {} message StringMessage {}", "",
                "a.proto: the Swift type StringMessage is declared in a.proto too"
            ),
        ])
    func refuses(text: String, options: String, reason: String) throws {
        let (generated, outcome) = try generate(text: text, options: options)
        #expect(generated == nil)
        #expect(outcome.status != 0)
        #expect(outcome.errors.contains(reason), "\(outcome.errors)")
    }

    @Test("Custom options, services and unused imports do not matter")
    func ignores() throws {
        let (generated, outcome) = try generate(
            text: """
                syntax = "proto3";
                import "google/protobuf/descriptor.proto";
                import "google/protobuf/api.proto";
                extend google.protobuf.FieldOptions { string note = 50000; }
                message A { int32 b = 1 [(note) = "x"]; reserved 2; reserved "c"; }
                service S { rpc M(A) returns (stream A); }
                """)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(generated?.contains("struct A: ") == true)
    }

    @Test("A request that is none gets an answer that says so")
    func badRequest() throws {
        let plugin = try #require(ExternalTools.plugin)
        let outcome = try ExternalTools.run(plugin, [], input: [0x0A, 0xFF])
        #expect(outcome.status == 0)
        #expect(String(decoding: outcome.output, as: UTF8.self).contains("truncated"))
    }
}
