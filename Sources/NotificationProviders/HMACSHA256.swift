import COpenSSL

/// HMAC with SHA-256 by libcrypto (RFC 2104, FIPS 180-4).
enum HMACSHA256 {
    static let byteCount = 32

    /// Returns the 32 bytes; nil where libcrypto refuses, which it does only when it is out of memory or misbuilt.
    static func code(for message: [UInt8], key: [UInt8]) -> [UInt8]? {
        var code = [UInt8](repeating: 0, count: byteCount)
        var count: UInt32 = 0
        // Safe: the arrays live through the call, their counts go with them, and SHA-256 writes 32 bytes.
        let result = unsafe HMAC(EVP_sha256(), key, Int32(key.count), message, message.count, &code, &count)
        guard unsafe result != nil, count == byteCount else { return nil }
        return code
    }
}
