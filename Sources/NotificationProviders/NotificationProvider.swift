public import NotificationDispatch
public import Schemas

/// Something that brings messages to customers.
///
/// The stage gives at-least-once: after a crash a send may come again, under the same `sendID`, which is the
/// idempotency key that a provider must honour.
public protocol NotificationProvider: Sendable {
    /// Blocks until each send of the batch has its answer, in the same order; sends run side by side within a bound of
    /// the provider's own.
    func send(_ batch: [NotificationSend]) -> [ProviderAnswer]
}
