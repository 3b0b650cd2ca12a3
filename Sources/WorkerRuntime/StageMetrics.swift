package import Observability
package import Schemas

/// The metrics of one stage in one process (operations.md B7); updates allocate nothing.
package final class StageMetrics: Sendable {
    let consumed: Counter
    let process: Histogram
    let commit: Histogram
    let transactions: Counter
    let aborts: Counter
    let restarts: Counter
    let rebalances: Counter
    let restored: Counter
    let globalRefusals: MetricFamily<Counter>
    private let produced: MetricFamily<Counter>
    private let deadLetters: MetricFamily<Counter>
    private let timers: Counter
    private let stageCounters: MetricFamily<Counter>
    private let registry: MetricsRegistry
    private let group: String

    package init(_ registry: MetricsRegistry, stage: StageDeclaration) {
        self.registry = registry
        group = stage.group
        let labels = ["group"]
        consumed = registry.counter(
            "messaging_client_consumed_messages_total", help: "Records taken from the inputs.", labels: labels
        ).series(stage.group)
        process = registry.histogram(
            "messaging_process_duration_seconds", help: "Time to decide the records of one step.", labels: labels
        ).series(stage.group)
        commit = registry.histogram(
            "growth_commit_duration_seconds", help: "Time from the end of deciding to the committed state.",
            labels: labels
        ).series(stage.group)
        transactions = registry.counter(
            "growth_transactions_total", help: "Committed transactions, counted per task.", labels: labels
        ).series(stage.group)
        aborts = registry.counter("growth_transaction_aborts_total", help: "Aborted transactions.", labels: labels)
            .series(stage.group)
        restarts = registry.counter(
            "growth_incarnations_total", help: "New producers and consumers after a fatal error.", labels: labels
        ).series(stage.group)
        rebalances = registry.counter("growth_rebalances_total", help: "Assignments received.", labels: labels)
            .series(stage.group)
        restored = registry.counter(
            "growth_restored_records_total", help: "Changelog records applied to state.", labels: labels
        ).series(stage.group)
        produced = registry.counter(
            "messaging_client_sent_messages_total", help: "Records published and committed.",
            labels: ["group", "topic"])
        deadLetters = registry.counter(
            "growth_dlq_records_total", help: "Records that became dead letters.", labels: labels)
        timers = registry.counter("growth_timers_fired_total", help: "State timers that fired.", labels: labels)
            .series(stage.group)
        stageCounters = registry.counter(
            "growth_stage_events_total", help: "What a stage counts itself.", labels: ["group", "event"])
        globalRefusals = registry.counter(
            "growth_global_table_refusals_total", help: "Global table records that were refused.", labels: ["topic"])
    }

    func committed(_ execution: ExecutionRecord) {
        transactions.increment()
        timers.increment(by: execution.timersFired)
        if execution.deadLetters > 0 { deadLetters.series(group).increment(by: execution.deadLetters) }
        for output in execution.outputs { produced.series(group, output.topic).increment(by: output.records) }
    }

    func stageCounter(_ name: String) -> Counter { stageCounters.series(group, name) }

    func removeSeries(partition: Int32) {
        registry.removeSeries(matching: ["group": group, "partition": String(partition)])
    }
}
