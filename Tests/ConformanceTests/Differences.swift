/// Where the embedded broker is known to answer otherwise than Apache Kafka, and why; each is also in its documentation.
///
/// A difference that is listed and no longer there fails the tests.
enum Differences {
    static let reasons: [String: String] = [:]
}
