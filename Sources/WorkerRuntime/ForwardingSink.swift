/// Hands what a task publishes to a closure.
///
/// The loop is generic, and a call through `any OutputSink` would reach its unspecialised witness; a closure made in
/// specialised code is specialised.
final class ForwardingSink: OutputSink {
    private let forward: (OutputRecord) throws -> Void

    init(_ forward: @escaping (OutputRecord) throws -> Void) {
        self.forward = forward
    }

    func send(_ record: OutputRecord) throws { try forward(record) }
}
