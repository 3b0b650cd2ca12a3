/// The header `Growth-Signature: t=<unix seconds>,v1=<hex>` by which a receiver knows who posted and when.
///
/// `v1` is HMAC-SHA256, keyed with the shared secret, over the decimal seconds, a full stop and the body as sent. The
/// receiver computes it anew, compares in constant time, and refuses a `t` more than a few minutes from its own clock.
enum WebhookSignature {
    static let header = "Growth-Signature"

    /// Returns the header's value; nil where libcrypto refuses.
    static func value(for body: [UInt8], at seconds: Int64, secret: WebhookSecret) -> String? {
        let signed = Array("\(seconds).".utf8) + body
        guard let code = HMACSHA256.code(for: signed, key: secret.bytes) else { return nil }
        return "t=\(seconds),v1=\(hexadecimal(code))"
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 0x0F)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}
