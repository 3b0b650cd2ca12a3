/// A message whose JSON form is not an object of its fields, so that an Any has it under the name `value`.
protocol OwnJSONMessage: Message {}

extension Google_Protobuf_Any: OwnJSONMessage {}
extension Google_Protobuf_Duration: OwnJSONMessage {}
extension Google_Protobuf_FieldMask: OwnJSONMessage {}
extension Google_Protobuf_ListValue: OwnJSONMessage {}
extension Google_Protobuf_Struct: OwnJSONMessage {}
extension Google_Protobuf_Timestamp: OwnJSONMessage {}
extension Google_Protobuf_Value: OwnJSONMessage {}
extension Google_Protobuf_BoolValue: OwnJSONMessage {}
extension Google_Protobuf_BytesValue: OwnJSONMessage {}
extension Google_Protobuf_DoubleValue: OwnJSONMessage {}
extension Google_Protobuf_FloatValue: OwnJSONMessage {}
extension Google_Protobuf_Int32Value: OwnJSONMessage {}
extension Google_Protobuf_Int64Value: OwnJSONMessage {}
extension Google_Protobuf_StringValue: OwnJSONMessage {}
extension Google_Protobuf_UInt32Value: OwnJSONMessage {}
extension Google_Protobuf_UInt64Value: OwnJSONMessage {}
