import KafkaProtocol

struct TransactionTable {}

extension Broker {
    func initProducerId(_ message: InitProducerIdRequest, _ request: Request) {
        close(request.connection, "not served")
    }
    func addPartitionsToTxn(_ message: AddPartitionsToTxnRequest, _ request: Request) {
        close(request.connection, "not served")
    }
    func addOffsetsToTxn(_ message: AddOffsetsToTxnRequest, _ request: Request) {
        close(request.connection, "not served")
    }
    func endTxn(_ message: EndTxnRequest, _ request: Request) { close(request.connection, "not served") }
    func writeTxnMarkers(_ message: WriteTxnMarkersRequest, _ request: Request) {
        close(request.connection, "not served")
    }
    func txnOffsetCommit(_ message: TxnOffsetCommitRequest, _ request: Request) {
        close(request.connection, "not served")
    }
    func describeTransactions(_ message: DescribeTransactionsRequest, _ request: Request) {
        close(request.connection, "not served")
    }
    func listTransactions(_ message: ListTransactionsRequest, _ request: Request) {
        close(request.connection, "not served")
    }

    func tickTransactions() {}
    var transactionDeadline: Int64? { nil }
    func applyToTransactions(_ change: Change) {}
    func transactionSnapshot() -> [Change] { [] }
    func resumeTransactions() {}
}
