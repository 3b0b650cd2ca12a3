import NotificationDispatch
import ProtobufCodec
import Schemas
import Testing

/// Templates with typed variables: never a blank, never an unknown name (N12).
@Suite struct TemplateTests {
    struct Row: CustomTestStringConvertible, Sendable {
        let text: String
        var type = VariableType.text
        var value: String? = "Ada"
        /// Nil where the template gate refuses.
        let rendered: String?
        var testDescription: String { "\(text.prefix(40)) with \(value?.prefix(40) ?? "nothing")" }
    }

    static let eightNames = String(repeating: "{name}", count: 8)
    static let long = String(repeating: "x", count: 16_384)

    static let rows: [Row] = [
        Row(text: "Hello", rendered: "Hello"),
        Row(text: "Hello {name}!", rendered: "Hello Ada!"),
        Row(text: "{name}{name}", rendered: "AdaAda"),
        Row(text: "{{name}}", rendered: "{name}"),
        Row(text: "{{{name}}}", rendered: "{Ada}"),
        Row(text: "}}{{", rendered: "}{"),
        Row(text: "亲爱的{name}，您好", rendered: "亲爱的Ada，您好"),
        Row(text: "{name}", value: "{other}", rendered: "{other}"),
        Row(text: "{name", rendered: nil),
        Row(text: "name}", rendered: nil),
        Row(text: "{}", rendered: nil),
        Row(text: "{", rendered: nil),
        Row(text: "a}b", rendered: nil),
        Row(text: "{na{me}", rendered: nil),
        Row(text: "{name}}", rendered: nil),
        Row(text: "{other}", rendered: nil),
        Row(text: "{ name }", rendered: nil),
        Row(text: "{Name}", rendered: nil),
        Row(text: "", rendered: nil),
        Row(text: " \n", rendered: nil),
        Row(text: "{name}", value: nil, rendered: nil),
        Row(text: "no variable here", value: nil, rendered: nil),
        Row(text: "{name}", value: "", rendered: nil),
        Row(text: "{name}", value: " \u{3000}\t", rendered: nil),
        Row(text: "Hello {name}!", value: "", rendered: nil),
        Row(text: "Hello {name}!", value: " ", rendered: nil),
        Row(text: long, rendered: long),
        Row(text: long + "x", rendered: nil),
        Row(text: eightNames, value: String(repeating: "x", count: 2_048), rendered: long),
        Row(text: eightNames + ".", value: String(repeating: "x", count: 2_048), rendered: nil),

        Row(text: "{name}", type: .integer, value: "0", rendered: "0"),
        Row(text: "{name}", type: .integer, value: "-12", rendered: "-12"),
        Row(text: "{name}", type: .integer, value: "007", rendered: "007"),
        Row(text: "{name}", type: .integer, value: "99999999999999999999", rendered: "99999999999999999999"),
        Row(text: "{name}", type: .integer, value: "+1", rendered: nil),
        Row(text: "{name}", type: .integer, value: "-", rendered: nil),
        Row(text: "{name}", type: .integer, value: "1.5", rendered: nil),
        Row(text: "{name}", type: .integer, value: " 1", rendered: nil),
        Row(text: "{name}", type: .integer, value: "１", rendered: nil),
        Row(text: "{name}", type: .integer, value: "", rendered: nil),

        Row(text: "{name}", type: .money, value: "1250 USD", rendered: "12.50 USD"),
        Row(text: "{name}", type: .money, value: "0 CNY", rendered: "0.00 CNY"),
        Row(text: "{name}", type: .money, value: "9 CNY", rendered: "0.09 CNY"),
        Row(text: "{name}", type: .money, value: "1250 JPY", rendered: "1250 JPY"),
        Row(text: "{name}", type: .money, value: "0 KRW", rendered: "0 KRW"),
        Row(text: "{name}", type: .money, value: "-0005 VND", rendered: "-5 VND"),
        Row(text: "{name}", type: .money, value: "1250 KWD", rendered: "1.250 KWD"),
        Row(text: "{name}", type: .money, value: "-7 BHD", rendered: "-0.007 BHD"),
        Row(text: "{name}", type: .money, value: "12345 CLF", rendered: "1.2345 CLF"),
        Row(text: "{name}", type: .money, value: "-9223372036854775808 TND", rendered: "-9223372036854775.808 TND"),
        Row(text: "{name}", type: .money, value: "-5 CNY", rendered: "-0.05 CNY"),
        Row(text: "{name}", type: .money, value: "-100 CNY", rendered: "-1.00 CNY"),
        Row(text: "{name}", type: .money, value: "0012 CNY", rendered: "0.12 CNY"),
        Row(
            text: "{name}", type: .money, value: "-9223372036854775808 CNY", rendered: "-92233720368547758.08 CNY"),
        Row(text: "{name}", type: .money, value: "9223372036854775808 CNY", rendered: nil),
        Row(text: "{name}", type: .money, value: "12.50 CNY", rendered: nil),
        Row(text: "{name}", type: .money, value: "1250", rendered: nil),
        Row(text: "{name}", type: .money, value: "1250CNY", rendered: nil),
        Row(text: "{name}", type: .money, value: "1250  CNY", rendered: nil),
        Row(text: "{name}", type: .money, value: "1250 cny", rendered: nil),
        Row(text: "{name}", type: .money, value: "1250 CNYX", rendered: nil),
        Row(text: "{name}", type: .money, value: "1250 CNY ", rendered: nil),
        Row(text: "{name}", type: .money, value: "+1250 CNY", rendered: nil),
        Row(text: "{name}", type: .money, value: " CNY", rendered: nil),
        Row(text: "{name}", type: .unspecified, value: "1", rendered: nil),
        Row(text: "{name}", type: .UNRECOGNIZED(9), value: "1", rendered: nil),
    ]

