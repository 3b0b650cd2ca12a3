/// What a client may do where nothing is forbidden, as bits by Kafka's numbers of operations.
enum AuthorizedOperations {
    /// Read, write, create, delete, alter, describe, describe configs, alter configs.
    static let topic: Int32 = 0b1101_1111_1000
    /// Create, alter, describe, cluster action, describe configs, alter configs, idempotent write.
    static let cluster: Int32 = 0b1_1111_1010_0000
}
