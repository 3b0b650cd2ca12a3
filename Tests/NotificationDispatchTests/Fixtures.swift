import NotificationDispatch
import ProtobufCodec
import Schemas

/// 2024-05-15 is a Wednesday in the middle of a month; 12:00 at UTC+8.
let noon: Int64 = 1_715_745_600_000
let hour: Int64 = 3_600_000
let day: Int64 = 86_400_000

/// Midnight of 2024-05-15 at UTC+8.
let midnight = noon - 12 * hour

extension MemoryBook {
    /// A customer `c1` who may be sent everything, in an audience where people did the last 100 touches.
    static func ready(_ change: (inout Recipient) -> Void = { _ in }) -> MemoryBook {
        var book = MemoryBook()
        var recipient = Recipient.with {
            $0.customerID = "c1"
            $0.marketingGranted = true
            $0.channels = [.email, .sms]
        }
        change(&recipient)
        book.recipients["c1"] = recipient
        book.templates["hello"] = helloTemplate()
        for audience in ["none", "seed", "active"] {
            book.shares[audience] = touches(automated: 0, human: 100, at: noon)
        }
        return book
    }
}

func touches(automated: Int64, human: Int64, at: Int64) -> AudienceShare {
    AudienceShare.with {
        $0.days = [
            DayShare.with {
                $0.day = Int32(at / day)
                $0.automated = automated
                $0.human = human
            }
        ]
    }
}

/// Template `hello`, from 1990 on, with the variable `name` and texts for e-mail, then SMS.
func helloTemplate(_ change: (inout TemplateVersion) -> Void = { _ in }) -> Template {
    Template.with {
        $0.templateID = "hello"
        var version = TemplateVersion.with {
            $0.version = 1
            $0.validFromMs = 700_000_000_000
            $0.variables = [variable("name", .text)]
            $0.texts = [text(.email, "Hello {name}!"), text(.sms, "Hi {name}")]
        }
        change(&version)
        $0.versions = [version]
    }
}

func variable(_ name: String, _ type: VariableType) -> TemplateVariable {
    TemplateVariable.with {
        $0.name = name
        $0.type = type
    }
}

func text(_ channel: Channel, _ text: String) -> TemplateText {
    TemplateText.with {
        $0.channel = channel
        $0.text = text
    }
}

func promotion(
    _ id: String = "r1", at: Int64 = noon, customer: String = "c1",
    _ change: (inout NotificationRequest) -> Void = { _ in }
) -> NotificationRequest {
    var request = NotificationRequest.with {
        $0.requestID = id
        $0.customerID = customer
        $0.templateID = "hello"
        $0.messageClass = .promotional
        $0.variables = ["name": "Ada"]
        $0.priority = 5
        $0.requestedAt = .init(milliseconds: at)
        $0.expiresAt = .init(milliseconds: at + 3 * day)
    }
    change(&request)
    return request
}

func transaction(
    _ id: String = "r1", at: Int64 = noon, _ change: (inout NotificationRequest) -> Void = { _ in }
) -> NotificationRequest {
    promotion(id, at: at) {
        $0.messageClass = .transactional
        change(&$0)
    }
}

func event(at: Int64 = noon, customer: String = "c1", _ kind: CustomerEvent.OneOf_Kind) -> CustomerEvent {
    event("e1", at: at, customer: customer, kind)
}

func event(
    _ id: String, at: Int64 = noon, customer: String = "c1", _ kind: CustomerEvent.OneOf_Kind
) -> CustomerEvent {
    CustomerEvent.with {
        $0.eventID = id
        $0.customerID = customer
        $0.occurredAt = .init(milliseconds: at)
        $0.kind = kind
    }
}

func consent(_ status: ConsentStatus, until: Int64? = nil, purpose: String = "marketing") -> CustomerEvent.OneOf_Kind {
    .consentChanged(
        ConsentChanged.with {
            $0.purpose = purpose
            $0.status = status
            if let until { $0.revokeAt = .init(milliseconds: until) }
        })
}

func chat(_ text: String) -> CustomerEvent.OneOf_Kind {
    .chatMessage(
        ChatMessage.with {
            $0.conversationID = "talk"
            $0.text = text
        })
}

func paid(checkout: String, amount: Int64 = 100) -> CustomerEvent.OneOf_Kind {
    .orderPaid(
        OrderPaid.with {
            $0.orderID = "o1"
            $0.amount = Money(minorUnits: amount, currency: "CNY")
            $0.checkoutID = checkout
        })
}

func tag(_ name: String, _ value: String, present: Bool = true, at: Int64 = noon, customer: String = "c1") -> TagEvent {
    TagEvent.with {
        $0.tagEventID = "\(customer)/1"
        $0.customerID = customer
        $0.changedAt = .init(milliseconds: at)
        $0.tagChanged = TagChanged.with {
            $0.name = name
            $0.value = value
            $0.present = present
        }
    }
}

func receipt(_ sendID: String, _ result: DeliveryResult, at: Int64 = noon, customer: String = "c1")
    -> NotificationReceipt
{
    NotificationReceipt.with {
        $0.sendID = sendID
        $0.requestID = String(sendID.dropLast(2))
        $0.customerID = customer
        $0.result = result
        $0.attempts = 1
        $0.receivedAt = .init(milliseconds: at)
    }
}

extension MemoryBook {
    mutating func take(_ request: NotificationRequest, at: Int64? = nil, _ dispatcher: Dispatcher = Dispatcher()) throws
    {
        let own = try Admission.time(of: request)
        try dispatcher.decide(request, at: at ?? own, &self)
    }

    mutating func take(_ event: CustomerEvent, at: Int64? = nil, _ dispatcher: Dispatcher = Dispatcher()) throws {
        let own = try Admission.time(of: event)
        try dispatcher.decide(event, occurredAt: own, at: at ?? own, &self)
    }

    mutating func take(_ tag: TagEvent) throws {
        try Dispatcher().decide(tag, at: Admission.time(of: tag), &self)
    }

    mutating func take(_ receipt: NotificationReceipt) throws {
        try Dispatcher().decide(receipt, at: Admission.time(of: receipt), &self)
    }
}

/// SplitMix64: the same stream for a seed on every machine.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
