/// How long the loop waits for the answer to a question about a log.
enum BrokerQuery {
    static let timeoutMilliseconds: Int32 = 30_000
}
