import Foundation
import NotificationDispatch
import NotificationProviders
import ProtobufCodec
import Schemas
import Synchronization
import Testing

/// The webhook against a server of this machine (N30).
@Suite struct WebhookTests {
    // MARK: Answers

    @Test(arguments: [
        (200, "sent"), (201, "sent"), (202, "sent"), (204, "sent"), (301, "permanent"), (304, "permanent"),
        (400, "permanent"), (401, "permanent"), (403, "permanent"), (404, "permanent"), (408, "transient"),
        (409, "permanent"), (410, "permanent"), (425, "transient"), (429, "transient"), (500, "transient"),
        (502, "transient"), (503, "transient"), (599, "transient"),
    ])
    func statusDecides(_ status: Int, _ kind: String) throws {
        let server = try LocalServer { _, _ in .status(status, body: Array("a body".utf8)) }
        defer { server.stop() }
        let answers = try webhook(server).send([send()])
        #expect(answers.map(\.kind) == [kind])
        #expect(answers.map(\.status) == ["HTTP \(status)"])
        #expect(server.requests.count == 1)
    }

    @Test func silenceIsATimeOut() throws {
        let server = try LocalServer { _, _ in .silence }
        defer { server.stop() }
        let answers = try webhook(server, timeout: 200).send([send()])
        #expect(answers == [.transient(status: "time-out")])
    }

    @Test func nobodyThere() throws {
        let server = try LocalServer { _, _ in .hangUp }
        let provider = try webhook(server)
        server.stop()
        #expect(provider.send([send()]).map(\.kind) == ["transient"])
    }

    @Test func aConnectionThatEndsWithoutAWord() throws {
        let server = try LocalServer { _, _ in .hangUp }
        defer { server.stop() }
        #expect(try webhook(server).send([send()]).map(\.kind) == ["transient"])
    }

    /// The status came: that the body stops half-way does not matter.
    @Test func aBodyThatStopsDecidesNothing() throws {
        let server = try LocalServer { _, _ in .unfinished(202) }
        defer { server.stop() }
        #expect(try webhook(server, timeout: 2_000).send([send()]) == [.sent(status: "HTTP 202")])
    }

    /// The call is cut off at its head, long before its time-out.
    @Test(arguments: [(200, "sent"), (400, "permanent"), (503, "transient")])
    func aBodyWithoutEndIsCutOff(_ status: Int, _ kind: String) throws {
        let server = try LocalServer { _, _ in .endless(status) }
        defer { server.stop() }
        let answers = try webhook(server).send([send()])
        #expect(answers.map(\.status) == ["HTTP \(status)"])
        #expect(answers.map(\.kind) == [kind])
        server.cutOff.wait()
    }

    @Test func aLongOrCodedBodyIsNotRead() throws {
        let bytes = [UInt8](repeating: 0x78, count: 1_001)
        for headers in [[:], ["Content-Encoding": "gzip"]] {
            let server = try LocalServer { _, _ in .status(200, headers: headers, body: bytes) }
            defer { server.stop() }
            let answers = try webhook(server) { $0.responseBytes = headers.isEmpty ? 1_000 : 2_000 }.send([send()])
            #expect(answers == [.sent(status: "HTTP 200")])
        }
    }

    @Test(arguments: [301, 302, 303, 307, 308]) func redirectsAreNotFollowed(_ status: Int) throws {
        let target = try LocalServer { _, _ in .status(200) }
        defer { target.stop() }
        let location = target.url
        let server = try LocalServer { _, _ in .status(status, headers: ["Location": location]) }
        defer { server.stop() }
        #expect(try webhook(server).send([send()]) == [.permanent(status: "HTTP \(status)")])
        #expect(target.requests.isEmpty)
        #expect(server.requests.count == 1)
    }

