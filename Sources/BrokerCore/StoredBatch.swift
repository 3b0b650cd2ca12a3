/// A record batch in a log, with what is looked up often.
struct StoredBatch {
    var baseOffset: Int64
    var lastOffset: Int64
    /// The newest time among the batch's records; -1 where they have none.
    var maxTimestamp: Int64
    /// The newest time in this batch and those before it in its segment, so that a time can be found by halving.
    var runningMaxTimestamp: Int64
    /// Where the batch begins, counted in bytes from the first batch the log ever held in this process.
    var position: Int64
    var bytes: [UInt8]

    var byteCount: Int64 { Int64(bytes.count) }
}
