import Testing

@testable import EmbeddedBroker

@Suite("frames from a stream of bytes")
struct FrameBufferTests {
    private static func framed(_ body: [UInt8]) -> [UInt8] {
        let count = UInt32(body.count)
        return [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: count >> UInt32($0)) } + body
    }

    @Test("however the stream is cut, the frames are the same", arguments: 0..<200)
    func cuts(seed: UInt64) throws {
        var random = SeededRandom(seed)
        let frames = (0..<Int.random(in: 1...20, using: &random)).map { _ in
            (0..<Int.random(in: 0...300, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
        }
        let stream = frames.flatMap(Self.framed)
        var buffer = FrameBuffer()
        var found: [[UInt8]] = []
        var place = 0
        while place < stream.count {
            let end = min(stream.count, place + Int.random(in: 1...400, using: &random))
            buffer.append(stream[place..<end])
            place = end
            // Some frames are taken late, so that more than one waits.
            while Bool.random(using: &random), let frame = try buffer.next(limit: 300) { found.append(frame) }
        }
        while let frame = try buffer.next(limit: 300) { found.append(frame) }
        #expect(found == frames)
        #expect(buffer.byteCount == 0)
    }

    @Test(
        "lengths that cannot be",
        arguments: [
            ([0xff, 0xff, 0xff, 0xff] as [UInt8], FrameBuffer.Fault.negativeLength(-1)),
            ([0x80, 0, 0, 0], .negativeLength(Int(Int32.min))),
            ([0, 0, 0, 11], .tooLong(11, limit: 10)),
            ([0x7f, 0xff, 0xff, 0xff], .tooLong(Int(Int32.max), limit: 10)),
        ])
    func lengths(bytes: [UInt8], fault: FrameBuffer.Fault) {
        var buffer = FrameBuffer()
        buffer.append(bytes[0..<3])
        #expect(!buffer.hasNext(limit: 10))
        buffer.append(bytes[3...])
        #expect(buffer.hasNext(limit: 10))
        #expect(throws: fault) { try buffer.next(limit: 10) }
    }

    @Test("a frame of exactly the limit passes")
    func limit() throws {
        var buffer = FrameBuffer()
        buffer.append(Self.framed([1, 2, 3])[...])
        #expect(try buffer.next(limit: 3) == [1, 2, 3])
    }
}
