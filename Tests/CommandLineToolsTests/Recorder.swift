import CommandLineTools
import Synchronization

/// Collects what a command prints.
final class Recorder: Sendable {
    private let streams = Mutex((output: "", error: ""))

    var output: String { streams.withLock { $0.output } }
    var error: String { streams.withLock { $0.error } }

    /// A console that writes here; the clock stands at 2026-03-01T12:00:00Z.
    func console(_ terminal: Terminal = .none) -> Console {
        Console(
            terminal: terminal, now: { Timestamp(millisecondsSince1970: 1_772_366_400_000) },
            output: { text in self.streams.withLock { $0.output += text } },
            error: { text in self.streams.withLock { $0.error += text } })
    }
}

/// A seeded generator (SplitMix64), so that a property that fails does so again.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