    @Test(arguments: rows) func rendering(_ row: Row) throws {
        var book = MemoryBook.ready()
        book.templates["hello"] = helloTemplate {
            $0.variables = [variable("name", row.type)]
            $0.texts = [text(.email, row.text)]
        }
        try book.take(transaction { $0.variables = row.value.map { ["name": $0] } ?? [:] })
        #expect(book.sends.map(\.text) == (row.rendered.map { [$0] } ?? []))
        #expect(book.reasons == [row.rendered == nil ? "template" : "sending"])
        if row.rendered == nil { #expect(book.outcomes.first?.state == .failed) }
    }

    @Test func aFaultInATextOfAnotherChannelRefusesToo() throws {
        var book = MemoryBook.ready()
        book.templates["hello"] = helloTemplate { $0.texts = [text(.email, "fine"), text(.wecom, "{oops}")] }
        try book.take(transaction())
        #expect(book.reasons == ["template"])
    }

    @Test func undeclaredVariablesOfTheRequestAreIgnored() throws {
        var book = MemoryBook.ready()
        try book.take(transaction { $0.variables = ["name": "Ada", "other": ""] })
        #expect(book.sends.map(\.text) == ["Hello Ada!"])
    }

    @Test func theTemplatesOrderOfPreferenceDecides() throws {
        for (channels, chosen) in [([.sms, .email], Channel.email), ([.sms], .sms), ([.sms, .wecom], .sms)]
            as [([Channel], Channel)]
        {
            var book = MemoryBook.ready { $0.channels = channels }
            try book.take(transaction())
            #expect(book.sends.map(\.channel) == [chosen])
        }
        var book = MemoryBook.ready { $0.channels = [.wechat] }
        try book.take(transaction())
        #expect(book.reasons == ["no_channel"])
    }

    @Test func theVersionValidAtTheTimeIsUsed() throws {
        for (at, version) in [(noon - 1, nil), (noon, 1), (noon + hour - 1, 1), (noon + hour, 2)] as [(Int64, UInt32?)]
        {
            var book = MemoryBook.ready()
            book.templates["hello"]?.versions = [
                Self.version(1, from: noon), Self.version(2, from: noon + hour),
            ]
            try book.take(transaction(at: at))
            #expect(book.sends.first?.templateVersion == version)
            #expect(book.reasons == [version == nil ? "template" : "sending"])
        }
        var book = MemoryBook.ready()
        try book.take(transaction { $0.templateID = "unknown" })
        #expect(book.reasons == ["template"])
    }

    static func version(_ number: UInt32, from: Int64) -> TemplateVersion {
        TemplateVersion.with {
            $0.version = number
            $0.validFromMs = from
            $0.texts = [text(.email, "version \(number)")]
        }
    }

    // MARK: The door of the global table

    struct Check: CustomTestStringConvertible, Sendable {
        let name: String
        let isValid: Bool
        let change: @Sendable (inout Template) -> Void
        var testDescription: String { name }
    }

    static let checks: [Check] = [
        Check(name: "as it is", isValid: true) { _ in },
        Check(name: "no id", isValid: false) { $0.templateID = "" },
        Check(name: "no version", isValid: false) { $0.versions = [] },
        Check(name: "two versions", isValid: true) { $0.versions = [version(1, from: 1), version(2, from: 2)] },
        Check(name: "same number", isValid: false) { $0.versions = [version(1, from: 1), version(1, from: 2)] },
        Check(name: "same time", isValid: false) { $0.versions = [version(1, from: 1), version(2, from: 1)] },
        Check(name: "falling time", isValid: false) { $0.versions = [version(1, from: 2), version(2, from: 1)] },
        Check(name: "unknown variable in a text", isValid: false) { $0.versions[0].variables = [] },
        Check(name: "unused variable", isValid: true) { $0.versions[0].variables.append(variable("other", .money)) },
        Check(name: "variable twice", isValid: false) { $0.versions[0].variables.append(variable("name", .text)) },
        Check(name: "variable without a name", isValid: false) { $0.versions[0].variables.append(variable("", .text)) },
        Check(name: "brace in a name", isValid: false) { $0.versions[0].variables.append(variable("a}", .text)) },
        Check(name: "variable without a type", isValid: false) {
            $0.versions[0].variables.append(variable("b", .unspecified))
        },
        Check(name: "type of the future", isValid: false) {
            $0.versions[0].variables.append(variable("b", .UNRECOGNIZED(7)))
        },
        Check(name: "no text", isValid: false) { $0.versions[0].texts = [] },
        Check(name: "two texts for a channel", isValid: false) { $0.versions[0].texts.append(text(.sms, "again")) },
        Check(name: "no channel", isValid: false) { $0.versions[0].texts.append(text(.unspecified, "to whom?")) },
        Check(name: "blank text", isValid: false) { $0.versions[0].texts.append(text(.wecom, " ")) },
        Check(name: "brace out of order", isValid: false) { $0.versions[0].texts.append(text(.wecom, "{name")) },
        Check(name: "longest text", isValid: true) { $0.versions[0].texts.append(text(.wecom, long)) },
        Check(name: "longer text", isValid: false) { $0.versions[0].texts.append(text(.wecom, long + "x")) },
    ]

    @Test(arguments: checks) func record(_ check: Check) {
        var template = helloTemplate()
        check.change(&template)
        let passes = (try? TemplateCheck.pass(template)) != nil
        #expect(passes == check.isValid)
    }
}
