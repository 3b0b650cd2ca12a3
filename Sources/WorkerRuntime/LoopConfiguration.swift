package import CommandLineTools
package import Schemas
package import StateStore

/// Everything a loop is made of but its clients; made once for each thread of each stage.
package struct LoopConfiguration: Sendable {
    var factory: StageFactory
    var configuration: Configuration
    var instanceID: String
    /// Static members keep their place over a restart; dynamic ones leave at once.
    var isStaticMember: Bool
    var thread: Int
    var clock: ClockMode
    var partitions: Int32
    var worker: String
    var build: String
    var configurationDigest: String
    package var limits = TransactionMachine.Limits()
    package var sessionTimeoutMilliseconds: Int32 = 45_000
    package var transactionTimeoutMilliseconds: Int32 = 60_000
    package var stateDirectory = ""
    /// Shared by all stores of the process; nil gives each its own.
    package var blockCache: SharedBlockCache?
    /// The entries that each store keeps ready in memory; bytes.
    package var entryCacheBytes = StateStoreSettings().entryCacheBytes
    /// Deliberate bugs, for a simulation to find; empty in every worker, since nothing else sets it.
    package var plantedFaults: Set<PlantedFault> = []

    /// Makes the configuration of one thread of a stage, with the defaults for the rest.
    package init(
        factory: StageFactory, configuration: Configuration, instanceID: String, isStaticMember: Bool, thread: Int,
        clock: ClockMode, partitions: Int32, worker: String, build: String, configurationDigest: String
    ) {
        self.factory = factory
        self.configuration = configuration
        self.instanceID = instanceID
        self.isStaticMember = isStaticMember
        self.thread = thread
        self.clock = clock
        self.partitions = partitions
        self.worker = worker
        self.build = build
        self.configurationDigest = configurationDigest
    }

    package var declaration: StageDeclaration { factory.declaration }

    /// Stage, instance and thread: this thread's alone, and the same after a restart.
    package var memberID: String {
        let number = thread < 10 ? "0\(thread)" : "\(thread)"
        return "\(declaration.group)-\(instanceID)-\(number)"
    }

    /// One folder for each thread: no two threads or processes ever share a store.
    package func directory(_ partition: Int32) -> String {
        let number = String(partition)
        let padded = String(repeating: "0", count: max(0, 4 - number.count)) + number
        return "\(stateDirectory)/\(instanceID)/\(thread)/\(declaration.group)/\(padded)"
    }

    /// What the consumer subscribes to: in event mode the clock too.
    package var inputTopics: [String] {
        declaration.inputs.map(\.name) + (clock == .event ? [StreamTask.clockTopic] : [])
    }
}
