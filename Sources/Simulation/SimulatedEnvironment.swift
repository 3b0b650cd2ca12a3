import WorkerRuntime

/// The clocks and the chance of a simulated process.
struct SimulatedEnvironment: LoopEnvironment {
    let world: World
    let life: Life

    func wallClockMilliseconds() -> Int64 { world.now + life.process.clockSkew }

    func monotonicNanoseconds() -> UInt64 { UInt64(world.now) &* 1_000_000 }

    func wait(milliseconds: Int64) { world.sleep(life, milliseconds) }

    func randomBytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: world.chance.next()) }
    }
}
