/// What the server's handler answers.
public struct HTTPResponse: Sendable, Equatable {
    /// 200 to 599.
    public var status: Int
    /// In order; a name or value with a line break in it is not sent.
    public var headers: [HTTPRequest.Field]
    /// The bytes; for HEAD their count is sent and they are not.
    public var body: [UInt8]

    /// An answer of this type; the status is 200 to 599.
    public init(status: Int, contentType: String, headers: [HTTPRequest.Field] = [], body: [UInt8]) {
        precondition((200...599).contains(status), "\(status) is no status to answer with")
        self.status = status
        self.headers = [HTTPRequest.Field(name: "Content-Type", value: contentType)] + headers
        self.body = body
    }

    /// A line of plain text.
    public static func text(_ text: String, status: Int = 200) -> HTTPResponse {
        HTTPResponse(status: status, contentType: "text/plain; charset=utf-8", body: Array((text + "\n").utf8))
    }

    /// A JSON document, given as text.
    public static func json(_ text: String, status: Int = 200) -> HTTPResponse {
        HTTPResponse(status: status, contentType: "application/json", body: Array((text + "\n").utf8))
    }

    /// 404.
    public static let notFound = HTTPResponse.text("not found", status: 404)

    /// 405, naming the methods that there are.
    public static func methodNotAllowed(_ allowed: String) -> HTTPResponse {
        var response = HTTPResponse.text("method not allowed", status: 405)
        response.headers.append(HTTPRequest.Field(name: "Allow", value: allowed))
        return response
    }
}
