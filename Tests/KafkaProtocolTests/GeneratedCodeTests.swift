import Foundation
import Testing

@Suite(.enabled(if: JavaKafka.home != nil, "needs KAFKA_HOME"))
struct GeneratedCodeTests {
    private static var isKafka43: Bool {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: "\(JavaKafka.home ?? "")/libs")) ?? []
        return files.contains { $0.hasPrefix("kafka-clients-4.3.") }
    }

    @Test("the committed sources are what the generator makes", .enabled(if: isKafka43, "needs Kafka 4.3"))
    func regenerated() throws {
        let root = JavaKafka.testFolder.deletingLastPathComponent().deletingLastPathComponent()
        let committed = root.appending(path: "Sources/KafkaProtocol/Generated")
        try JavaKafka.withTemporaryFolder { folder in
            let script = root.appending(path: "Sources/KafkaProtocol/generate").path
            let outcome = try JavaKafka.run([script, folder.path])
            #expect(outcome.status == 0, "\(outcome.errors)")
            let made = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
            let there = try FileManager.default.contentsOfDirectory(atPath: committed.path).filter { $0 != "README.md" }
            #expect(made.filter { $0 != "messages.json" } == there.sorted())
            #expect(made.contains("messages.json"))
            for name in made {
                let old = name == "messages.json" ? JavaKafka.testFolder : committed
                let isSame =
                    try Data(contentsOf: folder.appending(path: name)) == Data(contentsOf: old.appending(path: name))
                #expect(isSame, "\(name) differs")
            }
        }
    }
}
