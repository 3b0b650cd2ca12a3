/// Where the embedded broker is known to answer otherwise than Apache Kafka, and why; each is also in its documentation.
///
/// A difference that is listed and no longer there fails the tests.
enum Differences {
    static let reasons: [String: String] = [
        "the features that clients decide by": olderTransactions,
        "a newer client's produce adds its partition by itself": olderTransactions,
        "a newer client's offsets add their group by themselves": olderTransactions,
        "a newer client's empty end": olderTransactions,
        "InitProducerId during a transaction first says to come again": """
        The abort is complete when the first request is answered, so that the client need not ask again.
        """,
        "a session's later fetches get only what changed": """
        No fetch sessions are kept: each fetch is answered in full, which clients are ready for.
        """,
        "records that say they are compressed and are not are refused": """
        Compressed batches are stored as they come; nothing here can open them.
        """,
        "unknown compressions are refused, zstd to older clients": """
        UNSUPPORTED_COMPRESSION_TYPE, where Kafka's own answer is UNKNOWN_SERVER_ERROR.
        """,
        "all of a topic's settings": """
        segment.bytes is 16 MiB, for segments are held in memory and leave it only whole.
        """,
        "a setting for all brokers is shown as such": """
        There is one broker: its own settings and those for all brokers are the same.
        """,
        "a broker's setting of an unknown name": """
        It is refused; Kafka keeps it for extensions, of which there are none here.
        """,
    ]

    private static let olderTransactions = """
        The feature transaction.version is not offered, so newer clients keep to the requests of older ones.
        """
}
