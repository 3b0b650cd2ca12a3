import Kafka
import Testing

/// The classification as a pure table: code and the three flags in, class out.
@Suite struct TransactionErrorClasses {
    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var code: KafkaError.Code
        var isFatal: Bool
        var requiresAbort: Bool
        var isRetriable: Bool
        var expected: TransactionErrorClass
    }

    static let rows: [Row] = [
        row("no flag at all is fatal", .failed, expect: .fatal),
        row("fatal", .failed, fatal: true, expect: .fatal),
        row("abortable", .illegalGeneration, abort: true, expect: .abortable),
        row("retriable", .timedOut, retry: true, expect: .retriable),
        row("fenced without a flag", .fenced, expect: .fatal),
        row("fenced, marked abortable by 2.0.2", .fenced, abort: true, expect: .fatal),
        row("fenced, marked retriable", .fenced, retry: true, expect: .fatal),
        row("fatal wins over abortable", .failed, fatal: true, abort: true, expect: .fatal),
        row("fatal wins over retriable", .timedOut, fatal: true, retry: true, expect: .fatal),
        row("abortable wins over retriable", .timedOut, abort: true, retry: true, expect: .abortable),
        row("all three", .timedOut, fatal: true, abort: true, retry: true, expect: .fatal),
        // The broker's own code is not the local one: librdkafka turns it into `_FENCED` where it means that.
        row("the broker's fencing code, marked abortable", .producerFenced, abort: true, expect: .abortable),
    ]

    static func row(
        _ name: String, _ code: KafkaError.Code, fatal: Bool = false, abort: Bool = false, retry: Bool = false,
        expect expected: TransactionErrorClass
    ) -> Row {
        Row(
            testDescription: name, code: code, isFatal: fatal, requiresAbort: abort, isRetriable: retry,
            expected: expected)
    }

    @Test(arguments: rows)
    func classOf(row: Row) {
        let found = TransactionErrorClass.of(
            row.code, isFatal: row.isFatal, requiresAbort: row.requiresAbort, isRetriable: row.isRetriable)
        #expect(found == row.expected)
    }
}
