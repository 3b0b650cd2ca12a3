import KafkaProtocol

@testable import EmbeddedBroker

/// Frames for fuzzing: real requests in drawn versions, most of them damaged in one way or another.
struct RequestMutation {
    private var samples: SampleRequests

    init(seed: UInt64) { samples = SampleRequests(seed: seed) }

    /// A frame without its length.
    mutating func next() -> [UInt8] {
        let body = samples.next()
        let versions = body.api.validVersions
        let version = Int16(samples.number(Int(versions.lowerBound)...Int(versions.upperBound)))
        let header = RequestHeader(
            api: body.api, version: version, correlationID: Int32(samples.number(0...1_000)),
            clientID: samples.pick([nil, "", "fuzz"]))
        var frame = Array(RequestFrame.bytes(body, header).dropFirst(4))
        switch samples.number(0...9) {
        case 0...3: break
        case 4...5: for _ in 0..<samples.number(1...4) { flip(&frame) }
        case 6: frame = Array(frame.prefix(samples.number(0...frame.count)))
        case 7: for _ in 0..<samples.number(1...3) { splice(&frame) }
        case 8: overwrite(&frame)
        default: frame = garbage()
        }
        return frame
    }

    private mutating func place(_ frame: [UInt8]) -> Int { samples.number(0...max(0, frame.count - 1)) }

    private mutating func flip(_ frame: inout [UInt8]) {
        guard !frame.isEmpty else { return }
        frame[place(frame)] ^= 1 << UInt8(samples.number(0...7))
    }

    /// Copies a part of the frame to another place, or takes one out.
    private mutating func splice(_ frame: inout [UInt8]) {
        guard !frame.isEmpty else { return }
        let start = place(frame)
        let part = Array(frame[start..<min(frame.count, start + samples.number(1...16))])
        if samples.number(0...1) == 0 {
            frame.insert(contentsOf: part, at: place(frame))
        } else {
            frame.removeSubrange(start..<start + part.count)
        }
    }

    /// Puts a length that hurts over some bytes.
    private mutating func overwrite(_ frame: inout [UInt8]) {
        let values: [[UInt8]] = [
            [0x7f, 0xff, 0xff, 0xff], [0x80, 0, 0, 0], [0xff, 0xff, 0xff, 0xff], [0x7f, 0xff], [0xff, 0xff],
            [0xff, 0xff, 0xff, 0xff, 0x0f], [0, 0, 0, 0], [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01],
        ]
        let value = samples.pick(values)
        let start = place(frame)
        for (index, byte) in value.enumerated() where start + index < frame.count { frame[start + index] = byte }
    }

    private mutating func garbage() -> [UInt8] {
        (0..<samples.number(0...200)).map { _ in UInt8.random(in: 0...255, using: &samples.random) }
    }

    /// A frame's length and the frame, at times with a length that is not its own.
    mutating func onTheWire(_ frame: [UInt8]) -> [UInt8] {
        let count =
            samples.number(0...40) == 0 ? Int(samples.pick([-1, 0, 1, .max, .min, Int32(1 << 20)])) : frame.count
        let length = UInt32(truncatingIfNeeded: count)
        return [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: length >> UInt32($0)) } + frame
    }

    mutating func number(_ range: ClosedRange<Int>) -> Int { samples.number(range) }
}
