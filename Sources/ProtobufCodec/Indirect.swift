/// A value kept behind a reference, so that a message can hold a message of its own kind.
///
/// Generated code uses it for fields through which a message type contains itself.
public indirect enum Indirect<Value: Hashable & Sendable>: Hashable, Sendable {
    case boxed(Value)

    /// Boxes a value.
    @inlinable
    public init(_ value: Value) {
        self = .boxed(value)
    }

    /// The value in the box.
    @inlinable
    public var value: Value {
        switch self {
        case .boxed(let value): value
        }
    }
}
