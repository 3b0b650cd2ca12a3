/// The routes that operators and orchestrators ask: `/metrics`, `/startup`, `/live`, `/ready`, `/status`.
public struct HealthEndpoints: Sendable {
    /// The answer to a probe.
    public struct Health: Sendable, Equatable {
        /// Whether the probe is answered 200; 503 otherwise.
        public let isHealthy: Bool
        /// Why, in one line.
        public let reason: String

        /// An answer with its reason.
        public init(isHealthy: Bool, reason: String) {
            self.isHealthy = isHealthy
            self.reason = reason
        }

        /// An answer of 200.
        public static func healthy(_ reason: String = "ok") -> Health { Health(isHealthy: true, reason: reason) }
        /// An answer of 503.
        public static func unhealthy(_ reason: String) -> Health { Health(isHealthy: false, reason: reason) }
    }

    private let metrics: MetricsRegistry
    private let startup: @Sendable () -> Health
    private let live: @Sendable () -> Health
    private let ready: @Sendable () -> Health
    private let status: @Sendable () -> String

    /// The closures are called on the server's thread for each request and answer from snapshots: they must not wait.
    ///
    /// `status` gives a JSON document as text.
    public init(
        metrics: MetricsRegistry, startup: @escaping @Sendable () -> Health = { .healthy() },
        live: @escaping @Sendable () -> Health, ready: @escaping @Sendable () -> Health,
        status: @escaping @Sendable () -> String
    ) {
        self.metrics = metrics
        self.startup = startup
        self.live = live
        self.ready = ready
        self.status = status
    }

    /// 200 or, from an unhealthy probe, 503 with the reason; 404 elsewhere; 405 for POST.
    public func respond(to request: HTTPRequest) -> HTTPResponse {
        guard let answer = route(request.path) else { return .notFound }
        switch request.method {
        case .get, .head: return answer()
        case .post: return .methodNotAllowed("GET, HEAD")
        }
    }

    private func route(_ path: String) -> (() -> HTTPResponse)? {
        switch path {
        case "/metrics":
            {
                HTTPResponse(
                    status: 200, contentType: ExpositionText.contentType, body: Array(metrics.exposition().utf8))
            }
        case "/startup": { Self.answer(startup()) }
        case "/live": { Self.answer(live()) }
        case "/ready": { Self.answer(ready()) }
        case "/status": { .json(status()) }
        default: nil
        }
    }

    private static func answer(_ health: Health) -> HTTPResponse {
        .text(health.reason, status: health.isHealthy ? 200 : 503)
    }
}
