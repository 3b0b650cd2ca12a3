import CommandLineTools
import Foundation
import Testing

#if canImport(Glibc)
    import Glibc
#endif

@Suite(.serialized) struct SignalHandlingTests {
    private func send(_ signal: Signal) {
        kill(ProcessInfo.processInfo.processIdentifier, signal.rawValue)
    }

    @Test func arrivalsAreNumberedAcrossKinds() async {
        let (stream, continuation) = AsyncStream.makeStream(of: SignalHandling.Arrival.self)
        let first = Signal(rawValue: SIGUSR1)
        let second = Signal(rawValue: SIGUSR2)
        let handling = SignalHandling([first, second]) { continuation.yield($0) }
        var arrivals = stream.makeAsyncIterator()
        send(first)
        let one = await arrivals.next()
        send(second)
        let two = await arrivals.next()
        send(first)
        let three = await arrivals.next()
        #expect(one == SignalHandling.Arrival(signal: first, ordinal: 1))
        #expect(two == SignalHandling.Arrival(signal: second, ordinal: 2))
        #expect(three?.signal == first)
        #expect(three?.ordinal == 3)
        #expect(one?.isRepeated == false)
        #expect(two?.isRepeated == true)
        withExtendedLifetime(handling) {}
    }

    @Test func exitCodesAreThoseOfTheShell() {
        #expect(Signal.terminate.exitCode == .terminated)
        #expect(Signal.interrupt.exitCode == .interrupted)
    }

    @Test func aCancelledSignalHasItsDefaultEffectAgain() async {
        await #expect(processExitsWith: .signal(SIGTERM)) {
            let handling = SignalHandling([.terminate]) { _ in }
            handling.cancel()
            kill(ProcessInfo.processInfo.processIdentifier, SIGTERM)
            // Reached only if the signal is still held back; the process then ends in another way, and the test fails.
            exit(9)
        }
    }

    @Test func aHandledSignalDoesNotEndTheProcess() async {
        await #expect(processExitsWith: .exitCode(7)) {
            let (stream, continuation) = AsyncStream.makeStream(of: SignalHandling.Arrival.self)
            let handling = SignalHandling([.terminate, .interrupt]) { continuation.yield($0) }
            kill(ProcessInfo.processInfo.processIdentifier, SIGTERM)
            for await arrival in stream where arrival.signal == .terminate { break }
            withExtendedLifetime(handling) {}
            exit(7)
        }
    }

    @Test func noSignalIsLostHoweverEarlyAndOftenOneListens() async {
        let signal = Signal(rawValue: SIGUSR2)
        for _ in 0..<200 {
            let (stream, continuation) = AsyncStream.makeStream(of: SignalHandling.Arrival.self)
            let handling = SignalHandling([signal]) { continuation.yield($0) }
            send(signal)
            var arrivals = stream.makeAsyncIterator()
            #expect(await arrivals.next() == SignalHandling.Arrival(signal: signal, ordinal: 1))
            handling.cancel()
            handling.cancel()
        }
    }

    @Test func everyListenerIsTold() async {
        let signal = Signal(rawValue: SIGUSR1)
        let (stream, continuation) = AsyncStream.makeStream(of: Int.self)
        let one = SignalHandling([signal]) { _ in continuation.yield(1) }
        let two = SignalHandling([signal]) { _ in continuation.yield(2) }
        var arrivals = stream.makeAsyncIterator()
        send(signal)
        #expect(await Set([arrivals.next(), arrivals.next()]) == [1, 2])
        one.cancel()
        // The signal is still the other's: it has not its default effect, which would end the process.
        send(signal)
        #expect(await arrivals.next() == 2)
        withExtendedLifetime(two) {}
    }
}
