public import Schemas

/// Reads the values of template variables by their types and prints them for a customer (N12).
public enum VariableValue {
    /// Returns the value as it stands in a message: text and integers as they are, `1250 USD` as `12.50 USD`,
    /// `1250 JPY` as `1250 JPY`.
    public static func printed(_ value: String, as type: VariableType, name: String) throws(TemplateFault) -> String {
        guard !value.isBlank else { throw .blankVariable(name) }
        switch type {
        case .text:
            return value
        case .integer:
            guard isInteger(value[...]) else { throw .wrongType(name) }
            return value
        case .money:
            guard let printed = money(value) else { throw .wrongType(name) }
            return printed
        case .unspecified, .UNRECOGNIZED:
            throw .wrongType(name)
        }
    }

    private static func isInteger(_ value: Substring) -> Bool {
        let digits = value.utf8.first == UInt8(ascii: "-") ? value.utf8.dropFirst() : value.utf8
        return !digits.isEmpty && digits.allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
    }

    /// Minor units, one space, three capital letters; nil for anything else and beyond 64 bits.
    private static func money(_ value: String) -> String? {
        let parts = value.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 2, isInteger(parts[0]), let minorUnits = Int64(parts[0]) else { return nil }
        guard parts[1].utf8.count == 3, parts[1].utf8.allSatisfy({ $0 >= 0x41 && $0 <= 0x5A }) else { return nil }
        return Money(minorUnits: minorUnits, currency: String(parts[1])).text
    }
}

extension String {
    /// Whether it says nothing: empty or white space only.
    var isBlank: Bool { unicodeScalars.allSatisfy(\.properties.isWhitespace) }
}
