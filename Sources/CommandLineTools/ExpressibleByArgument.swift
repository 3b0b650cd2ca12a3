/// A type that is read from the text of an argument, variable or setting.
///
/// The name and the first two requirements are swift-argument-parser's.
public protocol ExpressibleByArgument: Sendable {
    /// Reads the text; nil when it is not a value of this type.
    init?(argument: String)

    /// The texts of all values when they can be listed, in the order of their declaration; empty otherwise.
    static var allValueStrings: [String] { get }

    /// What a text must be, as it reads after "is not": `an integer`.
    static var valueExpectation: String { get }

    /// The text that `init(argument:)` reads back as this value.
    var argumentText: String { get }

    /// Which kind of JSON value stands for this type in a configuration file.
    static var fileForm: FileForm { get }
}

/// The kinds of JSON value that a configuration file uses for a setting.
public enum FileForm: Sendable, Equatable {
    case string
    case integer
    case number
    case boolean
}

extension ExpressibleByArgument {
    public static var allValueStrings: [String] { [] }
    public static var valueExpectation: String { "a value" }
    public static var fileForm: FileForm { .string }
}

extension ExpressibleByArgument where Self: CaseIterable & RawRepresentable, RawValue == String {
    public init?(argument: String) {
        self.init(rawValue: argument)
    }

    public static var allValueStrings: [String] { allCases.map(\.rawValue) }
    public static var valueExpectation: String { "one of " + allValueStrings.joined(separator: ", ") }
    public var argumentText: String { rawValue }
}

extension String: ExpressibleByArgument {
    public init?(argument: String) { self = argument }
    public static var valueExpectation: String { "a text" }
    public var argumentText: String { self }
}

extension Int: ExpressibleByArgument {
    public init?(argument: String) { self.init(plainInteger: argument) }
    public static var valueExpectation: String { "an integer" }
    public static var fileForm: FileForm { .integer }
    public var argumentText: String { String(self) }
}

extension Int32: ExpressibleByArgument {
    public init?(argument: String) { self.init(plainInteger: argument) }
    public static var valueExpectation: String { "an integer" }
    public static var fileForm: FileForm { .integer }
    public var argumentText: String { String(self) }
}

extension Int64: ExpressibleByArgument {
    public init?(argument: String) { self.init(plainInteger: argument) }
    public static var valueExpectation: String { "an integer" }
    public static var fileForm: FileForm { .integer }
    public var argumentText: String { String(self) }
}

extension UInt16: ExpressibleByArgument {
    public init?(argument: String) { self.init(plainInteger: argument) }
    public static var valueExpectation: String { "an integer from 0 to 65535" }
    public static var fileForm: FileForm { .integer }
    public var argumentText: String { String(self) }
}

extension Double: ExpressibleByArgument {
    public init?(argument: String) {
        // Swift would also read "nan", "inf" and hexadecimal, none of which is a setting anybody means.
        guard argument.utf8.allSatisfy({ "0123456789+-.eE".utf8.contains($0) }) else { return nil }
        guard let value = Double(argument), value.isFinite else { return nil }
        self = value
    }
    public static var valueExpectation: String { "a number" }
    public static var fileForm: FileForm { .number }
    public var argumentText: String { String(self) }
}

extension Bool: ExpressibleByArgument {
    public init?(argument: String) {
        switch argument {
        case "true": self = true
        case "false": self = false
        default: return nil
        }
    }
    public static var allValueStrings: [String] { ["true", "false"] }
    public static var valueExpectation: String { "true or false" }
    public static var fileForm: FileForm { .boolean }
    public var argumentText: String { String(self) }
}

extension FixedWidthInteger {
    /// Decimal digits with an optional minus and nothing else: Swift's own reader also takes a leading plus.
    init?(plainInteger text: String) {
        guard text.utf8.first != UInt8(ascii: "+") else { return nil }
        self.init(text, radix: 10)
    }
}
