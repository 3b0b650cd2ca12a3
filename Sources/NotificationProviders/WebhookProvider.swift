import Foundation
public import NotificationDispatch
import ProtobufCodec
public import Schemas

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Posts each send as canonical Protobuf JSON to one URL of the operator's.
///
/// Headers: `Content-Type: application/json`, `Idempotency-Key` (the send id, the same in every attempt) and
/// `Growth-Signature`. What the answer's status means is `ProviderAnswer(httpStatus:)`; its body is not used, redirects
/// are not followed, cookies and caches are off.
public final class WebhookProvider: NotificationProvider {
    /// The session's own time-out knows whole seconds only; ours comes first, and this one stands behind it.
    private static let sessionTimeoutSeconds = 600.0

    private let url: WebhookURL
    private let secret: WebhookSecret
    private let settings: WebhookSettings
    private let exchanges: WebhookExchanges
    private let session: URLSession

    public init(url: WebhookURL, secret: WebhookSecret, settings: WebhookSettings = WebhookSettings()) {
        self.url = url
        self.secret = secret
        self.settings = settings
        exchanges = WebhookExchanges(responseBytes: settings.responseBytes)
        let configuration = URLSessionConfiguration.ephemeral
        configuration.httpMaximumConnectionsPerHost = settings.connections
        configuration.timeoutIntervalForRequest = Self.sessionTimeoutSeconds
        configuration.urlCache = nil
        configuration.requestCachePolicy = .reloadIgnoringLocalCacheData
        configuration.httpCookieStorage = nil
        configuration.httpShouldSetCookies = false
        configuration.httpCookieAcceptPolicy = .never
        session = URLSession(configuration: configuration, delegate: exchanges, delegateQueue: InlineOperationQueue())
    }

    deinit {
        // A session keeps its delegate and its connections until it is told.
        session.invalidateAndCancel()
    }

    public func send(_ batch: [NotificationSend]) -> [ProviderAnswer] {
        let call = WebhookBatch(count: batch.count, settings: settings)
        return call.run { index in
            guard let request = request(for: batch[index]) else { return nil }
            let task = session.dataTask(with: request)
            exchanges.add(task, index: index, of: call)
            return task
        } giveUp: { task in
            exchanges.giveUp(task)
        }
    }

    private func request(for send: NotificationSend) -> URLRequest? {
        let seconds = Int64(Date().timeIntervalSince1970)
        guard let body = try? send.jsonUTF8Bytes(),
            let signature = WebhookSignature.value(for: body, at: seconds, secret: secret)
        else { return nil }
        var request = URLRequest(url: url.url)
        request.httpMethod = "POST"
        request.httpBody = Data(body)
        request.timeoutInterval = Self.sessionTimeoutSeconds
        request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        request.setValue("GrowthFleet", forHTTPHeaderField: "User-Agent")
        request.setValue(IdempotencyKey.value(of: send.sendID), forHTTPHeaderField: IdempotencyKey.header)
        request.setValue(signature, forHTTPHeaderField: WebhookSignature.header)
        return request
    }
}
