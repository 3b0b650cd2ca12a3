import CommandLineTools
import Testing

enum SampleClock: String, CaseIterable, ExpressibleByArgument {
    case wall, event
}

enum SampleSettings {
    static let interval = Setting<Int>(
        "commit.interval.ms", default: 100, allowed: .range(1...60_000), help: "Time between commits.")
    static let clock = Setting<SampleClock>("clock", default: .wall, help: "Whose time counts.")
    static let share = Setting<Double>("sample.share", default: 0.5, allowed: .range(0...1), help: "Part | sampled.")
    static let verbose = Setting<Bool>("verbose", default: false, help: "Say more.")
    static let budget = Setting<Duration>("drain.budget", default: .seconds(30), help: "Time to drain.")
    static let topics = Setting<[String]>("topics", default: ["a", "b"], help: "Topics.")
    static let stateDirectory = Setting<String>("state.dir", help: "Where state is kept.")
    static let instance = Setting<String?>("group.instance-id", help: "Static member id.")
    static let token = Setting<Secret?>("console.token", help: "Token of the console.")
    static let servers = Setting<[String]>("kafka.bootstrap.servers", default: ["localhost:9092"], help: "Brokers.")
    static let all = ConfigurationDeclaration(
        [interval, clock, share, verbose, budget, topics, stateDirectory, instance, token, servers],
        allowedVariables: ["GROWTH_LAB_SEED"])
}

@Suite struct ConfigurationTests {
    /// Files by path; what is not here does not exist.
    static let files = [
        "good.json": """
        // the shop's own
        {
            "commit.interval.ms": 250, /* milliseconds */
            "clock": "event",
            "sample": { "share": 1 },
            "verbose": true,
            "drain.budget": "1m30s",
            "topics": ["x"],
            "state": { "dir": "/var/lib/growth" },
            "console.token.file": "token",
            "kafka": { "security.protocol": "ssl", "ssl": { "key": { "password": { "file": "key" } } } },
            "kafka.statistics.interval.ms": 0,
            "kafka.enable.ssl.certificate.verification": true,
        }
        """,
        "token": "t0ken\n", "key": "k3y\r\n", "empty": "\n", "two": "a\nb\n",
    ]

    static func read(_ path: String) throws(FileProblem) -> String {
        guard let text = files[path] else { throw FileProblem("no such file") }
        return text
    }

    static func resolve(
        _ texts: [String: [String]] = [:], _ environment: [String: String] = [:], file: String? = nil,
        properties: [String] = []
    ) throws -> Configuration {
        try Configuration.resolve(
            SampleSettings.all, flags: ConfigurationFlags(file: file, texts: texts, kafkaProperties: properties),
            environment: environment, readFile: read)
    }

    @Test func defaultsHoldWhereNothingIsSaid() throws {
        let configuration = try Self.resolve(["--state-dir": ["/s"]])
        #expect(configuration[SampleSettings.interval] == 100)
        #expect(configuration[SampleSettings.clock] == .wall)
        #expect(configuration[SampleSettings.share] == 0.5)
        #expect(configuration[SampleSettings.verbose] == false)
        #expect(configuration[SampleSettings.budget] == .seconds(30))
        #expect(configuration[SampleSettings.topics] == ["a", "b"])
        #expect(configuration[SampleSettings.instance] == nil)
        #expect(configuration[SampleSettings.token] == nil)
        #expect(configuration.source(of: SampleSettings.interval) == .fallback)
    }

