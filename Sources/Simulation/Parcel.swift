package import ProtobufCodec

/// What the simulated stages read, keep and publish: small, so that a schedule is cheap.
package struct Parcel: ProtobufCodec.Message {
    /// Unique among the inputs.
    package var id = ""
    package var key = ""
    /// Counts a key's records from 1.
    package var sequence: UInt64 = 0
    /// Money in minor units; it is neither made nor lost.
    package var amount: Int64 = 0
    /// How long after its time it is to be remembered; ms, 0 for not at all.
    package var delay: Int64 = 0

    package var unknownFields = UnknownStorage()

    package init() {}
}

extension Parcel {
    package static let protoMessageName = "growth.simulation.v1.Parcel"

    package static let fieldNames = FieldNames([
        (1, "id", "id"),
        (2, "key", "key"),
        (3, "sequence", "sequence"),
        (4, "amount", "amount"),
        (5, "delay", "delay"),
    ])

    package mutating func decode(from reader: inout WireReader) throws(BinaryDecodingError) {
        while let tag = try reader.nextTag() {
            switch tag {
            case 10: id = try reader.string()
            case 18: key = try reader.string()
            case 24: sequence = try reader.uint64()
            case 32: amount = try reader.int64()
            case 40: delay = try reader.int64()
            default: try reader.unknown(tag, into: &unknownFields)
            }
        }
    }

    package func encode(into writer: inout WireWriter) {
        if !id.isEmpty { writer.string(1, id) }
        if !key.isEmpty { writer.string(2, key) }
        if sequence != 0 { writer.uint64(3, sequence) }
        if amount != 0 { writer.int64(4, amount) }
        if delay != 0 { writer.int64(5, delay) }
        writer.unknown(unknownFields)
    }

    package mutating func decodeJSON(from reader: inout JSONReader) throws(JSONDecodingError) {
        var object = try reader.beginObject(Self.fieldNames)
        while let field = try reader.nextField(&object) {
            switch field {
            case 1: try reader.read(&id)
            case 2: try reader.read(&key)
            case 3: try reader.read(&sequence)
            case 4: try reader.read(&amount)
            case 5: try reader.read(&delay)
            default: break
            }
        }
    }

    package func encodeJSON(into writer: inout JSONWriter) throws(JSONEncodingError) {
        let outer = writer.beginObject(Self.fieldNames)
        try writer.field(1, id)
        try writer.field(2, key)
        try writer.field(3, sequence)
        try writer.field(4, amount)
        try writer.field(5, delay)
        writer.endObject(outer)
    }
}
