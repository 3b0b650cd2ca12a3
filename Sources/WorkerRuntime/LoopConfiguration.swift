import CommandLineTools
import Kafka
import Observability
import Schemas
import StateStore

/// Everything a loop is made of; made once for each thread of each stage.
struct LoopConfiguration: Sendable {
    var factory: StageFactory
    var configuration: Configuration
    var client: ClientConfiguration
    var instanceID: String
    /// Static members keep their place over a restart; dynamic ones leave at once.
    var isStaticMember: Bool
    var thread: Int
    var clock: ClockMode
    var partitions: Int32
    var limits: TransactionMachine.Limits
    var sessionTimeoutMilliseconds: Int32
    var transactionTimeoutMilliseconds: Int32
    var stateDirectory: String
    var blockCache: SharedBlockCache
    var worker: String
    var build: String
    var configurationDigest: String

    var declaration: StageDeclaration { factory.declaration }

    /// Stage, instance and thread: this thread's alone, and the same after a restart.
    var memberID: String {
        let number = thread < 10 ? "0\(thread)" : "\(thread)"
        return "\(declaration.group)-\(instanceID)-\(number)"
    }

    /// One folder for each thread: no two threads or processes ever share a store.
    func directory(_ partition: Int32) -> String {
        let number = String(partition)
        let padded = String(repeating: "0", count: max(0, 4 - number.count)) + number
        return "\(stateDirectory)/\(instanceID)/\(thread)/\(declaration.group)/\(padded)"
    }

    /// What the consumer subscribes to: in event mode the clock too.
    var inputTopics: [String] {
        declaration.inputs.map(\.name) + (clock == .event ? [StreamTask.clockTopic] : [])
    }
}
