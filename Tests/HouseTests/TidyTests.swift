import Foundation
import Operations
import Schemas
import Testing

#if !hasFeature(StrictMemorySafety) || !hasFeature(ExistentialAny) || !hasFeature(InternalImportsByDefault)
    #error("a flag of Package.swift does not bite")
#endif
#if !hasFeature(MemberImportVisibility) || !hasFeature(NonisolatedNonsendingByDefault) || !hasFeature(Lifetimes)
    #error("a flag of Package.swift does not bite")
#endif

@Suite("House rules, read from the sources")
struct TidyTests {
    private static let sources = House.files("Sources")

    private func imports(_ file: House.File) -> [String] {
        file.lines.compactMap { line in
            let words = line.split(separator: " ")
            guard let place = words.firstIndex(of: "import"), place + 1 < words.count,
                words[..<place].allSatisfy({ ["public", "package", "internal", "@testable"].contains($0) })
            else { return nil }
            return String(words[place + 1])
        }
    }

    @Test(
        "only one module imports each C library",
        arguments: [
            ("CRdKafka", ["Kafka"]), ("CRocksDB", ["StateStore"]), ("CMicrohttpd", ["Observability"]),
            ("COpenSSL", ["NotificationProviders"]),
        ])
    func wrappers(library: String, owners: [String]) {
        let users = Set(Self.sources.filter { imports($0).contains(library) }.map(\.module))
        #expect(users == Set(owners))
    }

    @Test(
        "domains are pure: they see the schemas and nothing else",
        arguments: ["Tagging", "ReferralFraud", "RewardSettlement", "NotificationDispatch"])
    func domains(module: String) {
        let seen = Set(Self.sources.filter { $0.module == module }.flatMap { imports($0) })
        #expect(!seen.isEmpty)
        #expect(seen.isSubset(of: ["Schemas", "ProtobufCodec"]), "\(module) sees \(seen)")
    }

    @Test(
        "arrows point down only",
        arguments: [
            ("ProtobufCodec", [String]()), ("Schemas", ["ProtobufCodec"]), ("CommandLineTools", []),
            ("Kafka", ["CRdKafka"]), ("StateStore", ["CRocksDB", "Checksums"]), ("Observability", ["CMicrohttpd"]),
            ("Checksums", []), ("KafkaProtocol", ["Checksums"]), ("BrokerCore", ["KafkaProtocol"]),
            ("EmbeddedBroker", ["BrokerCore", "KafkaProtocol", "Checksums"]),
            (
                "WorkerRuntime",
                ["Kafka", "StateStore", "Schemas", "ProtobufCodec", "Observability", "CommandLineTools"]
            ),
        ])
    func arrows(module: String, allowed: [String]) {
        let own = Set(Self.sources.map(\.module))
        let seen = Set(Self.sources.filter { $0.module == module }.flatMap { imports($0) }).intersection(own)
        #expect(seen.isSubset(of: allowed), "\(module) sees \(seen)")
    }

    @Test("the codec's binary path and the domains do without Foundation")
    func foundation() {
        let users = Set(Self.sources.filter { imports($0).contains("Foundation") }.map(\.module))
        #expect(!users.contains("ProtobufCodec"))
        #expect(!users.contains("Schemas"))
    }

    @Test("unsafe code stays in the C wrappers and the codec's byte reads")
    func unsafeCode() {
        let allowed: Set = [
            "Kafka", "StateStore", "Observability", "ProtobufCodec", "NotificationProviders", "CommandLineTools",
            "WorkerRuntime", "Checksums", "KafkaProtocol", "EmbeddedBroker", "BrokerTestKit", "growth-lab",
            "Simulation",
        ]
        for file in Self.sources where !allowed.contains(file.module) {
            for (number, line) in file.lines.enumerated() {
                #expect(!line.contains("unsafe "), "\(file.path):\(number + 1)")
            }
        }
    }

    @Test("no unstructured tasks, no force, no trap on input, no drawer files")
    func banned() {
        for file in Self.sources {
            #expect(!["Utils.swift", "Types.swift", "Helpers.swift", "Misc.swift"].contains(file.name), "\(file.path)")
            for (number, line) in file.lines.enumerated() {
                let place = "\(file.path):\(number + 1)"
                let code = line.components(separatedBy: "//")[0]
                // `Task` as a word of its own that opens a closure: a type that ends in it is another thing.
                #expect(!code.split(separator: " ").contains("Task"), "\(place)")
                #expect(!code.contains("try!"), "\(place)")
                #expect(!code.contains(" as! "), "\(place)")
                #expect(!code.contains("fatalError("), "\(place)")
                let isLong = line.count > 120 && !line.contains("\"") && !line.contains("///") && !line.contains("//")
                #expect(!isLong, "\(place) is longer than 120")
            }
        }
    }

    @Test("every @unchecked Sendable and nonisolated(unsafe) says why above it")
    func unchecked() {
        for file in Self.sources {
            for (number, line) in file.lines.enumerated()
            where line.contains("@unchecked Sendable") || line.contains("nonisolated(unsafe)") {
                let before = file.lines[max(0, number - 4)..<number].joined(separator: "\n")
                #expect(before.contains("//"), "\(file.path):\(number + 1)")
            }
        }
    }

    @Test("every target takes the shared settings")
    func settings() throws {
        let manifest = try House.text("Package.swift")
        #expect(manifest.components(separatedBy: "swiftSettings: settings").count == 4)
        #expect(manifest.components(separatedBy: "swiftSettings:").count == 4, "a target has settings of its own")
        #expect(!manifest.contains(".package(url"))
    }

    @Test("a worker has all its parts")
    func workers() {
        let folders = (try? FileManager.default.contentsOfDirectory(atPath: House.root.path + "/Sources")) ?? []
        for worker in Set(Stages.all.map(\.worker)) {
            #expect(folders.contains(worker))
            let files = Self.sources.filter { $0.module == worker }.map(\.name)
            #expect(files.count == 2 && files.contains("main.swift"), "\(worker) has \(files)")
        }
    }

    @Test("the top level holds what it should and nothing else")
    func topLevel() throws {
        let allowed: Set = ["Package.swift", "Sources", "Tests", "Deploy", "Schemas", "README.md", "LICENSE"]
        let found = try FileManager.default.contentsOfDirectory(atPath: House.root.path).filter { !$0.hasPrefix(".") }
        #expect(Set(found).subtracting(allowed).isEmpty, "\(Set(found).subtracting(allowed))")
    }

    @Test("the README's diagram is what growthctl topology prints")
    func diagram() throws {
        #expect(try House.text("README.md").contains(Topology.text()))
    }
}
