/// The frame of everything that `-o json` prints (operations.md B9).
public struct OutputEnvelope: Sendable {
    /// The version of every document's shape; it changes when a reader could break.
    public static let apiVersion = "growth/v1"

    /// `LagReport`, `TopicList`, `Error`, …
    public let kind: String
    /// What was asked for, in a stable order.
    public var items: [JSONValue]
    /// What the reader should know about the items.
    public var warnings: [String]

    /// An envelope around the items.
    public init(kind: String, items: [JSONValue], warnings: [String] = []) {
        self.kind = kind
        self.items = items
        self.warnings = warnings
    }

    /// `{"apiVersion","kind","generatedAt","items","warnings"}`, in this order.
    public func document(generatedAt: Timestamp) -> JSONValue {
        [
            "apiVersion": .string(Self.apiVersion), "kind": .string(kind),
            "generatedAt": .string(generatedAt.rfc3339), "items": .array(items),
            "warnings": .array(warnings.map(JSONValue.string)),
        ]
    }

    /// The document of an error: `code` is the exit code, `reason` its name.
    public static func error(
        _ code: ExitCode, _ message: String, hint: String? = nil, details: JSONObject = [:], generatedAt: Timestamp
    ) -> JSONValue {
        [
            "apiVersion": .string(apiVersion), "kind": "Error", "generatedAt": .string(generatedAt.rfc3339),
            "error": [
                "code": .integer(Int64(code.rawValue)), "reason": .string(code.name), "message": .string(message),
                "hint": .optional(hint), "details": .object(details),
            ],
        ]
    }
}
