public import Schemas

/// How many promotional messages one customer may get in a local day, ISO week and month (N07).
public struct FrequencyCaps: Hashable, Sendable {
    public var perDay = 2
    public var perWeek = 4
    public var perMonth = 10
    /// By channel and day; a channel that is not named has no bound of its own.
    public var perChannelDay: [Channel: Int] = [.sms: 1]
    /// By campaign and month; messages without a campaign are not counted.
    public var perCampaignMonth = 3

    public init() {}

    /// A cap that leaves no room for one more message.
    public struct Met: Hashable, Sendable {
        /// Which: `day`, `week`, `month`, `channel_day`, `campaign_month`, `deferred`.
        public let name: String
        public let count: Int
        public let limit: Int

        var figures: [String: Int64] { [name: Int64(count), "limit": Int64(limit)] }
    }

    /// Returns the first cap that one more message would pass; nil where it may go.
    func met(by sent: [SentMessage], channel: Channel, campaignID: String, at: Int64, _ calendar: LocalCalendar) -> Met?
    {
        let (today, thisWeek, thisMonth) = (calendar.day(at), calendar.week(at), calendar.month(at))
        var (day, week, month, channelDay, campaignMonth) = (0, 0, 0, 0, 0)
        for message in sent {
            let isToday = calendar.day(message.sentMs) == today
            let isThisMonth = calendar.month(message.sentMs) == thisMonth
            if isToday { day += 1 }
            if calendar.week(message.sentMs) == thisWeek { week += 1 }
            if isThisMonth { month += 1 }
            if isToday && message.channel == channel { channelDay += 1 }
            if isThisMonth && !campaignID.isEmpty && message.campaignID == campaignID { campaignMonth += 1 }
        }
        if day >= perDay { return Met(name: "day", count: day, limit: perDay) }
        if week >= perWeek { return Met(name: "week", count: week, limit: perWeek) }
        if month >= perMonth { return Met(name: "month", count: month, limit: perMonth) }
        if let limit = perChannelDay[channel], channelDay >= limit {
            return Met(name: "channel_day", count: channelDay, limit: limit)
        }
        if !campaignID.isEmpty && campaignMonth >= perCampaignMonth {
            return Met(name: "campaign_month", count: campaignMonth, limit: perCampaignMonth)
        }
        return nil
    }
}
