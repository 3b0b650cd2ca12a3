import CommandLineTools
import Synchronization
import Testing

@Suite struct ProgressBarTests {
    final class Clock: Sendable {
        private let time = Mutex(Duration.zero)
        var now: Duration { time.withLock { $0 } }
        func advance(_ amount: Duration) { time.withLock { $0 += amount } }
    }

    private let recorder = Recorder()
    private let clock = Clock()

    private func bar(_ terminal: Terminal, total: Int64?) -> ProgressBar {
        ProgressBar("replay", total: total, console: recorder.console(terminal), clock: { [clock] in clock.now })
    }

    @Test func withoutATerminalThereIsALineEveryTenSeconds() {
        var bar = bar(.none, total: 100_000)
        for second in 1...25 {
            clock.advance(.seconds(1))
            bar.update(Int64(second) * 1000)
        }
        bar.finish(25_000)
        #expect(
            recorder.error == """
                replay: 10,000 of 100,000 records, 10%, 1.0k/s, 1m30s left
                replay: 20,000 of 100,000 records, 20%, 1.0k/s, 1m20s left
                replay: 25,000 of 100,000 records, 25%, 1.0k/s, took 25s

                """)
        #expect(recorder.output.isEmpty)
    }

    @Test func onATerminalOneLineIsRedrawnTenTimesASecond() {
        var bar = bar(
            Terminal(outputIsTerminal: true, errorIsTerminal: true, inputIsTerminal: true, width: 200), total: 200)
        bar.update(0)
        clock.advance(.milliseconds(99))
        bar.update(1)
        clock.advance(.milliseconds(1))
        bar.update(2)
        clock.advance(.milliseconds(1900))
        bar.finish(200)
        #expect(
            recorder.error == "\r\u{1b}[Kreplay [--------------------] 0 of 200 records, 0%, 0/s"
                + "\r\u{1b}[Kreplay [--------------------] 2 of 200 records, 1%, 20/s, 9.9s left"
                + "\r\u{1b}[Kreplay [####################] 200 of 200 records, 100%, 100/s, took 2s\n")
    }

    @Test func aNarrowTerminalCutsTheLine() {
        var bar = bar(
            Terminal(outputIsTerminal: true, errorIsTerminal: true, inputIsTerminal: true, width: 20), total: 200)
        bar.update(0)
        #expect(recorder.error == "\r\u{1b}[Kreplay [----------…")
    }

    @Test func aDumbTerminalGetsPlainLines() {
        let dumb = Terminal(
            outputIsTerminal: true, errorIsTerminal: true, inputIsTerminal: true, width: 80, allowsColor: false,
            allowsCursor: false)
        var bar = bar(dumb, total: nil)
        bar.update(1)
        #expect(recorder.error.isEmpty)
        clock.advance(.seconds(10))
        bar.update(50)
        #expect(recorder.error == "replay: 50 records, 5/s\n")
    }

    @Test func moreThanExpectedIsNotMoreThanAll() {
        var bar = bar(.none, total: 10)
        clock.advance(.seconds(10))
        bar.update(20)
        #expect(recorder.error == "replay: 20 of 10 records, 100%, 2/s\n")
    }
}
