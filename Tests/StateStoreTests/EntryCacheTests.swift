import Testing

@testable import StateStore

/// The cache of committed entries: bounded, never wrong, never in the way of a write.
struct EntryCacheTests {
    private func entry(_ byte: UInt8) -> StateEntry { StateEntry(value: [UInt8](repeating: byte, count: 100)) }

    @Test func itStaysWithinItsBytes() {
        var random = SeededGenerator(seed: 2)
        var cache = EntryCache(byteLimit: 20_000)
        var known: [StateKey: StateEntry?] = [:]
        for step in 0..<20_000 {
            let key = StateKey.named("\(Int.random(in: 0..<400, using: &random))")
            let slot = cache.claim(key)
            if let committed = cache.committed(slot) {
                #expect(committed == known[key])
                cache.markRead(slot)
            } else {
                let found = known[key] ?? (random.chance(30) ? nil : entry(UInt8(truncatingIfNeeded: step)))
                known[key] = .some(found)
                cache.learn(found, of: slot)
            }
            #expect(cache.byteCount <= 20_000 + 400)
        }
        #expect(cache.count > 40)
        #expect(cache.count < 100)
    }

    @Test func writtenKeysKeepTheirSlots() {
        var cache = EntryCache(byteLimit: 1_000)
        let keys = (0..<50).map { StateKey.named("\($0)") }
        let slots = keys.map { cache.claim($0) }
        for (write, slot) in slots.enumerated() { cache.setWrite(write, of: slot) }
        for index in 0..<500 { cache.learn(nil, of: cache.claim(.named("read \(index)"))) }
        for (write, key) in keys.enumerated() {
            #expect(cache.claim(key) == slots[write])
            #expect(cache.write(of: key) == write)
        }
        for slot in slots.prefix(25) { cache.commit(entry(1), of: slot) }
        for slot in slots.dropFirst(25) { cache.discardWrite(of: slot) }
        cache.trim()
        #expect(cache.byteCount <= 1_000)
        for key in keys { #expect(cache.write(of: key) == nil) }
    }

    @Test func whatIsReadAgainOutlivesWhatIsReadOnce() {
        var cache = EntryCache(byteLimit: 10_000)
        let hot = (0..<5).map { StateKey.named("hot \($0)") }
        for index in 0..<2_000 {
            for key in hot {
                let slot = cache.claim(key)
                if index > 0 { #expect(cache.committed(slot) != nil) }
                if cache.committed(slot) == nil { cache.learn(entry(1), of: slot) } else { cache.markRead(slot) }
            }
            cache.learn(entry(2), of: cache.claim(.named("cold \(index)")))
        }
    }

    @Test func withoutBytesNothingIsKept() {
        var cache = EntryCache(byteLimit: 0)
        let slot = cache.claim(.named("a"))
        cache.setWrite(0, of: slot)
        cache.commit(entry(1), of: slot)
        cache.trim()
        #expect(cache.count == 0)
        #expect(cache.byteCount == 0)
        #expect(cache.committed(.named("a")) == nil)
    }
}
