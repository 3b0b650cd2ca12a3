/// The record batches of a request or an answer, each as its bytes.
///
/// What is read has one piece, cut into batches by whoever looks inside; what is written may have many, so that stored
/// batches go out without being joined first.
public struct RecordSet: Equatable, Sendable {
    public var pieces: [[UInt8]]

    public init(_ pieces: [[UInt8]] = []) { self.pieces = pieces }

    /// The bytes in all pieces.
    public var byteCount: Int { pieces.reduce(0) { $0 + $1.count } }
    public var isEmpty: Bool { pieces.allSatisfy(\.isEmpty) }
    /// All pieces joined.
    public var bytes: [UInt8] { pieces.count == 1 ? pieces[0] : pieces.flatMap(\.self) }
}
