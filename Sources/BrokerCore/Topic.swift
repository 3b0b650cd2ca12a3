import KafkaProtocol

/// A topic: its id, its partitions' logs and its own settings.
struct Topic {
    var name: String
    var id: KafkaUUID
    /// By partition number.
    var logs: [PartitionLog]
    /// The values that are set for this topic alone.
    var configuration: [String: String]
    var settings: TopicSettings

    /// The log of a partition; nil if the topic has no such partition.
    func log(_ partition: Int32) -> PartitionLog? {
        partition >= 0 && partition < logs.count ? logs[Int(partition)] : nil
    }

    /// Kafka's own topics; this broker makes none, but a client may.
    static func isInternal(_ name: String) -> Bool {
        ["__consumer_offsets", "__transaction_state", "__share_group_state"].contains(name)
    }

    /// Why a name can not be a topic's; nil if it can.
    static func refusal(ofName name: String) -> String? {
        let reason: String
        if name.isEmpty {
            reason = "it is empty"
        } else if name == "." || name == ".." {
            reason = "'\(name)' would be a folder"
        } else if name.utf16.count > nameLengthLimit {
            reason = "it is longer than \(nameLengthLimit)"
        } else if !name.utf8.allSatisfy(isNameByte) {
            reason = "'\(name)' may hold only letters and digits of ASCII, '.', '_' and '-'"
        } else {
            return nil
        }
        return "The topic's name is invalid: \(reason)"
    }

    static let nameLengthLimit = 249

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