    @Test func theFileIsReadWithCommentsAndNesting() throws {
        let configuration = try Self.resolve([:], ["GROWTH_CONFIG": "good.json"])
        #expect(configuration[SampleSettings.interval] == 250)
        #expect(configuration[SampleSettings.clock] == .event)
        #expect(configuration[SampleSettings.share] == 1)
        #expect(configuration[SampleSettings.verbose])
        #expect(configuration[SampleSettings.budget] == .seconds(90))
        #expect(configuration[SampleSettings.topics] == ["x"])
        #expect(configuration[SampleSettings.stateDirectory] == "/var/lib/growth")
        #expect(configuration[SampleSettings.token]?.reveal() == "t0ken")
        #expect(
            configuration.kafkaProperties
                == KafkaProperties([
                    "security.protocol": "ssl", "ssl.key.password": "k3y", "statistics.interval.ms": "0",
                    "enable.ssl.certificate.verification": "true",
                ]))
        #expect(configuration.source(of: SampleSettings.interval).description == "good.json:3:5")
        #expect(configuration.source(of: SampleSettings.share).description == "good.json:5:17")
    }

    @Test func aStrongerSourceWins() throws {
        let environment = ["GROWTH_COMMIT_INTERVAL_MS": "300", "GROWTH_CLOCK": "wall", "GROWTH_TOPICS": "p, q"]
        let configuration = try Self.resolve(["--commit-interval-ms": ["400"]], environment, file: "good.json")
        #expect(configuration[SampleSettings.interval] == 400)
        #expect(configuration.source(of: SampleSettings.interval) == .flag("--commit-interval-ms"))
        #expect(configuration[SampleSettings.clock] == .wall)
        #expect(configuration.source(of: SampleSettings.clock) == .variable("GROWTH_CLOCK"))
        #expect(configuration[SampleSettings.topics] == ["p", "q"])
        #expect(configuration[SampleSettings.verbose])
    }

    @Test func theFlagForTheFileWinsOverTheVariable() throws {
        let configuration = try Self.resolve([:], ["GROWTH_CONFIG": "missing.json"], file: "good.json")
        #expect(configuration[SampleSettings.interval] == 250)
    }

    @Test func listsAreSplitOutsideOfTheFileAndMayBeEmpty() throws {
        let flags = ["--state-dir": ["/s"], "--topics": ["a,b", "c"]]
        #expect(try Self.resolve(flags)[SampleSettings.topics] == ["a", "b", "c"])
        #expect(try Self.resolve(["--state-dir": ["/s"]], ["GROWTH_TOPICS": ""])[SampleSettings.topics] == [])
    }

    @Test func kafkaPropertiesPassThrough() throws {
        let environment = [
            "GROWTH_KAFKA_SASL_MECHANISM": "PLAIN", "GROWTH_KAFKA_LOG_LEVEL": "7", "GROWTH_KAFKA_LINGER_MS": "5",
            "GROWTH_KAFKA_SASL_PASSWORD_FILE": "token", "GROWTH_KAFKA_BOOTSTRAP_SERVERS": "k1:9092,k2:9092",
            "GROWTH_STATE_DIR": "/s",
        ]
        let configuration = try Self.resolve([:], environment, properties: ["linger.ms=7", "debug=a=b"])
        #expect(
            configuration.kafkaProperties
                == KafkaProperties([
                    "sasl.mechanism": "PLAIN", "log_level": "7", "linger.ms": "7", "debug": "a=b",
                    "sasl.password": "t0ken",
                ]))
        // A declared setting is a setting, also below "kafka.".
        #expect(configuration[SampleSettings.servers] == ["k1:9092", "k2:9092"])
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        var flags: [String: [String]] = ["--state-dir": ["/s"]]
        var environment: [String: String] = [:]
        var text: String? = nil
        var properties: [String] = []
        let problem: String

        var testDescription: String { problem }
    }

    static let refusals: [Refusal] = [
        // Wrong values, by source.
        Refusal(
            flags: ["--state-dir": ["/s"], "--commit-interval-ms": ["0"]],
            problem: "commit.interval.ms: '0' is not an integer from 1 to 60000 (from --commit-interval-ms)"),
        Refusal(
            environment: ["GROWTH_COMMIT_INTERVAL_MS": "1s"],
            problem: "commit.interval.ms: '1s' is not an integer from 1 to 60000 (from GROWTH_COMMIT_INTERVAL_MS)"),
        Refusal(
            environment: ["GROWTH_COMMIT_INTERVAL_MS": ""],
            problem: "commit.interval.ms: '' is not an integer from 1 to 60000 (from GROWTH_COMMIT_INTERVAL_MS)"),
        Refusal(
            text: "{\n  \"commit.interval.ms\": 70000\n}",
            problem: "commit.interval.ms: '70000' is not an integer from 1 to 60000 (from f.json:2:3)"),
        Refusal(
            text: "{ \"commit.interval.ms\": \"100\" }",
            problem: "commit.interval.ms: \"100\" is not an integer from 1 to 60000 (from f.json:1:3)"),
        Refusal(
            text: "{ \"commit.interval.ms\": 1.5 }",
            problem: "commit.interval.ms: 1.5 is not an integer from 1 to 60000 (from f.json:1:3)"),
        Refusal(
            text: "{ \"commit.interval.ms\": null }",
            problem: "commit.interval.ms: null is not an integer from 1 to 60000 (from f.json:1:3)"),
        Refusal(
            text: "{ \"commit.interval.ms\": {\"a\": 1} }",
            problem: "commit.interval.ms: {\"a\":1} is not an integer from 1 to 60000 (from f.json:1:3)"),
        Refusal(
            environment: ["GROWTH_CLOCK": "evnt"],
            problem: "clock: 'evnt' is not one of wall, event; did you mean 'event'? (from GROWTH_CLOCK)"),
        Refusal(
            environment: ["GROWTH_SAMPLE_SHARE": "nan"],
            problem: "sample.share: 'nan' is not a number from 0.0 to 1.0 (from GROWTH_SAMPLE_SHARE)"),
        Refusal(
            environment: ["GROWTH_VERBOSE": "yes"],
            problem: "verbose: 'yes' is not true or false (from GROWTH_VERBOSE)"),
        Refusal(
            environment: ["GROWTH_DRAIN_BUDGET": "30"],
            problem: "drain.budget: '30' is not a duration such as 500ms, 10s or 1h30m (from GROWTH_DRAIN_BUDGET)"),
        Refusal(
            text: "{ \"topics\": \"x\" }",
            problem: "topics: \"x\" is not an array whose elements are each a text (from f.json:1:3)"),
        Refusal(
            text: "{ \"topics\": [\"x\", 5] }",
            problem: "topics: 5 is not an array whose elements are each a text (from f.json:1:3)"),
        Refusal(
            flags: [:],
            problem: "state.dir: required; set --state-dir, GROWTH_STATE_DIR or \"state.dir\" in the file"),
        // Unknown names.
        Refusal(
            environment: ["GROWTH_COMIT_INTERVAL_MS": "5"],
            problem: "unknown variable GROWTH_COMIT_INTERVAL_MS; did you mean GROWTH_COMMIT_INTERVAL_MS?"),
        Refusal(environment: ["GROWTH_UNHEARD_OF_THING": "5"], problem: "unknown variable GROWTH_UNHEARD_OF_THING"),
        Refusal(
            text: "{ \"comit.interval.ms\": 5 }",
            problem: "unknown key 'comit.interval.ms' at f.json:1:3; did you mean commit.interval.ms?"),
        Refusal(
            text: "{\n\"commit\": {\n \"intervall\": { \"ms\": 5 } } }",
            problem: "unknown key 'commit.intervall.ms' at f.json:3:17; did you mean commit.interval.ms?"),
        // The file itself.
        Refusal(text: "[]", problem: "f.json:1:1: the configuration must be a JSON object"),
        Refusal(text: "{ \"verbose\": tru }", problem: "f.json:1:14: a value is expected"),
        Refusal(text: "{ \"verbose\": true,\n \"verbose\": true }", problem: "f.json:2:2: 'verbose' is there twice"),
        Refusal(
            text: "{ \"state.dir\": \"/a\", \"state\": { \"dir\": \"/b\" } }",
            problem: "state.dir: given twice (again at f.json:1:33)"),
        Refusal(
            environment: ["GROWTH_CONFIG": "gone.json"],
            problem: "cannot read the configuration file 'gone.json': no such file"),
        // Secrets.
        Refusal(
            environment: ["GROWTH_CONSOLE_TOKEN": "hush"],
            problem:
                "console.token: secrets come from files, not from GROWTH_CONSOLE_TOKEN; set GROWTH_CONSOLE_TOKEN_FILE"
        ),
        Refusal(
            text: "{ \"console.token\": \"hush\" }",
            problem: "console.token: secrets come from files; set \"console.token.file\" (at f.json:1:3)"),
        Refusal(
            environment: ["GROWTH_CONSOLE_TOKEN_FILE": "gone"],
            problem: "console.token.file: cannot read 'gone': no such file (from GROWTH_CONSOLE_TOKEN_FILE)"),
        Refusal(
            environment: ["GROWTH_CONSOLE_TOKEN_FILE": "empty"],
            problem: "console.token.file: the file 'empty' is empty (from GROWTH_CONSOLE_TOKEN_FILE)"),
        Refusal(
            environment: ["GROWTH_KAFKA_SASL_PASSWORD": "hush"],
            problem: "kafka.sasl.password: secrets come from files; set GROWTH_KAFKA_SASL_PASSWORD_FILE"
                + " (from GROWTH_KAFKA_SASL_PASSWORD)"),
        Refusal(
            properties: ["ssl.key.password=hush"],
            problem: "kafka.ssl.key.password: secrets come from files; set GROWTH_KAFKA_SSL_KEY_PASSWORD_FILE"
                + " (from -X ssl.key.password)"),
        Refusal(
            text: "{ \"kafka.ssl.key.pem\": \"hush\" }",
            problem: "kafka.ssl.key.pem: secrets come from files; set GROWTH_KAFKA_SSL_KEY_PEM_FILE (from f.json:1:3)"),
        // Kafka properties.
        Refusal(properties: ["linger.ms"], problem: "-X 'linger.ms' is not NAME=VALUE"),
        Refusal(properties: ["=5"], problem: "kafka property '': this is no property's name (from -X )"),
        Refusal(
            properties: ["Linger=5"], problem: "kafka property 'Linger': this is no property's name (from -X Linger)"),
        Refusal(
            text: "{ \"kafka.debug\": [\"a\"] }",
            problem: "kafka.debug: a text, a number, true or false is expected (from f.json:1:3)"),
    ]

    @Test(arguments: refusals)
    func aRefusalNamesKeySourceValueAndWhatIsAllowed(row: Refusal) {
        let error = #expect(throws: ConfigurationError.self) {
            try Configuration.resolve(
                SampleSettings.all,
                flags: ConfigurationFlags(
                    file: row.text == nil ? nil : "f.json", texts: row.flags, kafkaProperties: row.properties),
                environment: row.environment
            ) { (path) throws(FileProblem) in
                if path == "f.json", let text = row.text { return text }
                return try Self.read(path)
            }
        }
        #expect(error?.problems == [row.problem])
        #expect(error?.description.contains("hush") == false)
    }

    @Test func allProblemsAreReportedAtOnceAndInTheSameOrder() {
        let error = #expect(throws: ConfigurationError.self) {
            try Self.resolve(
                ["--verbose": ["2"]], ["GROWTH_B": "", "GROWTH_A": "", "GROWTH_LAB_SEED": "1", "HOME": "/"])
        }
        #expect(
            error?.description == """
                unknown variable GROWTH_A
                unknown variable GROWTH_B
                verbose: '2' is not true or false (from --verbose)
                state.dir: required; set --state-dir, GROWTH_STATE_DIR or "state.dir" in the file
                """)
    }

    @Test func secretsAreNeverPrinted() throws {
        let configuration = try Self.resolve([:], ["GROWTH_CONFIG": "good.json"])
        var dumped = ""
        dump(configuration, to: &dumped)
        let token = try #require(configuration[SampleSettings.token])
        for text in [
            dumped, "\(configuration)", configuration.canonicalText, "\(configuration.kafkaProperties)",
            String(reflecting: configuration), String(reflecting: configuration.kafkaProperties), "\(token)",
            String(reflecting: token), "\(configuration.kafkaProperties.revealedPairs)",
        ] {
            #expect(!text.contains("t0ken"))
            #expect(!text.contains("k3y"))
        }
        #expect(token.reveal() == "t0ken")
        #expect(
            try Self.resolve(["--state-dir": ["/s"], "--console-token-file": ["two"]])[SampleSettings.token]?.reveal()
                == "a\nb")
    }

    @Test func theDescriptionShowsValuesAndSources() throws {
        let configuration = try Self.resolve(["--verbose": ["false"]], ["GROWTH_CLOCK": "wall"], file: "good.json")
        #expect(
            configuration.description == """
                setting                                    value            from
                commit.interval.ms                         250              good.json:3:5
                clock                                      wall             GROWTH_CLOCK
                sample.share                               1                good.json:5:17
                verbose                                    false            --verbose
                drain.budget                               1m30s            good.json:7:5
                topics                                     x                good.json:8:5
                state.dir                                  /var/lib/growth  good.json:9:16
                group.instance-id                          -                default
                console.token                              *** in token     good.json:10:5
                kafka.bootstrap.servers                    localhost:9092   default
                kafka.enable.ssl.certificate.verification  true             -
                kafka.security.protocol                    ssl              -
                kafka.ssl.key.password                     ***              -
                kafka.statistics.interval.ms               0                -

                """)
    }

    @Test func theCanonicalTextDependsOnValuesOnly() throws {
        let given = ["--state-dir": ["/s"], "--commit-interval-ms": ["100"]]
        let plain = try Self.resolve(["--state-dir": ["/s"]])
        #expect(try Self.resolve(given).canonicalText == plain.canonicalText)
        #expect(try Self.resolve([:], ["GROWTH_STATE_DIR": "/s"]).canonicalText == plain.canonicalText)
        #expect(try Self.resolve(["--state-dir": ["/t"]]).canonicalText != plain.canonicalText)
        #expect(
            plain.canonicalText == """
                clock=wall
                commit.interval.ms=100
                drain.budget=30s
                kafka.bootstrap.servers=localhost:9092
                sample.share=0.5
                state.dir=/s
                topics=a,b
                verbose=false

                """)
    }

    @Test func theTableDocumentsEverySetting() {
        let lines = SampleSettings.all.table(.markdown).split(separator: "\n")
        #expect(lines.count == 2 + SampleSettings.all.settings.count)
        #expect(lines[0] == "| setting | flag | variable | default | value | meaning |")
        #expect(lines[1] == "| --- | --- | --- | --- | --- | --- |")
        #expect(
            lines[2] == "| commit.interval.ms | --commit-interval-ms | GROWTH_COMMIT_INTERVAL_MS | 100"
                + " | an integer from 1 to 60000 | Time between commits. |")
        #expect(lines[4].hasSuffix("| Part \\| sampled. |"))
        #expect(lines[8].contains("| (required) |"))
        #expect(
            lines[10] == "| console.token.file | --console-token-file | GROWTH_CONSOLE_TOKEN_FILE | "
                + " | the path of a file | Token of the console. |")
        #expect(
            SampleSettings.all.table(.text).contains(
                "commit.interval.ms       --commit-interval-ms       GROWTH_COMMIT_INTERVAL_MS"))
    }
}
