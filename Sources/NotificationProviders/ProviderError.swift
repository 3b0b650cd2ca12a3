/// Why a provider cannot be made; the operator must change its configuration.
public enum ProviderError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The URL's own text is left out: it may hold a token.
    case unusableURL(String)
    case unusableSecret(String)
    case unusableFile(path: String, reason: String)

    public var description: String {
        switch self {
        case .unusableURL(let reason): "the webhook's URL \(reason)"
        case .unusableSecret(let reason): "the webhook's secret \(reason)"
        case .unusableFile(let path, let reason): "\(path): \(reason)"
        }
    }
}
