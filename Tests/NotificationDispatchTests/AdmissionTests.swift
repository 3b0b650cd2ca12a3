import NotificationDispatch
import ProtobufCodec
import Schemas
import Testing

/// What is refused at the door, and that nothing of it is kept.
@Suite struct AdmissionTests {
    struct Row<Value: Sendable>: CustomTestStringConvertible, Sendable {
        let name: String
        let reason: Rejection.Reason?
        let value: Value
        var testDescription: String { name }

        init(_ name: String, _ reason: Rejection.Reason?, _ value: Value) {
            self.name = name
            self.reason = reason
            self.value = value
        }
    }

    static let id128 = String(repeating: "é", count: 64)
    static let earliest: Int64 = 631_152_000_000
    static let latest: Int64 = 4_102_444_800_000

    private func check<Value>(_ row: Row<Value>, _ admit: (Value) throws(Rejection) -> Int64) {
        do {
            _ = try admit(row.value)
            #expect(row.reason == nil)
        } catch {
            #expect(error.reason == row.reason)
        }
    }

    static func changed(_ change: (inout NotificationRequest) -> Void) -> NotificationRequest {
        promotion("r1", at: noon, change)
    }

    /// A request of exactly this many encoded bytes.
    static func sized(_ bytes: Int) throws -> NotificationRequest {
        var request = promotion { $0.ruleID = String(repeating: "x", count: 4_000) }
        let missing = try bytes - request.serializedBytes().count
        request.ruleID += String(repeating: "x", count: missing)
        return request
    }

    static let requests: [Row<NotificationRequest>] = [
        Row("as it is", nil, promotion()),
        Row("no request id", .validation, changed { $0.requestID = "" }),
        Row("longest request id", nil, changed { $0.requestID = String(repeating: "r", count: 512) }),
        Row("longer request id", .validation, changed { $0.requestID = String(repeating: "r", count: 513) }),
        Row("control character", .validation, changed { $0.requestID = "r\u{1F}" }),
        Row("delete", .validation, changed { $0.requestID = "r\u{7F}" }),
        Row("no customer", .validation, changed { $0.customerID = "" }),
        Row("longest customer id", nil, changed { $0.customerID = id128 }),
        Row("longer customer id", .validation, changed { $0.customerID = id128 + "a" }),
        Row("no template", .validation, changed { $0.templateID = "" }),
        Row("campaign id too long", .validation, changed { $0.campaignID = id128 + "a" }),
        Row("no class", .validation, changed { $0.messageClass = .unspecified }),
        Row("class of the future", .validation, changed { $0.messageClass = .UNRECOGNIZED(3) }),
        Row("highest priority", nil, changed { $0.priority = 9 }),
        Row("higher priority", .validation, changed { $0.priority = 10 }),
        Row("no time", .validation, changed { $0.clearRequestedAt() }),
        Row("earliest time", nil, changed { $0.requestedAt = .init(milliseconds: earliest) }),
        Row("earlier time", .validation, changed { $0.requestedAt = .init(milliseconds: earliest - 1) }),
        Row("latest time", nil, changed { $0.requestedAt = .init(milliseconds: latest - 1) }),
        Row("later time", .validation, changed { $0.requestedAt = .init(milliseconds: latest) }),
        Row("promotional without expiry", .validation, changed { $0.clearExpiresAt() }),
        Row("transactional without expiry", nil, transaction { $0.clearExpiresAt() }),
        Row("impossible expiry", .validation, transaction { $0.expiresAt.nanos = -1 }),
        Row("expiry of 1970", .validation, transaction { $0.expiresAt = .init(milliseconds: 0) }),
        Row("cause without id", .validation, changed { $0.cause.kind = "checkout" }),
        Row("other cause without id", nil, changed { $0.cause.kind = "reward" }),
    ]

    @Test(arguments: requests) func requestRecord(_ row: Row<NotificationRequest>) {
        check(row) { (value) throws(Rejection) in try Admission.time(of: value) }
    }

    @Test func sizeOfARequest() throws {
        #expect(try Self.sized(8_192).serializedBytes().count == 8_192)
        #expect(try Admission.time(of: Self.sized(8_192)) == noon)
        #expect(throws: Rejection.self) { try Admission.time(of: Self.sized(8_193)) }
    }

