extension RecordBatch {
    /// A copy of the record at `index` that may be kept.
    public func owned(_ index: Int) -> OwnedRecord { self[index].owned() }
}
