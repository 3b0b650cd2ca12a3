/// Counters that a stage names itself; read by the metrics after each transaction.
package final class StageCounters {
    package private(set) var values: [String: Int] = [:]
    static let namesLimit = 64

    package init() {}

    func add(_ name: String, _ amount: Int) {
        // A name from data would grow without end: beyond the limit all share one.
        let known = values[name] != nil || values.count < Self.namesLimit
        values[known ? name : "other", default: 0] += amount
    }

    func drain(_ body: (String, Int) -> Void) {
        for (name, value) in values where value != 0 { body(name, value) }
        for name in values.keys { values[name] = 0 }
    }
}
