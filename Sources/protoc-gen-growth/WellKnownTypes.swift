/// The messages of `google.protobuf` that are not like others; names have a leading dot.
enum WellKnownTypes {
    /// The files whose types come with the runtime.
    static let files: Set<String> = [
        "google/protobuf/any.proto", "google/protobuf/duration.proto", "google/protobuf/empty.proto",
        "google/protobuf/field_mask.proto", "google/protobuf/struct.proto", "google/protobuf/timestamp.proto",
        "google/protobuf/wrappers.proto",
    ]

    /// Messages whose JSON is not an object of their fields; the runtime has it by hand.
    static let withOwnJSON: Set<String> = [
        ".google.protobuf.Any", ".google.protobuf.Duration", ".google.protobuf.FieldMask",
        ".google.protobuf.ListValue", ".google.protobuf.Struct", ".google.protobuf.Timestamp",
        ".google.protobuf.Value",
        ".google.protobuf.BoolValue", ".google.protobuf.BytesValue", ".google.protobuf.DoubleValue",
        ".google.protobuf.FloatValue", ".google.protobuf.Int32Value", ".google.protobuf.Int64Value",
        ".google.protobuf.StringValue", ".google.protobuf.UInt32Value", ".google.protobuf.UInt64Value",
    ]

    /// Types for which JSON's `null` is a value.
    static let takingNull: Set<String> = [".google.protobuf.NullValue", ".google.protobuf.Value"]
}
