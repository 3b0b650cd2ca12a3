import BrokerCore
import Dispatch
import KafkaProtocol
import Synchronization

/// What the broker's thread shares with others.
final class BrokerShared: Sendable {
    private let stopping = Atomic(false)
    let connectionCount = Atomic(0)
    let requestCount = Atomic(0)
    private let faults = Mutex(FaultInjector())
    private let commands = Mutex(Commands())
    private let wakeUp: Descriptor

    init(wakeUp: Descriptor) { self.wakeUp = wakeUp }

    // MARK: Stopping

    var isStopping: Bool { stopping.load(ordering: .acquiring) }

    func stop() {
        stopping.store(true, ordering: .releasing)
        wake()
    }

    /// A full socket wakes as well as one byte more would.
    private func wake() { _ = wakeUp.send([0]) }

    // MARK: Faults

    func fault(for request: Request, topicName: (KafkaUUID) -> String?) -> FaultInjector.Fault? {
        faults.withLock { $0.isEmpty ? nil : $0.fault(for: request, topicName: topicName) }
    }

    func withFaults<Result: Sendable>(_ body: (inout FaultInjector) -> Result) -> Result {
        faults.withLock { body(&$0) }
    }

    // MARK: Commands to the thread

    /// An instruction that needs the core, and where its outcome goes.
    final class Command: Sendable {
        let instruction: FaultScript.Instruction
        private let outcome = Mutex<Outcome?>(nil)
        private let done = DispatchSemaphore(value: 0)

        enum Outcome: Sendable {
            case lines([String])
            case failed(String)
        }

        init(_ instruction: FaultScript.Instruction) { self.instruction = instruction }

        func finish(_ result: Outcome) {
            outcome.withLock { $0 = result }
            done.signal()
        }

        func wait() -> Outcome {
            done.wait()
            return outcome.withLock { $0 } ?? .failed("no outcome")
        }
    }

    private struct Commands {
        var waiting: [Command] = []
        var isClosed = false
    }

    func run(_ instruction: FaultScript.Instruction) -> Command.Outcome {
        let command = Command(instruction)
        let isTaken = commands.withLock { commands in
            guard !commands.isClosed else { return false }
            commands.waiting.append(command)
            return true
        }
        guard isTaken else { return .failed("the broker has stopped") }
        wake()
        return command.wait()
    }

    func takeCommands() -> [Command] {
        commands.withLock { commands in
            defer { commands.waiting = [] }
            return commands.waiting
        }
    }

    func endCommands() {
        let left = commands.withLock { commands in
            commands.isClosed = true
            defer { commands.waiting = [] }
            return commands.waiting
        }
        for command in left { command.finish(.failed("the broker has stopped")) }
    }
}
