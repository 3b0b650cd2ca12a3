public import WorkerRuntime

/// Performs the effects of notification.delivery through a provider.
public struct ProviderPerformer: EffectPerformer {
    private let provider: any NotificationProvider

    public init(_ provider: any NotificationProvider) {
        self.provider = provider
    }

    public func perform(_ requests: [EffectRequest]) -> [[UInt8]] {
        ProviderEffects.results(of: requests.map(\.payload), from: provider)
    }
}
