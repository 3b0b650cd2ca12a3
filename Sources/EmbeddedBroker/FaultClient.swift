public import BrokerCore

/// Sends fault scripts to a running broker's control socket.
public enum FaultClient {
    /// Says why a script was not run to its end.
    public struct Failure: Error, CustomStringConvertible {
        public var message: String

        public var description: String { message }
    }

    /// Runs a script, line by line, and gives the answer's lines; ends at the first line that fails.
    public static func run(_ script: FaultScript, controlPath: String) throws(Failure) -> [String] {
        try run(lines: script.instructions.map(\.description), controlPath: controlPath)
    }

    /// The same with the script's text as it is, catalogue names included.
    public static func run(lines: [String], controlPath: String) throws(Failure) -> [String] {
        let socket: Descriptor
        do throws(Socket.Failure) {
            socket = try Socket.connect(path: controlPath)
        } catch {
            throw Failure(message: "\(error)")
        }
        var answers: [String] = []
        for line in lines {
            try send(Array((line + "\n").utf8), to: socket)
            while true {
                let answer = try readLine(from: socket)
                if answer == "ok" { break }
                guard answer.hasPrefix("- ") else { throw Failure(message: "\(line): \(answer)") }
                answers.append(String(answer.dropFirst(2)))
            }
        }
        return answers
    }

    private static func send(_ bytes: [UInt8], to socket: Descriptor) throws(Failure) {
        var sent = 0
        while sent < bytes.count {
            guard case .bytes(let count) = socket.send(bytes, from: sent) else {
                throw Failure(message: "the broker does not take commands any more")
            }
            sent += count
        }
    }

    private static let lineBytes = 64 << 10

    private static func readLine(from socket: Descriptor) throws(Failure) -> String {
        var line: [UInt8] = []
        var byte: [UInt8] = [0]
        while line.count < lineBytes {
            guard case .bytes = socket.read(into: &byte) else {
                throw Failure(message: "the broker does not answer")
            }
            if byte[0] == UInt8(ascii: "\n") { return String(decoding: line, as: UTF8.self) }
            line.append(byte[0])
        }
        throw Failure(message: "the broker's answer has no end")
    }
}
