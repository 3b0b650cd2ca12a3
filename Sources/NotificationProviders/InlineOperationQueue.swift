import Foundation

/// A delegate queue that runs each callback at once, on the session's own thread.
///
/// With a queue of its own a session reads on while its callbacks wait, and a body without end fills the memory before
/// the delegate can refuse it. Callbacks must be short and must not call back into the session.
final class InlineOperationQueue: OperationQueue, @unchecked Sendable {
    // Safe: it holds nothing of its own.
    override func addOperation(_ block: @escaping @Sendable () -> Void) { block() }
    override func addOperation(_ operation: Operation) { operation.start() }
}
