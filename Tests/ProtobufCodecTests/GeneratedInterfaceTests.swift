import ProtobufCodec
import Testing

/// What generated types are like to use.
@Suite struct GeneratedInterfaceTests {
    @Test("A field with presence knows whether it is set")
    func presence() {
        var message = Everything()
        #expect(!message.hasOptionalInt32)
        #expect(message.optionalInt32 == 0)
        message.optionalInt32 = 0
        #expect(message.hasOptionalInt32)
        #expect(message != Everything())
        message.clearOptionalInt32()
        #expect(message == Everything())
        // Reading a message does not set it.
        #expect(message.singleInner.number == 0)
        #expect(!message.hasSingleInner)
        message.singleInner.number = 1
        #expect(message.hasSingleInner)
        message.clearSingleInner()
        #expect(message == Everything())
    }

    @Test("A oneof holds one member")
    func oneofs() {
        var message = Everything()
        #expect(message.choice == nil)
        #expect(message.choiceString == "")
        message.choiceString = "a"
        #expect(message.choice == .choiceString("a"))
        message.choiceInner.number = 1
        #expect(message.choice == .choiceInner(Inner.with { $0.number = 1 }))
        #expect(message.choiceString == "")
        message.choice = nil
        #expect(message == Everything())
    }

    @Test("A message may contain itself")
    func recursion() {
        var message = Everything()
        message.child.child.child.singleInt32 = 5
        #expect(message.child.child.child.singleInt32 == 5)
        #expect(message.child.hasChild)
        let copy = message
        message.child.child.child.singleInt32 = 6
        #expect(copy.child.child.child.singleInt32 == 5)
        message.child.clearChild()
        #expect(!message.child.hasChild)
        var even = Even()
        even.odd.even.odd.end = true
        #expect(even.odd.even.odd.next == .end(true))
    }

    @Test("An enum is open")
    func enums() {
        #expect(Color.allCases == [.unspecified, .red, .darkBlue, .infrared])
        #expect(Color() == .unspecified)
        #expect(Color(rawValue: -1) == .infrared)
        #expect(Color(rawValue: 77) == .UNRECOGNIZED(77))
        #expect(Color.UNRECOGNIZED(77).rawValue == 77)
        #expect(Set(Color.allCases).count == 4)
        #expect(Shade.dim == .dark)
        #expect(Shade.default.rawValue == 2)
        #expect(Shade.pale.rawValue == 6)
        #expect(Shade.shade2D.rawValue == 3)
        #expect(Unpackaged.Kind.some.rawValue == 1)
    }

    @Test("Names that mean something in Swift still work")
    func awkwardNames() throws {
        let message = AwkwardNames.with {
            $0.default = 1
            $0.self_p = 2
            $0.tag = 3
            $0.reader = 4
            $0.unknownFields_p = "u"
            $0.in = [5]
            $0.where = ["w": 6]
            $0.repeat = 7
            $0.func.class = 8
            $0.type.number = 9
            $0.struct.text = "s"
            $0.hasMark_p24 = true
            $0.mark = false
            $0.object = 10
            $0.outer = 11
            $0.field = 12
            $0.value = 13
        }
        #expect(try AwkwardNames(serializedBytes: message.serializedBytes()) == message)
        #expect(try AwkwardNames(jsonString: message.jsonString()) == message)
        #expect(message.hasMark)
        #expect(message.switch == .struct(AwkwardNames.StringMessage.with { $0.text = "s" }))
    }

    @Test("A nested type does not hide a top-level one that is meant")
    func shadowing() {
        let outside: Outside = Shadow().outside
        let deep: Shadow.OutsideMessage.Deep = Shadow().deep
        let covered: Covered = Shadow.User().covered
        #expect(covered.text.isEmpty)
        #expect(Shadow.CoveredMessage().number == 0)
        #expect(outside == Outside())
        #expect(deep == Shadow.OutsideMessage.Deep())
        #expect(Shadow.OutsideMessage.protoMessageName == "codec.test.v1.Shadow.Outside")
    }

    @Test("Names follow SwiftProtobuf's rules")
    func camelCase() {
        let message = CamelNames.with {
            $0.eventID = "a"
            $0.urlID = "b"
            $0.imageURL = "c"
            $0.userHTTP = "d"
            $0.deviceIds = ["e"]
            $0.clientIp = "f"
            $0.line3 = "g"
            $0.linkURL = "h"
        }
        #expect(message.hasLinkURL)
        #expect(CamelNames.protoMessageName == "codec.test.v1.CamelNames")
        #expect(Unpackaged.protoMessageName == "Unpackaged")
        #expect(PreHolder.Part.protoMessageName == "codec.test.v1.prefixed.Holder.Part")
    }
}
