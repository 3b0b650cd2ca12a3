import Dispatch
import Foundation
import FoundationNetworking
import Observability
import Synchronization
import Testing

@Suite struct HTTPServerTests {
    private static let echo: HTTPServer.Handler = { request in
        let query = request.query.map { "\($0.name)=\($0.value)" }.joined(separator: "&")
        return .text(
            "\(request.method.rawValue) \(request.path) [\(query)] \(String(decoding: request.body, as: UTF8.self))")
    }

    private static func serve(
        _ limits: HTTPServerLimits = HTTPServerLimits(), _ handler: @escaping HTTPServer.Handler = echo
    ) throws -> HTTPServer {
        try HTTPServer(host: "127.0.0.1", port: 0, limits: limits, handler: handler)
    }

    private static func request(
        _ server: HTTPServer, _ path: String = "/", method: String = "GET", body: Data? = nil,
        headers: [String: String] = [:]
    ) throws -> URLRequest {
        var request = URLRequest(url: try #require(URL(string: "http://127.0.0.1:\(server.port)\(path)")))
        request.httpMethod = method
        request.httpBody = body
        for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
        return request
    }

    private static func ask(
        _ server: HTTPServer, _ path: String = "/", method: String = "GET", body: Data? = nil,
        headers: [String: String] = [:]
    ) async throws -> (status: Int, text: String, response: HTTPURLResponse) {
        let request = try request(server, path, method: method, body: body, headers: headers)
        let (data, response) = try await URLSession.shared.data(for: request)
        let answer = try #require(response as? HTTPURLResponse)
        return (answer.statusCode, String(decoding: data, as: UTF8.self), answer)
    }

    // MARK: Requests

    @Test(
        arguments: [
            ("GET", "/", nil, "GET / [] \n"),
            ("GET", "/a%20b/c?x=1%262&y=&x=%C3%A9", nil, "GET /a b/c [x=1&2&y=&x=é] \n"),
            ("POST", "/p?q=1", "hello", "POST /p [q=1] hello\n"), ("POST", "/p", "", "POST /p [] \n"),
            ("HEAD", "/h", nil, ""),
        ] as [(String, String, String?, String)])
    func theHandlerSeesTheRequest(method: String, path: String, body: String?, expected: String) async throws {
        let server = try Self.serve()
        defer { server.stop() }
        let (status, text, response) = try await Self.ask(
            server, path, method: method, body: body.map { Data($0.utf8) })
        #expect(status == 200)
        #expect(text == expected)
        #expect(response.value(forHTTPHeaderField: "Content-Type") == "text/plain; charset=utf-8")
    }

    @Test func headersHaveLowerCaseNames() async throws {
        let server = try Self.serve { .text($0.header("x-token") ?? "none") }
        defer { server.stop() }
        #expect(try await Self.ask(server, headers: ["X-Token": "abc"]).text == "abc\n")
        #expect(try await Self.ask(server).text == "none\n")
    }

    @Test func aHeadAnswerTellsTheLengthOfTheBody() async throws {
        let server = try Self.serve { _ in .text("12345") }
        defer { server.stop() }
        let client = try #require(RawClient(port: server.port))
        client.send("HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        let answer = client.receive()
        #expect(answer.contains("Content-Length: 6\r\n"))
        #expect(answer.hasSuffix("\r\n\r\n"))
    }

    @Test(arguments: ["PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "get", "X"])
    func otherMethodsAreRefused(method: String) async throws {
        let called = Mutex(false)
        let server = try Self.serve { _ in
            called.withLock { $0 = true }
            return .text("")
        }
        defer { server.stop() }
        let client = try #require(RawClient(port: server.port))
        client.send("\(method) / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        let answer = client.receive()
        #expect(answer.hasPrefix("HTTP/1.1 405 Method Not Allowed\r\n"))
        #expect(answer.contains("Allow: GET, HEAD, POST\r\n"))
        #expect(!called.withLock { $0 })
    }

    @Test func aConnectionServesRequestAfterRequest() throws {
        let server = try Self.serve()
        defer { server.stop() }
        let client = try #require(RawClient(port: server.port))
        for number in 1...5 {
            client.send("POST /\(number) HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n\(number)")
            #expect(client.receive(until: "POST /\(number) [] \(number)\n").contains("200 OK"))
        }
        client.send("DELETE / HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(client.receive(until: "not allowed\n").contains(" 405 "))
    }

    @Test func aLongAnswerArrivesWhole() async throws {
        let body = [UInt8](repeating: UInt8(ascii: "x"), count: 5_000_000)
        let server = try Self.serve { _ in HTTPResponse(status: 200, contentType: "text/plain", body: body) }
        defer { server.stop() }
        let (status, text, _) = try await Self.ask(server)
        #expect(status == 200)
        #expect(text.utf8.count == body.count)
    }

    @Test func aHeaderCannotSmuggleAnother() async throws {
        let server = try Self.serve { request in
            var response = HTTPResponse.text("ok")
            response.headers.append(.init(name: "X-Echo", value: request.queryValue("v") ?? ""))
            return response
        }
        defer { server.stop() }
        #expect(try await Self.ask(server, "/?v=fine").response.value(forHTTPHeaderField: "X-Echo") == "fine")
        let answer = try await Self.ask(server, "/?v=a%0d%0aX-Evil:%201").response
        #expect(answer.statusCode == 200)
        #expect(answer.value(forHTTPHeaderField: "X-Evil") == nil)
    }

    // MARK: Bounds

    @Test(arguments: [(9, 200), (10, 200), (11, 413), (100_000, 413), (3_000_000, 413)])
    func aBodyBeyondTheLimitIsRefused(bytes: Int, status: Int) async throws {
        let server = try Self.serve(HTTPServerLimits(bodyBytes: 10)) { request in .text("\(request.body.count)") }
        defer { server.stop() }
        let client = try #require(RawClient(port: server.port))
        client.send("POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: \(bytes)\r\n\r\n")
        // Above what the server is willing to drop, it answers to the head alone.
        if bytes < 1 << 20 { client.send(String(repeating: "a", count: bytes)) }
        let answer = client.receive()
        #expect(answer.hasPrefix("HTTP/1.1 \(status) "))
        #expect(answer.hasSuffix(status == 200 ? "\r\n\r\n\(bytes)\n" : "the body is longer than 10 bytes\n"))
    }

    @Test func aChunkedBodyIsBoundedToo() throws {
        let server = try Self.serve(HTTPServerLimits(bodyBytes: 10)) { request in .text("\(request.body.count)") }
        defer { server.stop() }
        let head = "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
        let chunk = "8\r\nabcdefgh\r\n"
        let small = try #require(RawClient(port: server.port))
        small.send(head + chunk + "0\r\n\r\n")
        #expect(small.receive().hasSuffix("\r\n\r\n8\n"))
        let large = try #require(RawClient(port: server.port))
        large.send(head + chunk + chunk + "0\r\n\r\n")
        #expect(large.receive().hasPrefix("HTTP/1.1 413 "))
        // One that never ends is cut off.
        let endless = try #require(RawClient(port: server.port))
        endless.send(head)
        let piece = "10000\r\n" + String(repeating: "x", count: 65_536) + "\r\n"
        var pieces = 0
        while pieces < 1000, endless.send(piece) { pieces += 1 }
        #expect(pieces < 1000)
    }

    @Test func aHeadBeyondTheLimitIsRefused() throws {
        let server = try Self.serve(HTTPServerLimits(headBytes: 4096))
        defer { server.stop() }
        let long = String(repeating: "a", count: 10_000)
        for head in [
            "GET /\(long) HTTP/1.1\r\nHost: x\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\nX-Long: \(long)\r\n\r\n",
        ] {
            let client = try #require(RawClient(port: server.port))
            client.send(head)
            let answer = client.receive()
            #expect(answer.hasPrefix("HTTP/1.1 414 ") || answer.hasPrefix("HTTP/1.1 431 "), "\(answer.prefix(80))")
        }
    }

    @Test(arguments: [
        "\r\n\r\n\r\n\r\n", "nonsense\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "\u{0}\u{1}\u{2}\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "GET /%00%zz%f HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /?%00=%ff&=&&=x HTTP/1.1\r\nHost: x\r\n\r\n", "\u{16}\u{3}\u{1}\u{2}",
    ])
    func malformedRequestsDoNotStopTheServer(text: String) async throws {
        let server = try Self.serve(HTTPServerLimits(idleSeconds: 60))
        defer { server.stop() }
        do {
            let client = try #require(RawClient(port: server.port))
            client.send(text)
        }
        #expect(try await Self.ask(server, "/after").text == "GET /after [] \n")
    }

    // MARK: Many clients

    @Test(arguments: [1, 3])
    func manyRequestsAtOnceAreAllAnswered(threads: Int) async throws {
        let count = Mutex(0)
        let server = try Self.serve(HTTPServerLimits(connections: 300, threads: threads)) { request in
            count.withLock { $0 += 1 }
            return .text(String(decoding: request.body, as: UTF8.self))
        }
        defer { server.stop() }
        let requests = try (0..<200).map { number in
            try Self.request(server, "/\(number)", method: "POST", body: Data("body \(number)".utf8))
        }
        let session = URLSession(configuration: .ephemeral)
        try await withThrowingTaskGroup(of: (Int, String).self) { group in
            for (number, request) in requests.enumerated() {
                group.addTask {
                    let (data, _) = try await session.data(for: request)
                    return (number, String(decoding: data, as: UTF8.self))
                }
            }
            for try await (number, text) in group { #expect(text == "body \(number)\n") }
        }
        #expect(count.withLock { $0 } == 200)
    }

    @Test func aSlowClientHoldsUpNobody() async throws {
        let server = try Self.serve()
        defer { server.stop() }
        let slow = try #require(RawClient(port: server.port))
        slow.send("POST /slow HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab")
        for number in 0..<20 { #expect(try await Self.ask(server, "/\(number)").status == 200) }
        slow.send("cde")
        #expect(slow.receive(until: "POST /slow [] abcde\n").contains("200 OK"))
    }

    @Test func anIdleClientIsDisconnected() throws {
        let server = try Self.serve(HTTPServerLimits(idleSeconds: 1))
        defer { server.stop() }
        let client = try #require(RawClient(port: server.port))
        client.send("GET / HTTP/1.1\r\nHost:")
        // Returns when the server closes; what it says before, if anything, is an error.
        #expect(!client.receive().contains("200 OK"))
    }

    @Test func clientsThatOnlyHoldConnectionsMakeRoom() async throws {
        let server = try Self.serve(HTTPServerLimits(connections: 4, idleSeconds: 600))
        defer { server.stop() }
        var idle: [RawClient] = []
        for _ in 0..<50 {
            let client = try #require(RawClient(port: server.port))
            client.send("GET / HTTP/1.1\r\n")
            idle.append(client)
        }
        #expect(try await Self.ask(server, "/probe").text == "GET /probe [] \n")
        // The first to come was the first to go.
        #expect(idle[0].receive().isEmpty)
        withExtendedLifetime(idle) {}
    }

    // MARK: Start and stop

    @Test func stopClosesOpenConnections() throws {
        let server = try Self.serve()
        let idle = try #require(RawClient(port: server.port))
        let half = try #require(RawClient(port: server.port))
        half.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab")
        let used = try #require(RawClient(port: server.port))
        used.send("GET /1 HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(used.receive(until: "GET /1 [] \n").contains("200 OK"))
        server.stop()
        for client in [idle, half, used] { #expect(!client.receive().contains("200 OK")) }
        #expect(RawClient(port: server.port) == nil)
        server.stop()
    }

    @Test func stopWaitsForTheHandler() async throws {
        let (started, startedContinuation) = AsyncStream.makeStream(of: Void.self)
        let release = DispatchSemaphore(value: 0)
        let finished = Mutex(false)
        let server = try Self.serve { _ in
            startedContinuation.yield()
            release.wait()
            finished.withLock { $0 = true }
            return .text("late")
        }
        let client = try #require(RawClient(port: server.port))
        client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        for await _ in started { break }
        release.signal()
        server.stop()
        #expect(finished.withLock { $0 })
    }

    @Test func theLastReferenceStopsTheServer() throws {
        var server: HTTPServer? = try Self.serve()
        let port = try #require(server?.port)
        #expect(RawClient(port: port) != nil)
        server = nil
        #expect(RawClient(port: port) == nil)
    }

    @Test func aPortInUseIsNamed() throws {
        let server = try Self.serve()
        defer { server.stop() }
        let error = #expect(throws: HTTPServerError.self) {
            try HTTPServer(host: "127.0.0.1", port: server.port, handler: Self.echo)
        }
        #expect(error?.description == "cannot listen on 127.0.0.1:\(server.port): Address already in use")
        #expect(throws: HTTPServerError.self) { try HTTPServer(host: "300.1.1.1", port: 0, handler: Self.echo) }
    }

    @Test func theSamePortCanBeListenedOnAgainAtOnce() async throws {
        let first = try Self.serve()
        #expect(try await Self.ask(first).status == 200)
        let port = first.port
        first.stop()
        let second = try HTTPServer(host: "127.0.0.1", port: port, handler: Self.echo)
        defer { second.stop() }
        #expect(try await Self.ask(second).status == 200)
    }

    @Test func descriptorsDoNotLeak() async {
        await #expect(processExitsWith: .success) {
            let before = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
            for _ in 0..<30 {
                let server = try HTTPServer(host: "127.0.0.1", port: 0) { _ in .text("x") }
                let client = try #require(RawClient(port: server.port))
                client.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                _ = client.receive()
                server.stop()
            }
            let after = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
            if after > before + 1 { exit(1) }
        }
    }
}
