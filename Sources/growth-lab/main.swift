import CommandLineTools
import Foundation

let root = Command(
    "growth-lab",
    abstract: "Measures and tries GrowthFleet: benchmarks, simulated schedules, hostile input.",
    discussion: "For one machine of your own: everything runs on loopback and is stopped at the end.",
    examples: [
        .init(
            "growth-lab bench broker", "Produce and fetch rates of the embedded broker, and of Apache Kafka beside it."),
        .init("growth-lab simulate --schedules 10000 --threads 2", "Ten thousand schedules of the runtime."),
    ],
    parameters: [Lab.output],
    subcommands: [
        Command(
            "bench", abstract: "Measures rates, times and memory.", subcommands: [BenchBrokerCommand.command]),
        SimulateCommand.command,
    ])

exit(await root.main(version: "0.1.0").rawValue)
