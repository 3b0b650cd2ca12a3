import Foundation
import FoundationNetworking
import Observability
import Synchronization
import Testing

@Suite struct HealthEndpointsTests {
    private let registry = MetricsRegistry()

    private func endpoints(
        live: HealthEndpoints.Health = .healthy("polled 1s ago"), ready: HealthEndpoints.Health = .healthy("joined")
    ) -> HealthEndpoints {
        HealthEndpoints(metrics: registry, live: { live }, ready: { ready }, status: { #"{"state":"RUNNING"}"# })
    }

    private func get(_ path: String, _ endpoints: HealthEndpoints) -> (Int, String) {
        let response = endpoints.respond(to: HTTPRequest(method: .get, path: path))
        return (response.status, String(decoding: response.body, as: UTF8.self))
    }

    @Test func probesAnswerWithTheReason() {
        #expect(get("/live", endpoints()) == (200, "polled 1s ago\n"))
        #expect(get("/ready", endpoints()) == (200, "joined\n"))
        #expect(get("/startup", endpoints()) == (200, "ok\n"))
        #expect(get("/live", endpoints(live: .unhealthy("fenced"))) == (503, "fenced\n"))
        #expect(get("/ready", endpoints(ready: .unhealthy("draining"))) == (503, "draining\n"))
        #expect(get("/live", endpoints(ready: .unhealthy("draining"))).0 == 200)
    }

    @Test func statusIsJSON() {
        let response = endpoints().respond(to: HTTPRequest(method: .get, path: "/status"))
        #expect(response == .json(#"{"state":"RUNNING"}"#))
        #expect(response.headers.first == .init(name: "Content-Type", value: "application/json"))
    }

    @Test func metricsAreTheExposition() {
        registry.counter("x_total", help: "h").increment()
        let response = endpoints().respond(to: HTTPRequest(method: .get, path: "/metrics"))
        #expect(response.headers == [.init(name: "Content-Type", value: "text/plain; version=0.0.4; charset=utf-8")])
        #expect(String(decoding: response.body, as: UTF8.self) == registry.exposition())
    }

    @Test func otherPathsAndMethodsAreRefused() {
        for path in ["/", "", "/metrics/", "/Live", "/../live"] { #expect(get(path, endpoints()).0 == 404) }
        let post = endpoints().respond(to: HTTPRequest(method: .post, path: "/live"))
        #expect(post.status == 405)
        #expect(post.headers.contains(.init(name: "Allow", value: "GET, HEAD")))
        #expect(endpoints().respond(to: HTTPRequest(method: .head, path: "/live")).status == 200)
    }

    @Test func probesAreAskedAtEachRequest() async throws {
        let draining = Mutex(false)
        let endpoints = HealthEndpoints(
            metrics: registry, live: { .healthy() },
            ready: { draining.withLock { $0 } ? .unhealthy("draining") : .healthy() },
            status: { "{}" })
        let server = try HTTPServer(host: "127.0.0.1", port: 0) { endpoints.respond(to: $0) }
        defer { server.stop() }
        let url = try #require(URL(string: "http://127.0.0.1:\(server.port)/ready"))
        #expect((try await URLSession.shared.data(from: url).1 as? HTTPURLResponse)?.statusCode == 200)
        draining.withLock { $0 = true }
        let (data, response) = try await URLSession.shared.data(from: url)
        #expect((response as? HTTPURLResponse)?.statusCode == 503)
        #expect(String(decoding: data, as: UTF8.self) == "draining\n")
    }
}
