import BrokerTestKit
import Foundation
import Testing

/// What brokers answer, compared with what is recorded from Apache Kafka in `Answers`.
///
/// Apache Kafka itself is asked where `KAFKA_HOME` is set; with `CONFORMANCE_RECORD=1` its answers are then recorded anew.
/// `CONFORMANCE_ONLY=word` tries only the behaviours whose name or subject has the word in it.
enum Conformance {
    static var environment: [String: String] { ProcessInfo.processInfo.environment }

    static let chosen: [Behaviour] = Behaviour.all.filter { behaviour in
        environment["CONFORMANCE_ONLY"].map { behaviour.testDescription.contains($0) } ?? true
    }

    /// What was seen on the broker of the suite that runs.
    @TaskLocal static var observed: [String: [String]] = [:]

    /// Starts a broker around a suite, tries all behaviours on it, and hands their observations to the tests.
    struct Observations: SuiteTrait, TestScoping {
        let start: @Sendable () throws -> any BrokerUnderTest

        func provideScope(
            for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
        ) async throws {
            let broker = try start()
            defer { broker.stop() }
            let observed = try Runner.run(chosen, on: broker)
            try await Conformance.$observed.withValue(observed) { try await function() }
        }
    }

    /// The reference: the recorded answers are true.
    @Suite(
        .serialized, Observations { try ApacheKafka(home: try #require(KafkaServer.home)) },
        .enabled(if: KafkaServer.home != nil, "KAFKA_HOME is not set"))
    struct Reference {
        @Test(
            "Apache Kafka answers as recorded", .enabled(if: environment["CONFORMANCE_RECORD"] == nil),
            arguments: chosen)
        func answers(_ behaviour: Behaviour) {
            let difference = Answers.difference(
                recorded: Answers.recorded[behaviour.name] ?? ["nothing is recorded"],
                observed: Conformance.observed[behaviour.name] ?? [])
            #expect(difference == "", "\(behaviour.testDescription)\(difference)")
        }

        @Test("answers are recorded", .enabled(if: environment["CONFORMANCE_RECORD"] != nil))
        func record() throws { try Answers.record(Conformance.observed) }
    }

    /// What is compared with the reference.
    @Suite(.serialized, Observations { try Embedded() })
    struct EmbeddedBroker {
        @Test("the embedded broker answers as Apache Kafka does", arguments: chosen)
        func answers(_ behaviour: Behaviour) {
            let difference = Answers.difference(
                recorded: Answers.recorded[behaviour.name] ?? ["nothing is recorded"],
                observed: Conformance.observed[behaviour.name] ?? [])
            if Differences.reasons[behaviour.name] == nil {
                #expect(difference == "", "\(behaviour.testDescription)\(difference)")
            } else {
                #expect(difference != "", "\(behaviour.testDescription): the listed difference is gone")
            }
        }
    }

    @Suite struct Records {
        @Test("every behaviour has a name of its own and a recorded answer that says something")
        func names() {
            #expect(Set(Behaviour.all.map(\.name)).count == Behaviour.all.count)
            for behaviour in Behaviour.all {
                let lines = Answers.recorded[behaviour.name] ?? []
                #expect(!lines.isEmpty, "\(behaviour.testDescription) is not recorded")
                #expect(!lines.contains { $0.hasPrefix("THE TRIAL ENDED") }, "\(behaviour.testDescription)")
            }
        }
    }
}
