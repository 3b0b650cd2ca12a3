import Schemas

/// N12: what a template says with a request's variables.
enum TemplateModel {
    static let textLimit = 16_384

    /// The rendered texts of a version; nil where the gate `template` fails.
    static func texts(_ version: TemplateVersion, _ variables: [String: String]) -> [(Channel, String)]? {
        var values: [String: String] = [:]
        for variable in version.variables {
            guard let given = variables[variable.name], let value = value(given, variable.type), !isBlank(value) else {
                return nil
            }
            values[variable.name] = value
        }
        var texts: [(Channel, String)] = []
        for text in version.texts {
            guard let rendered = render(text.text, values), !isBlank(rendered), rendered.utf8.count <= textLimit else {
                return nil
            }
            texts.append((text.channel, rendered))
        }
        return texts
    }

    static func isBlank(_ text: String) -> Bool { text.allSatisfy(\.isWhitespace) }

    private static func value(_ text: String, _ type: VariableType) -> String? {
        switch type {
        case .text: return text
        case .integer: return isInteger(text) ? text : nil
        case .money:
            let parts = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, isInteger(parts[0]), let amount = Int64(parts[0]) else { return nil }
            let letters = Array(parts[1].utf8)
            guard letters.count == 3, letters.allSatisfy({ $0 >= 65 && $0 <= 90 }) else { return nil }
            return ModelMoney.text(amount, parts[1])
        case .unspecified, .UNRECOGNIZED: return nil
        }
    }

    private static func isInteger(_ text: String) -> Bool {
        let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
        return !digits.isEmpty && digits.utf8.allSatisfy { $0 >= 48 && $0 <= 57 }
    }

    /// Nil for an undeclared name or a brace out of order.
    static func render(_ text: String, _ values: [String: String]) -> String? {
        var result = ""
        var rest = text[...]
        while let character = rest.first {
            if rest.hasPrefix("{{") || rest.hasPrefix("}}") {
                result.append(character)
                rest = rest.dropFirst(2)
            } else if character == "{" {
                guard let end = rest.firstIndex(of: "}") else { return nil }
                let name = String(rest[rest.index(after: rest.startIndex)..<end])
                guard let value = values[name] else { return nil }
                result += value
                rest = rest[rest.index(after: end)...]
            } else if character == "}" {
                return nil
            } else {
                result.append(character)
                rest = rest.dropFirst()
            }
        }
        return result
    }
}
