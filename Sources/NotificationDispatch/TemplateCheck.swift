public import Schemas

/// Says whether a template record may take the place of the last good one (N12, Rules.md).
public enum TemplateCheck {
    /// Passes a record of `notification.templates.v1`; the rejection names the version and what is wrong with it.
    public static func pass(_ template: Template) throws(Rejection) {
        try Validation.identifier(template.templateID, "template_id")
        guard !template.versions.isEmpty else { throw Rejection(.validation, "the template has no version") }
        var last: TemplateVersion?
        for version in template.versions {
            if let last, version.version <= last.version || version.validFromMs <= last.validFromMs {
                throw Rejection(.validation, "version \(version.version) does not rise above version \(last.version)")
            }
            do {
                try pass(version)
            } catch {
                throw Rejection(.validation, "version \(version.version): \(error.message)")
            }
            last = version
        }
    }

    private static func pass(_ version: TemplateVersion) throws(Rejection) {
        var declared: Set<String> = []
        for variable in version.variables {
            let name = variable.name
            guard !name.isEmpty, !name.utf8.contains(where: { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "}") })
            else { throw Rejection(.validation, "a variable's name is empty or holds a brace") }
            guard declared.insert(name).inserted else {
                throw Rejection(.validation, "variable \(name) is there twice")
            }
            guard variable.type.isKnown else { throw Rejection(.validation, "variable \(name) has no known type") }
        }
        guard !version.texts.isEmpty else { throw Rejection(.validation, "there is no text") }
        var channels: Set<Channel> = []
        for text in version.texts {
            guard text.channel.isKnown else { throw Rejection(.validation, "a text has no known channel") }
            guard channels.insert(text.channel).inserted else {
                throw Rejection(.validation, "channel \(text.channel.rawValue) has two texts")
            }
            try pass(text.text, declared: declared)
        }
    }

    private static func pass(_ text: String, declared: Set<String>) throws(Rejection) {
        guard !text.isBlank else { throw Rejection(.validation, "a text is blank") }
        guard text.utf8.count <= DispatchLimits.textBytes else {
            throw Rejection(.validation, "a text has more than \(DispatchLimits.textBytes) bytes")
        }
        let parts: TemplatePieces
        do {
            parts = try TemplatePieces(text)
        } catch {
            throw Rejection(.validation, "a text has a brace out of order")
        }
        for case .variable(let name) in parts.pieces where !declared.contains(String(name)) {
            throw Rejection(.validation, "a text names the variable \(name), which is not declared")
        }
    }
}

extension VariableType {
    var isKnown: Bool {
        switch self {
        case .text, .integer, .money: true
        case .unspecified, .UNRECOGNIZED: false
        }
    }
}

extension Channel {
    var isKnown: Bool {
        switch self {
        case .sms, .email, .wecom, .wechat, .appPush: true
        case .unspecified, .UNRECOGNIZED: false
        }
    }
}
