import NotificationDispatch
import ProtobufCodec
import Schemas
import Testing

/// Caps per local day, ISO week and month, per channel and per campaign (N07).
@Suite struct FrequencyCapTests {
    struct Row: CustomTestStringConvertible, Sendable {
        let name: String
        /// Times of the messages sent before.
        let sent: [Int64]
        let at: Int64
        /// The cap met; nil where the message goes.
        let met: String?
        var offset: Int32 = 480
        var channel = Channel.email
        var campaign = ""
        var sentChannel = Channel.email
        var sentCampaign = ""
        var testDescription: String { name }
    }

    /// Monday 2024-05-13 00:00 at UTC+8, and the month's first moment.
    static let monday = midnight - 2 * day
    static let may = midnight - 14 * day

    static let rows: [Row] = [
        Row(name: "one today", sent: [noon], at: noon + 1, met: nil),
        Row(name: "two today", sent: [noon, noon], at: noon + 1, met: "day"),
        Row(name: "two of which one came before midnight", sent: [midnight - 1, midnight], at: noon, met: nil),
        Row(name: "two from midnight on", sent: [midnight, midnight], at: noon, met: "day"),
        Row(name: "the last millisecond of the day", sent: [midnight, noon], at: midnight + day - 1, met: "day"),
        Row(name: "the first of the next", sent: [noon, noon], at: midnight + day, met: nil),
        Row(
            name: "midnight of New York", sent: [midnight + 12 * hour, midnight + 12 * hour], at: noon + hour,
            met: "day",
            offset: -240),
        Row(
            name: "a millisecond before it in New York", sent: [midnight + 12 * hour - 1, midnight + 12 * hour],
            at: noon + hour, met: nil, offset: -240),
        Row(
            name: "four this week", sent: [monday, monday, monday + day, monday + day], at: noon, met: "week"),
        Row(
            name: "one before Monday", sent: [monday - 1, monday, monday + day, monday + day], at: noon, met: nil),
        Row(
            name: "Sunday's last millisecond", sent: [monday, monday, monday + day, monday + day],
            at: monday + 7 * day - 1, met: "week"),
        Row(
            name: "next Monday", sent: [monday, monday, monday + day, monday + day], at: monday + 7 * day, met: nil),
        Row(
            name: "ten this month",
            sent: [0, 0, 1, 1, 5, 5, 6, 6, 7, 7].map { may + $0 * day }, at: midnight - 2 * hour + day, met: "month"),
        Row(
            name: "ten, one in April",
            sent: [may - 1] + [0, 1, 1, 5, 5, 6, 6, 7, 7].map { may + $0 * day }, at: noon, met: nil),
        Row(
            name: "the month's last millisecond", sent: [0, 0, 1, 1, 5, 5, 6, 6, 7, 7].map { may + $0 * day },
            at: may + 31 * day - 1, met: "month"),
        Row(
            name: "the first of June", sent: [0, 0, 1, 1, 5, 5, 6, 6, 7, 7].map { may + $0 * day },
            at: may + 31 * day, met: nil),
        Row(
            name: "one SMS today, another", sent: [noon], at: noon, met: "channel_day", channel: .sms, sentChannel: .sms
        ),
        Row(name: "one SMS yesterday", sent: [midnight - 1], at: noon, met: nil, channel: .sms, sentChannel: .sms),
        Row(name: "one SMS today, then an e-mail", sent: [noon], at: noon, met: nil, sentChannel: .sms),
        Row(
            name: "three of the campaign", sent: [may, may + day, may + 8 * day], at: noon, met: "campaign_month",
            campaign: "x", sentCampaign: "x"),
        Row(
            name: "two of the campaign", sent: [may + day, may + 8 * day], at: noon, met: nil, campaign: "x",
            sentCampaign: "x"),
        Row(
            name: "two of the campaign and one in April", sent: [may - 1, may + day, may + 8 * day], at: noon, met: nil,
            campaign: "x", sentCampaign: "x"),
        Row(
            name: "three of another campaign", sent: [may, may + day, may + 8 * day], at: noon, met: nil, campaign: "y",
            sentCampaign: "x"),
        Row(name: "three without a campaign", sent: [may, may + day, may + 8 * day], at: noon, met: nil),
        Row(
            name: "day before campaign", sent: [noon, noon, may], at: noon, met: "day", campaign: "x", sentCampaign: "x"
        ),
    ]

    @Test(arguments: rows) func cap(_ row: Row) throws {
        var policy = DispatchPolicy()
        policy.window = SendWindow(startMinute: 0, endMinute: 1_440)  // boundaries lie at night
        var book = MemoryBook.ready {
            $0.utcOffsetMinutes = row.offset
            $0.channels = [row.channel]
            $0.sent = row.sent.map { time in
                SentMessage.with {
                    $0.sentMs = time
                    $0.channel = row.sentChannel
                    $0.campaignID = row.sentCampaign
                }
            }
        }
        try book.take(promotion(at: row.at) { $0.campaignID = row.campaign }, Dispatcher(policy: policy))
        let outcome = try #require(book.outcomes.first)
        #expect(outcome.reason == (row.met == nil ? "" : "frequency_capped"))
        if let met = row.met {
            let limits: [String: Int64] = ["day": 2, "week": 4, "month": 10, "channel_day": 1, "campaign_month": 3]
            #expect(outcome.figures["limit"] == limits[met])
            #expect(outcome.figures[met] ?? 0 >= limits[met] ?? .max)
            #expect(outcome.figures.count == 2)
        }
    }

    @Test func aSendCountsAtOnce() throws {
        var book = MemoryBook.ready()
        for number in 1...3 { try book.take(promotion("r\(number)")) }
        #expect(book.reasons == ["sending", "sending", "frequency_capped"])
    }

    @Test func transactionalMessagesAreNotCounted() throws {
        var book = MemoryBook.ready()
        for number in 1...5 { try book.take(transaction("t\(number)")) }
        for number in 1...2 { try book.take(promotion("r\(number)")) }
        #expect(book.reasons == Array(repeating: "sending", count: 7))
        #expect(book.recipients["c1"]?.sent.count == 2)
    }

    /// What is older than any month goes, what is not stays.
    @Test func sentMessagesAreKeptFor31Days() throws {
        var book = MemoryBook.ready {
            $0.sent = [-31 * day - 1, -31 * day, -31 * day + 1].map { age in SentMessage.with { $0.sentMs = noon + age }
            }
        }
        try book.take(promotion())
        #expect(book.recipients["c1"]?.sent.map(\.sentMs) == [noon - 31 * day + 1, noon])
    }
}
