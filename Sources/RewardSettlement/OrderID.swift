public import Schemas

/// An order's id, unique within its customer.
public struct OrderID: Identifier {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
}
