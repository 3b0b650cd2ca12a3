import Dispatch
import Foundation

/// Runs the body on so many threads at once and waits for all: tasks would share the pool's few with every other test.
func onThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
    let done = DispatchGroup()
    for index in 0..<count {
        done.enter()
        Thread.detachNewThread {
            body(index)
            done.leave()
        }
    }
    done.wait()
}
