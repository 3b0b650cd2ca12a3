import Foundation
import KafkaProtocol
import Testing

/// A message's definition as plain data, from `messages.json`.
struct MessageTable: Decodable, Sendable, CustomTestStringConvertible {
    struct Field: Decodable, Sendable {
        var name: String
        var type: String
        var versions: [Int16]?
        var nullable: [Int16]?
        /// A number, a text or a truth value; its text here.
        var defaultText: String?
        var tag: UInt32?
        var tagged: [Int16]?

        enum CodingKeys: String, CodingKey {
            case name, type, versions, nullable, tag, tagged
            case defaultText = "default"
        }

        init(from decoder: any Decoder) throws {
            let values = try decoder.container(keyedBy: CodingKeys.self)
            name = try values.decode(String.self, forKey: .name)
            type = try values.decode(String.self, forKey: .type)
            versions = try values.decodeIfPresent([Int16].self, forKey: .versions)
            nullable = try values.decodeIfPresent([Int16].self, forKey: .nullable)
            tag = try values.decodeIfPresent(UInt32.self, forKey: .tag)
            tagged = try values.decodeIfPresent([Int16].self, forKey: .tagged)
            if let text = try? values.decode(String.self, forKey: .defaultText) {
                defaultText = text
            } else if let truth = try? values.decode(Bool.self, forKey: .defaultText) {
                defaultText = truth ? "true" : "false"
            } else if let number = try? values.decode(Int64.self, forKey: .defaultText) {
                defaultText = String(number)
            }
        }
    }

    var name: String
    var kind: String
    var api: Int16?
    var versions: [Int16]
    var flexible: Int16?
    var fields: [Field]
    var structs: [String: [Field]]

    var testDescription: String { name }
    var allVersions: ClosedRange<Int16> { versions[0]...versions[1] }

    static let all: [MessageTable] = {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "messages.json")
        guard let data = try? Data(contentsOf: file) else { return [] }
        return (try? JSONDecoder().decode([MessageTable].self, from: data)) ?? []
    }()
}

/// What the library makes of a message's bytes.
enum Body: Equatable {
    case request(RequestBody)
    case response(ResponseBody)
    case subscription(ConsumerProtocolSubscription)
    case assignment(ConsumerProtocolAssignment)

    /// Reads a whole body.
    init(_ table: MessageTable, version: Int16, _ bytes: [UInt8]) throws(ProtocolError) {
        var reader = ProtocolReader(bytes)
        if let api = table.api.flatMap({ ApiKey(rawValue: $0) }) {
            self =
                table.kind == "request"
                ? .request(try RequestBody.read(api, version: version, from: &reader))
                : .response(try ResponseBody.read(api, version: version, from: &reader))
        } else if table.name == "ConsumerProtocolSubscription" {
            self = .subscription(try ConsumerProtocolSubscription(from: &reader, version: version))
        } else {
            self = .assignment(try ConsumerProtocolAssignment(from: &reader, version: version))
        }
        try reader.expectEnd()
    }

    func bytes(version: Int16) -> [UInt8] {
        var writer = ProtocolWriter()
        switch self {
        case .request(let body): body.write(to: &writer, version: version)
        case .response(let body): body.write(to: &writer, version: version)
        case .subscription(let body): body.write(to: &writer, version: version)
        case .assignment(let body): body.write(to: &writer, version: version)
        }
        return writer.bytes
    }
}
