import Foundation
import NotificationDispatch
import Synchronization

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// The session's delegate: turns what happens to each call into one answer for its batch.
///
/// The status decides. A body that is longer than the bound, or may never end, is not read: the call is cut off at its
/// head, and its connection with it. One that stops half-way changes nothing either.
final class WebhookExchanges: NSObject, URLSessionDataDelegate, Sendable {
    private struct Exchange {
        let index: Int
        let batch: WebhookBatch
        var status: Int?

        func answer(otherwise status: String) -> ProviderAnswer {
            self.status.map(ProviderAnswer.init(httpStatus:)) ?? .transient(status: status)
        }
    }

    private let responseBytes: Int
    /// By task identifier; as many as there are calls in flight.
    private let exchanges = Mutex<[Int: Exchange]>([:])

    init(responseBytes: Int) {
        self.responseBytes = responseBytes
    }

    func add(_ task: URLSessionTask, index: Int, of batch: WebhookBatch) {
        exchanges.withLock { $0[task.taskIdentifier] = Exchange(index: index, batch: batch) }
    }

    /// Ends a call that is late and returns its answer: the status, if that came in time. What comes later is ignored.
    func giveUp(_ task: URLSessionTask) -> ProviderAnswer {
        let exchange = exchanges.withLock { $0.removeValue(forKey: task.taskIdentifier) }
        task.cancel()
        return exchange?.answer(otherwise: "time-out") ?? .transient(status: "time-out")
    }

    private func finish(_ task: URLSessionTask, otherwise status: String) {
        guard let exchange = exchanges.withLock({ $0.removeValue(forKey: task.taskIdentifier) }) else { return }
        exchange.batch.arrive(exchange.answer(otherwise: status), index: exchange.index)
    }

    private func note(_ response: URLResponse, of task: URLSessionTask) {
        guard let status = (response as? HTTPURLResponse)?.statusCode else { return }
        exchanges.withLock { $0[task.taskIdentifier]?.status = status }
    }

    // MARK: URLSessionDataDelegate

    func urlSession(
        _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
        completionHandler: @escaping (URLSession.ResponseDisposition) -> Void
    ) {
        note(response, of: dataTask)
        if isShort(response) {
            completionHandler(.allow)
        } else {
            // Here or nowhere: once a body is being read, only the end of the call stops it.
            completionHandler(.cancel)
            finish(dataTask, otherwise: "answer without a status")
        }
    }

    /// Whether the body's end is known to lie within the bound. A coded body may be any size once it is decoded.
    private func isShort(_ response: URLResponse) -> Bool {
        guard let response = response as? HTTPURLResponse else { return false }
        if response.statusCode == 204 || response.statusCode == 304 { return true }
        let coding = response.value(forHTTPHeaderField: "Content-Encoding") ?? "identity"
        guard coding.lowercased() == "identity", let length = response.value(forHTTPHeaderField: "Content-Length")
        else { return false }
        return Int(length).map { (0...responseBytes).contains($0) } ?? false
    }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        if let response = task.response { note(response, of: task) }
        finish(task, otherwise: Self.status(of: error))
    }

    /// What went wrong. Never the error's `description`, which repeats the URL and so perhaps a token; libcurl's own
    /// words name hosts and certificates only.
    private static func status(of error: (any Error)?) -> String {
        guard let error = error as? URLError else { return "no answer" }
        switch error.code {
        case .timedOut: return "time-out"
        case .cannotConnectToHost: return "cannot connect"
        case .cannotFindHost, .dnsLookupFailed: return "host not found"
        case .networkConnectionLost: return "connection lost"
        default: return "no answer: \(error.localizedDescription)"
        }
    }

    func urlSession(
        _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest, completionHandler: @escaping (URLRequest?) -> Void
    ) {
        // A message goes where the operator said, or nowhere; 3xx is permanent by the table.
        note(response, of: task)
        completionHandler(nil)
    }
}
