import Foundation
import FoundationNetworking
import Observability
import Testing

@Suite struct HTTPServerTests {
    @Test func answersARequest() async throws {
        let server = try HTTPServer(host: "127.0.0.1", port: 0) { request in
            .text("\(request.method.rawValue) \(request.path) \(request.queryValue("a") ?? "-")")
        }
        defer { server.stop() }
        let url = try #require(URL(string: "http://127.0.0.1:\(server.port)/x%20y?a=1%262"))
        let (data, response) = try await URLSession.shared.data(from: url)
        #expect((response as? HTTPURLResponse)?.statusCode == 200)
        #expect(String(decoding: data, as: UTF8.self) == "GET /x y 1&2\n")
    }
}
