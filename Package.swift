// swift-tools-version: 6.2
import PackageDescription

// One settings array for every Swift target; HouseTests proves that each flag bites and that no target has its own.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableExperimentalFeature("Lifetimes"),
]

func library(_ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = []) -> Target {
    .target(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: settings)
}

func program(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: settings)
}

/// A worker is three targets: its pure domain, its executable and the domain's tests.
func worker(_ name: String, domain: String, _ more: [Target.Dependency] = []) -> [Target] {
    [
        library(domain, ["Schemas", "ProtobufCodec"]),
        program(
            name, [.target(name: domain), "WorkerRuntime", "CommandLineTools", "Schemas", "ProtobufCodec"] + more),
        tests("\(domain)Tests", [.target(name: domain), "Schemas", "ProtobufCodec"]),
    ]
}

func systemLibrary(_ name: String, pkgConfig: String, package: String) -> Target {
    .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([package])])
}

let package = Package(
    name: "GrowthFleet",
    products: [
        .library(name: "ProtobufCodec", targets: ["ProtobufCodec"]),
        .executable(name: "protoc-gen-growth", targets: ["protoc-gen-growth"]),
    ],
    targets: [
        systemLibrary("CRdKafka", pkgConfig: "rdkafka", package: "librdkafka-dev"),
        systemLibrary("CRocksDB", pkgConfig: "rocksdb", package: "librocksdb-dev"),
        systemLibrary("COpenSSL", pkgConfig: "libcrypto", package: "libssl-dev"),
        .target(
            name: "CMicrohttpd", linkerSettings: [.linkedLibrary("microhttpd")]),

        library("ProtobufCodec", exclude: ["WellKnownTypes/Generated/README.md"]),
        program("protoc-gen-growth", ["ProtobufCodec"]),
        library("Schemas", ["ProtobufCodec"], exclude: ["Generated/README.md"]),
        library("Checksums"),
        library("KafkaProtocol", ["Checksums"], exclude: ["generate", "Generated/README.md"]),
        library("BrokerCore", ["KafkaProtocol"]),
        library("EmbeddedBroker", ["BrokerCore", "KafkaProtocol", "Checksums"]),
        program("growth-broker", ["EmbeddedBroker", "BrokerCore", "CommandLineTools"]),
        library("BrokerTestKit", ["Kafka"]),
        library("Kafka", ["CRdKafka"]),
        library("StateStore", ["CRocksDB", "Checksums"]),
        library("Observability", ["CMicrohttpd"]),
        library("CommandLineTools"),
        library(
            "WorkerRuntime", ["Kafka", "StateStore", "Schemas", "ProtobufCodec", "Observability", "CommandLineTools"]),
        library(
            "StageTestKit", ["WorkerRuntime", "StateStore", "Kafka", "CommandLineTools", "Schemas", "ProtobufCodec"]),
        library("ShopGenerator", ["Schemas", "ProtobufCodec"]),
        library(
            "NotificationProviders", ["WorkerRuntime", "NotificationDispatch", "Schemas", "ProtobufCodec", "COpenSSL"]),
        library(
            "Operations", ["Kafka", "Schemas", "ProtobufCodec", "ShopGenerator", "ReferralFraud", "CommandLineTools"]),
        program(
            "growthctl",
            [
                "Operations", "CommandLineTools", "Kafka", "Schemas", "ProtobufCodec", "ShopGenerator", "Tagging",
                "ReferralFraud", "RewardSettlement", "NotificationDispatch",
            ]),
        library(
            "Simulation",
            [
                "WorkerRuntime", "StateStore", "Kafka", "BrokerCore", "KafkaProtocol", "Schemas", "ProtobufCodec",
                "Observability", "CommandLineTools",
            ]),
        program("growth-lab", ["Simulation", "WorkerRuntime", "BrokerTestKit", "CommandLineTools", "Kafka"]),
    ]
        + worker("tagging-worker", domain: "Tagging")
        + worker("fraud-worker", domain: "ReferralFraud")
        + worker("settlement-worker", domain: "RewardSettlement")
        + worker("notification-worker", domain: "NotificationDispatch", ["NotificationProviders"])
        + [
            tests("ProtobufCodecTests", ["ProtobufCodec"], exclude: ["Protos", "CrossCheck", "Generated/README.md"]),
            tests("KafkaTests", ["Kafka", "CRdKafka", "BrokerTestKit"]),
            tests("KafkaProtocolTests", ["KafkaProtocol"], exclude: ["CrossCheck", "messages.json"]),
            tests("BrokerCoreTests", ["BrokerCore", "KafkaProtocol"]),
            tests("SimulationTests", ["Simulation", "WorkerRuntime"]),
            tests("EmbeddedBrokerTests", ["EmbeddedBroker", "BrokerCore", "KafkaProtocol", "growth-broker"]),
            tests(
                "ConformanceTests", ["EmbeddedBroker", "BrokerCore", "BrokerTestKit", "Kafka", "KafkaProtocol"],
                exclude: ["Answers"]),
            tests("StateStoreTests", ["StateStore", "Checksums"]),
            tests("ObservabilityTests", ["Observability"]),
            tests("HouseTests", ["Schemas", "Operations"]),
            tests("SchemasTests", ["Schemas", "ProtobufCodec"]),
            tests("ShopGeneratorTests", ["ShopGenerator", "Schemas", "ProtobufCodec"]),
            tests("OperationsTests", ["Operations", "Kafka", "Schemas", "ProtobufCodec"]),
            tests("CommandLineToolsTests", ["CommandLineTools"]),
            tests(
                "ReferenceModelTests",
                [
                    "Operations", "ShopGenerator", "Kafka", "Schemas", "ProtobufCodec", "StageTestKit", "WorkerRuntime",
                    "tagging-worker", "fraud-worker", "settlement-worker", "notification-worker",
                ]),
            tests(
                "WorkerRuntimeTests",
                [
                    "WorkerRuntime", "StageTestKit", "StateStore", "Kafka", "CommandLineTools", "Schemas",
                    "ProtobufCodec",
                ]),
            tests(
                "NotificationProvidersTests",
                ["NotificationProviders", "NotificationDispatch", "Schemas", "ProtobufCodec"]),
        ]
)
