import NotificationDispatch
import NotificationProviders
import ProtobufCodec
import Schemas

let secretText = "0123456789abcdef-0123456789abcdef"

func send(_ id: String = "r1/1", text: String = "Hi Ada, 你好 {\"quoted\"}") -> NotificationSend {
    NotificationSend.with {
        $0.sendID = id
        $0.requestID = "r1"
        $0.customerID = "c1"
        $0.channel = .sms
        $0.templateID = "hello"
        $0.templateVersion = 3
        $0.text = text
        $0.messageClass = .promotional
        $0.decidedAt = .init(milliseconds: 1_715_745_600_123)
        $0.expiresAt = .init(milliseconds: 1_715_749_200_000)
    }
}

func webhook(
    _ server: LocalServer, timeout: Int = 20_000, batch: Int = 30_000, connections: Int = 16,
    _ change: (inout WebhookSettings) -> Void = { _ in }
) throws -> WebhookProvider {
    var settings = WebhookSettings()
    settings.timeoutMilliseconds = timeout
    settings.batchMilliseconds = batch
    settings.connections = connections
    change(&settings)
    return WebhookProvider(
        url: try WebhookURL(server.url), secret: try WebhookSecret(secretText), settings: settings)
}

extension ProviderAnswer {
    var kind: String {
        switch self {
        case .sent: "sent"
        case .permanent: "permanent"
        case .transient: "transient"
        }
    }
}
