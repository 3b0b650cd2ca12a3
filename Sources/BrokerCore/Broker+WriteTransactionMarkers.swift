import KafkaProtocol

extension Broker {
    /// Markers from outside of the coordinator: `kafka-transactions.sh abort` ends a transaction that hangs in a log.
    func writeTxnMarkers(_ message: WriteTxnMarkersRequest, _ request: Request) {
        var answer = WriteTxnMarkersResponse()
        answer.markers = message.markers.map { marker in
            var result = WriteTxnMarkersResponse.WritableTxnMarkerResult()
            result.producerId = marker.producerId
            result.topics = marker.topics.map { topic in
                var result = WriteTxnMarkersResponse.WritableTxnMarkerTopicResult()
                result.name = topic.name
                result.partitions = topic.partitionIndexes.map { index in
                    var result = WriteTxnMarkersResponse.WritableTxnMarkerPartitionResult()
                    result.partitionIndex = index
                    result.errorCode = (write(marker, into: TopicPartition(topic.name, index)) ?? .none).rawValue
                    return result
                }
                return result
            }
            return result
        }
        reply(request.connection, .writeTxnMarkers(answer))
    }

    private func write(
        _ marker: WriteTxnMarkersRequest.WritableTxnMarker, into partition: TopicPartition
    ) -> ErrorCode? {
        guard let log = topics.log(partition) else { return .unknownTopicOrPartition }
        guard marker.producerId >= 0, marker.producerEpoch >= 0 else { return .invalidRequest }
        if let known = log.producers[marker.producerId] {
            if Self.isStale(marker, known) { return .invalidProducerEpoch }
            if marker.coordinatorEpoch < known.coordinatorEpoch { return .transactionCoordinatorFenced }
        }
        appendMarker(
            marker.transactionResult ? .commit : .abort, producerID: marker.producerId, epoch: marker.producerEpoch,
            coordinatorEpoch: marker.coordinatorEpoch, to: partition)
        return nil
    }

    /// From transaction.version 2 on a marker carries a higher epoch than its batches, unless it comes again.
    private static func isStale(
        _ marker: WriteTxnMarkersRequest.WritableTxnMarker, _ known: ProducerRecord
    ) -> Bool {
        guard marker.transactionVersion >= 2, marker.producerEpoch == known.epoch else {
            return marker.producerEpoch < known.epoch
        }
        return known.transactionStart != nil && known.epoch != .max
    }
}
