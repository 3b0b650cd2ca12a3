public import Schemas

extension Decision {
    /// Place in the order of precedence, 0 to 3: approve, review, block_and_review, decline; the highest wins.
    public var rank: Int {
        switch self {
        case .unspecified, .approve: 0
        // A word of a newer build: somebody should look.
        case .review, .UNRECOGNIZED: 1
        case .blockAndReview: 2
        case .decline: 3
        }
    }

    /// The decision of the rank, so that what is published is always one of the four.
    static func ranked(_ rank: Int) -> Decision {
        switch rank {
        case ...0: .approve
        case 1: .review
        case 2: .blockAndReview
        default: .decline
        }
    }
}
