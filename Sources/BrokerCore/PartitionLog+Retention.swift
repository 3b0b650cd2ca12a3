extension PartitionLog {
    /// Where the log begins once retention has taken the segments whose time or room is over; nil if it takes none.
    ///
    /// A segment goes as a whole: when its newest record is too old, or when the log is large enough without it.
    func retainedStart(_ settings: TopicSettings, now: Int64) -> Int64? {
        guard settings.isDeleted else { return nil }
        var excess = settings.retentionBytes >= 0 ? byteCount &- settings.retentionBytes : -1
        var gone = 0
        for segment in segments {
            guard let last = segment.lastOffset else { break }
            let isOld =
                settings.retentionMs >= 0 && segment.maxTimestamp >= 0
                && now &- segment.maxTimestamp > settings.retentionMs
            guard isOld || excess >= segment.byteCount, last < highWatermark else { break }
            excess &-= segment.byteCount
            gone += 1
        }
        guard gone > 0 else { return nil }
        return gone < segments.count ? segments[gone].baseOffset ?? end : end
    }

    /// The offset from which on compaction touches nothing: the newest segment, what is not decided, what is too new.
    func compactableEnd(_ settings: TopicSettings, now: Int64) -> Int64 {
        let active = segments.last?.baseOffset ?? end
        var bound = min(active, lastStableOffset)
        guard settings.minCompactionLagMs > 0 else { return bound }
        let young = segments.first { segment in
            (segment.lastOffset ?? .max) >= compactedTo && now &- segment.maxTimestamp < settings.minCompactionLagMs
        }
        if let base = young?.baseOffset { bound = min(bound, base) }
        return bound
    }

    /// Whether enough has come since the last compaction, or some of it has waited long enough, or a tombstone's time
    /// is over.
    func needsCompaction(_ settings: TopicSettings, now: Int64) -> Bool {
        guard settings.isCompacted else { return false }
        if let deleteHorizon, deleteHorizon <= now { return true }
        let end = compactableEnd(settings, now: now)
        let dirty = bytes(from: max(start, compactedTo), to: end)
        guard dirty > 0 else { return false }
        let clean = bytes(from: start, to: max(start, compactedTo))
        if Double(dirty) / Double(dirty &+ clean) > settings.minCleanableDirtyRatio { return true }
        let oldest = segments.first { ($0.lastOffset ?? .max) >= compactedTo }
        guard let time = oldest?.firstTimestamp, time >= 0 else { return false }
        return now &- time > settings.maxCompactionLagMs
    }
}