    @Test func cookiesAreNotKept() throws {
        let server = try LocalServer { _, _ in .status(200, headers: ["Set-Cookie": "a=b; Path=/"]) }
        defer { server.stop() }
        let provider = try webhook(server)
        for _ in 0..<2 { _ = provider.send([send()]) }
        #expect(server.requests.count == 2)
        #expect(server.requests.allSatisfy { $0.headers["cookie"] == nil })
    }

    // MARK: What is posted

    @Test func theBodyIsTheSend() throws {
        let server = try LocalServer { _, _ in .status(200) }
        defer { server.stop() }
        let message = send(text: String(repeating: "长", count: 5_000))
        #expect(try webhook(server).send([message]).map(\.kind) == ["sent"])
        let request = try #require(server.requests.first)
        #expect(request.line == "POST /send HTTP/1.1")
        #expect(request.headers["content-type"] == "application/json")
        #expect(request.headers["idempotency-key"] == "r1/1")
        #expect(request.headers["expect"] == nil)
        #expect(try NotificationSend(jsonUTF8Bytes: request.body) == message)
    }

    @Test func theIdempotencyKeyIsTheSameInEveryAttempt() throws {
        let server = try LocalServer { _, number in .status(number < 3 ? 503 : 200) }
        defer { server.stop() }
        let provider = try webhook(server)
        let answers = (0..<3).flatMap { _ in provider.send([send("a b/é%/1")]) }
        #expect(answers.map(\.kind) == ["transient", "transient", "sent"])
        #expect(
            server.requests.map { $0.headers["idempotency-key"] } == Array(repeating: "a%20b/%C3%A9%25/1", count: 3))
        #expect(Set(server.requests.map(\.body)).count == 1)
    }

    /// Computed again by Python's own hmac from the header's time and the body as it came.
    @Test func theSignatureIsThatOfPython() throws {
        let server = try LocalServer { _, _ in .status(200) }
        defer { server.stop() }
        let before = Int64(Date().timeIntervalSince1970)
        _ = try webhook(server).send([send()])
        let after = Int64(Date().timeIntervalSince1970)
        let request = try #require(server.requests.first)
        let header = try #require(request.headers["growth-signature"])
        let parts = header.split(separator: ",")
        #expect(parts.count == 2)
        let time = try #require(parts.first?.split(separator: "=").last.flatMap { Int64($0) })
        #expect((before...after).contains(time))
        #expect(header == "t=\(time),v1=\(try python(time: time, body: request.body))")
    }

    private func python(time: Int64, body: [UInt8]) throws -> String {
        let script = """
            import hashlib, hmac, sys
            body = sys.stdin.buffer.read()
            signed = sys.argv[1].encode() + b"." + body
            print(hmac.new(sys.argv[2].encode(), signed, hashlib.sha256).hexdigest())
            """
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", "-c", script, "\(time)", secretText]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: Data(body))
        try input.fileHandleForWriting.close()
        let text = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return String(decoding: text, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    // MARK: Batches

    @Test func answersComeInTheOrderOfTheSends() throws {
        let server = try LocalServer { request, _ in
            let key = request.headers["idempotency-key"] ?? ""
            return .status(key.hasPrefix("good") ? 200 : key.hasPrefix("bad") ? 400 : 500)
        }
        defer { server.stop() }
        let names = (0..<60).map { ["good", "bad", "later"][$0 % 3] }
        let answers = try webhook(server, connections: 7).send(names.enumerated().map { send("\($1)\($0)/1") })
        let kinds = ["good": "sent", "bad": "permanent", "later": "transient"]
        #expect(answers.map(\.kind) == names.map { kinds[$0] })
        #expect(server.requests.count == 60)
    }

    @Test func anEmptyBatchIsNothing() throws {
        let server = try LocalServer { _, _ in .status(200) }
        defer { server.stop() }
        #expect(try webhook(server).send([]).isEmpty)
        #expect(server.requests.isEmpty)
    }

    /// Calls run side by side, and never more than the bound: the server lets none go before `bound` have come.
    @Test func callsRunSideBySideWithinTheBound() throws {
        let bound = 4
        let gate = Gate(opensAt: bound)
        let server = try LocalServer { _, _ in
            gate.pass()
            return .status(200)
        }
        defer { server.stop() }
        let answers = try webhook(server, connections: bound).send((0..<12).map { send("s\($0)/1") })
        #expect(answers == Array(repeating: .sent(status: "HTTP 200"), count: 12))
        #expect(gate.mostAtOnce == bound)
    }

    /// Holds everyone back until as many as it takes have come; then lets all pass.
    final class Gate: Sendable {
        private struct State {
            var inside = 0
            var mostAtOnce = 0
            var isOpen = false
        }

        private let state = Mutex(State())
        private let opened = DispatchSemaphore(value: 0)
        private let opensAt: Int

        init(opensAt: Int) { self.opensAt = opensAt }

        var mostAtOnce: Int { state.withLock { $0.mostAtOnce } }

        func pass() {
            let mustWait = state.withLock { state in
                state.inside += 1
                state.mostAtOnce = max(state.mostAtOnce, state.inside)
                if state.inside == opensAt { state.isOpen = true }
                return !state.isOpen
            }
            if mustWait { opened.wait() }
            opened.signal()
            state.withLock { $0.inside -= 1 }
        }
    }

    /// The batch's time is over: what has no answer, and what was not begun, is transient.
    @Test func theBatchEndsInItsTime() throws {
        let server = try LocalServer { request, _ in
            ["s0/1", "s1/1"].contains(request.headers["idempotency-key"]) ? .status(200) : .silence
        }
        defer { server.stop() }
        let answers = try webhook(server, batch: 2_000, connections: 2).send((0..<6).map { send("s\($0)/1") })
        #expect(answers.map(\.kind) == ["sent", "sent"] + Array(repeating: "transient", count: 4))
        #expect(answers.suffix(2).map(\.status) == Array(repeating: "not tried: batch time over", count: 2))
    }

    /// One that hangs does not hold the others.
    @Test func aSlowCallDoesNotHoldTheOthers() throws {
        let server = try LocalServer { request, _ in
            request.headers["idempotency-key"] == "slow/1" ? .silence : .status(200)
        }
        defer { server.stop() }
        let sends = [send("slow/1")] + (0..<20).map { send("s\($0)/1") }
        let answers = try webhook(server, timeout: 2_000, connections: 2).send(sends)
        #expect(answers.first == .transient(status: "time-out"))
        #expect(answers.dropFirst().allSatisfy { $0.kind == "sent" })
    }

    @Test func manyThreadsMayUseOneProvider() throws {
        let server = try LocalServer { request, _ in
            .status((request.headers["idempotency-key"] ?? "").hasPrefix("good") ? 200 : 400)
        }
        defer { server.stop() }
        let provider = try webhook(server)
        let wrong = Mutex(0)
        DispatchQueue.concurrentPerform(iterations: 4) { thread in
            let kind = thread % 2 == 0 ? "good" : "bad"
            let answers = provider.send((0..<10).map { send("\(kind)-\(thread)-\($0)/1") })
            let expected = thread % 2 == 0 ? "sent" : "permanent"
            let count = answers.filter { $0.kind != expected }.count
            wrong.withLock { $0 += count }
        }
        #expect(wrong.withLock { $0 } == 0)
        #expect(server.requests.count == 40)
    }

    @Test func connectionsAreUsedAgain() throws {
        let server = try LocalServer { _, _ in .status(200, body: Array("thanks".utf8)) }
        defer { server.stop() }
        let provider = try webhook(server, connections: 1)
        for number in 0..<5 { #expect(provider.send([send("s\(number)/1")]).map(\.kind) == ["sent"]) }
        #expect(server.connectionCount == 1)
    }
}
