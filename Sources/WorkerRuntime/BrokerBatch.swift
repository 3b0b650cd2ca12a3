/// Fetched records that one thread fills, decides and empties over and over.
package protocol BrokerBatch: AnyObject, StepRecords {
    init()
    var count: Int { get }
    /// The record's place, without touching its bytes.
    func entry(_ index: Int) -> (topic: String, partition: Int32, entry: StepEntry)
    func removeAll()
}
