/// The header `Idempotency-Key`: the send id, with every byte that a header cannot carry safely percent-encoded.
///
/// The space, `%` and all that is not visible ASCII are encoded: two ids never share a key, and none ends a header.
enum IdempotencyKey {
    static let header = "Idempotency-Key"

    static func value(of sendID: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        let percent = UInt8(ascii: "%")
        var text: [UInt8] = []
        for byte in sendID.utf8 {
            if byte > 0x20 && byte < 0x7F && byte != percent {
                text.append(byte)
            } else {
                text += [percent, digits[Int(byte >> 4)], digits[Int(byte & 0x0F)]]
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
