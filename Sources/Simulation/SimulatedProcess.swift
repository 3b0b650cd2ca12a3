import StateStore
import WorkerRuntime

/// One worker process: its disk outlives it, its lives come and go.
final class SimulatedProcess {
    let index: Int
    let instanceID: String
    private(set) var disk = MemoryDisk()
    private(set) var life: Life?
    private(set) var loops: [SimulatedLoop] = []
    private(set) var stop = StopFlag()
    /// When the supervisor starts it; nil while it lives, or for good.
    var restartAt: Int64?
    /// What its wall clock is off by; ms.
    var clockSkew: Int64 = 0
    /// It stays down once it has ended.
    var isRetired = false
    /// Another process has its instance id.
    var isReplaced = false

    init(index: Int, instanceID: String) {
        self.index = index
        self.instanceID = instanceID
    }

    var isDraining: Bool { stop.isDraining }

    func begin(_ life: Life, _ loops: [SimulatedLoop], _ stop: StopFlag) {
        self.life = life
        self.loops = loops
        self.stop = stop
        restartAt = nil
    }

    /// The machine comes back with an empty disk.
    func replaceDisk() { disk = MemoryDisk() }

    /// Forgets the life that has ended.
    func ended() {
        life?.end()
        life = nil
        loops = []
    }
}

/// One task loop of a process, and what the world must know to run it.
final class SimulatedLoop {
    let life: Life
    let stage: Int
    let task: TaskLoop<SimulatedClient, SimulatedEnvironment>
    var isStarted = false
    var isOnStack = false
    var hasEnded = false
    /// Not run before this time.
    var wakesAt: Int64 = 0

    init(life: Life, stage: Int, task: TaskLoop<SimulatedClient, SimulatedEnvironment>) {
        self.life = life
        self.stage = stage
        self.task = task
    }
}