    static let events: [Row<CustomerEvent>] = [
        Row("an order", nil, event(paid(checkout: ""))),
        Row("no event id", .validation, event("", paid(checkout: ""))),
        Row("no customer", .validation, event(customer: "", paid(checkout: ""))),
        Row(
            "no time", .validation,
            CustomerEvent.with {
                $0.eventID = "e"; $0.customerID = "c"; $0.kind = chat("x")
            }),
        Row(
            "no kind", .schema,
            CustomerEvent.with {
                $0.eventID = "e"; $0.customerID = "c"
            }),
        Row("order without id", .validation, event(.orderPaid(OrderPaid()))),
        Row("negative amount", .validation, event(paid(checkout: "", amount: -1))),
        Row("largest amount", nil, event(paid(checkout: "", amount: 1_000_000_000_000))),
        Row("larger amount", .validation, event(paid(checkout: "", amount: 1_000_000_000_001))),
        Row("refund without id", .validation, event(.orderRefunded(OrderRefunded.with { $0.orderID = "o" }))),
        Row("checkout without id", .validation, event(.checkoutCancelled(CheckoutCancelled()))),
        Row("complaint without id", .validation, event(.complaintFiled(ComplaintFiled()))),
        Row("closing without id", .validation, event(.complaintClosed(ComplaintClosed()))),
        Row("opening without id", .validation, event(.messageOpened(MessageOpened()))),
        Row(
            "longest send id", nil,
            event(.messageClicked(MessageClicked.with { $0.sendID = String(repeating: "s", count: 514) }))),
        Row(
            "longer send id", .validation,
            event(.messageClicked(MessageClicked.with { $0.sendID = String(repeating: "s", count: 515) }))),
        Row("deletion without id", .validation, event(.deletionRequested(DeletionRequested()))),
        Row("consent that lapses in 1970", .validation, event(consent(.granted, until: 0))),
        Row("consent that lapses", nil, event(consent(.granted, until: noon - 1))),
        Row("a page", nil, event(.pageViewed(PageViewed()))),
    ]

    @Test(arguments: events) func eventRecord(_ row: Row<CustomerEvent>) {
        check(row) { (value) throws(Rejection) in try Admission.time(of: value) }
    }

    static let tags: [Row<TagEvent>] = [
        Row("a tier", nil, tag("tier", "gold")),
        Row("no customer", .validation, tag("tier", "gold", customer: "")),
        Row("no kind", .schema, TagEvent.with { $0.customerID = "c" }),
        Row(
            "no time", .validation,
            TagEvent.with {
                $0.customerID = "c"; $0.tagChanged = TagChanged()
            }),
        Row("layer too long", .validation, tag("layer", id128 + "a")),
        Row("another tag of any length", nil, tag("abandoned", id128 + "a")),
    ]

    @Test(arguments: tags) func tagEvent(_ row: Row<TagEvent>) {
        check(row) { (value) throws(Rejection) in try Admission.time(of: value) }
    }

    static let receipts: [Row<NotificationReceipt>] = [
        Row("sent", nil, receipt("r1/1", .sent)),
        Row(
            "no send id", .validation,
            NotificationReceipt.with {
                $0.customerID = "c"; $0.requestID = "r"
            }),
        Row("no result", .validation, receipt("r1/1", .unspecified)),
        Row("result of the future", .validation, receipt("r1/1", .UNRECOGNIZED(8))),
        Row("no customer", .validation, receipt("r1/1", .sent, customer: "")),
    ]

    @Test(arguments: receipts) func receiptRecord(_ row: Row<NotificationReceipt>) {
        check(row) { (value) throws(Rejection) in try Admission.time(of: value) }
    }

    @Test func whatIsRefusedLeavesNoTrace() throws {
        let before = MemoryBook.ready()
        var book = before
        #expect(throws: Rejection.self) { try Dispatcher().decide(promotion { $0.priority = 10 }, at: noon, &book) }
        let order = event(paid(checkout: "k1", amount: -1))
        #expect(throws: Rejection.self) { try Dispatcher().decide(order, occurredAt: noon, at: noon, &book) }
        #expect(throws: Rejection.self) { try Dispatcher().decide(TagEvent(), at: noon, &book) }
        #expect(throws: Rejection.self) { try Dispatcher().decide(NotificationReceipt(), at: noon, &book) }
        #expect(book.state == before.state)
        #expect(book.published.isEmpty)
    }

    /// 50 of the largest requests, with every list full, fit one record of the changelog.
    @Test func theLargestRecipientFitsARecord() throws {
        let long = String(repeating: "x", count: 128)
        let recipient = try Recipient.with {
            $0.customerID = long
            $0.openComplaints = Array(repeating: long, count: DispatchLimits.openComplaints)
            $0.closedCheckoutHashes = Array(repeating: .max, count: DispatchLimits.closedCheckouts)
            $0.requestHashes = Array(repeating: .max, count: DispatchLimits.requestHashes)
            $0.recentEventIds = Array(repeating: long, count: DispatchLimits.eventIDs)
            $0.sent = (0..<DispatchLimits.sentMessages).map { _ in
                SentMessage.with {
                    $0.sentMs = noon; $0.channel = .sms; $0.campaignID = long
                }
            }
            $0.openSends = (0..<DispatchLimits.openSends).map { _ in
                OpenSend.with {
                    $0.sendID = String(repeating: "x", count: 514)
                    $0.requestID = String(repeating: "x", count: 512)
                    $0.templateID = long
                    $0.campaignID = long
                }
            }
            $0.deferred = try (0..<DispatchLimits.deferredRequests).map { _ in
                try DeferredRequest.with {
                    $0.request = try Self.sized(8_192); $0.dueMs = noon
                }
            }
        }
        #expect(try recipient.serializedBytes().count < TopicDeclaration.defaultMaximumRecordBytes)
    }
}
