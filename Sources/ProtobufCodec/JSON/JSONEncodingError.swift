/// Why a message has no JSON form.
public enum JSONEncodingError: Error, Hashable, Sendable {
    /// A `google.protobuf.Timestamp` is outside the years 1 to 9999, or its nanoseconds are not below a second.
    case timestampRange
    /// A `google.protobuf.Duration` is longer than 10,000 years, or the signs of its parts differ.
    case durationRange
    /// A path of a `google.protobuf.FieldMask` cannot be written in camel case and read back.
    case fieldMaskConversion
    /// A `google.protobuf.Value` holds nothing, or a number that JSON lacks.
    case valueNotRepresentable
    /// A `google.protobuf.Any` holds a type that `JSONEncodingOptions.typeRegistry` does not have, or bytes that are
    /// not of that type.
    case anyNotRepresentable(typeURL: String)
}
