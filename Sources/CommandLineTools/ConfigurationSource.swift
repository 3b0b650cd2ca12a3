/// Where a setting's value came from, strongest first.
public enum ConfigurationSource: Hashable, Sendable, CustomStringConvertible {
    case flag(String)
    case variable(String)
    case file(path: String, position: JSONPosition)
    case fallback

    public var description: String {
        switch self {
        case .flag(let name): name
        case .variable(let name): name
        case .file(let path, let position): "\(path):\(position)"
        case .fallback: "default"
        }
    }
}
