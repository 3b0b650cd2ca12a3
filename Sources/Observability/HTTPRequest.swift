/// A request as the server's handler sees it; all of it is bounded by the server's limits.
public struct HTTPRequest: Sendable, Equatable {
    /// What the server takes; other methods are answered 405.
    public enum Method: String, Sendable {
        case get = "GET"
        case head = "HEAD"
        case post = "POST"
    }

    /// A name and value of the query or of the headers.
    public struct Field: Sendable, Equatable {
        /// The field's name.
        public let name: String
        /// The field's value.
        public let value: String

        /// A name with its value.
        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// What is asked to be done.
    public let method: Method
    /// Percent-decoded, without the query: `/status`.
    public let path: String
    /// Percent-decoded, in order.
    public let query: [Field]
    /// Names in lower case, in order.
    public let headers: [Field]
    /// The body, at most as long as the server's limit.
    public let body: [UInt8]

    /// A request, for tests of handlers.
    public init(method: Method, path: String, query: [Field] = [], headers: [Field] = [], body: [UInt8] = []) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
    }

    /// The first value of a query field.
    public func queryValue(_ name: String) -> String? { query.first { $0.name == name }?.value }

    /// The first value of a header; the name is in lower case.
    public func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}
