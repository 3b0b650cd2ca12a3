/// How a transaction ended, as the marker in each of its partitions says.
public struct ControlRecord: Equatable, Sendable {
    public enum Kind: Int16, Sendable {
        case abort = 0
        case commit = 1
    }

    public var kind: Kind
    public var coordinatorEpoch: Int32

    public init(kind: Kind, coordinatorEpoch: Int32) {
        self.kind = kind
        self.coordinatorEpoch = coordinatorEpoch
    }

    /// Reads a marker; nil where the record is another kind of control record.
    public init?(_ record: BatchRecord) {
        guard let key = record.key, let value = record.value else { return nil }
        var keyReader = ProtocolReader(key)
        var valueReader = ProtocolReader(value)
        guard (try? keyReader.int16()) != nil, let number = try? keyReader.int16(), let kind = Kind(rawValue: number),
            (try? valueReader.int16()) != nil, let epoch = try? valueReader.int32()
        else { return nil }
        self.init(kind: kind, coordinatorEpoch: epoch)
    }

    /// The marker as a whole batch of its own, at `time` (ms).
    public func batch(producerID: Int64, producerEpoch: Int16, time: Int64) -> [UInt8] {
        var key = ProtocolWriter()
        key.int16(0)
        key.int16(kind.rawValue)
        var value = ProtocolWriter()
        value.int16(0)
        value.int32(coordinatorEpoch)
        var header = BatchHeader()
        header.attributes = 0x30
        header.baseTimestamp = time
        header.maxTimestamp = time
        header.producerID = producerID
        header.producerEpoch = producerEpoch
        return RecordBatchCodec.batch(header, [BatchRecord(key: key.bytes, value: value.bytes)])
    }
}
