public import Schemas

/// A person's word on a claim that has passed the door.
public struct ValidReview: Sendable {
    /// The claim it is about.
    public let claimID: String
    /// The friend of that claim, whose id is the topic's key.
    public let friendID: String
    /// Milliseconds since the epoch.
    public var reviewedAt: Int64 { word.reviewedAt }
    let word: PersonsWord

    /// Checks ids, the time and that the word is approve or decline.
    ///
    /// - Throws: a `Rejection` with the reason `validation`, naming the field.
    public init(_ review: ReviewOutcome) throws(Rejection) {
        try Validation.identifier(review.claimID, "claim_id")
        try Validation.identifier(review.friendID, "friend_id")
        try Validation.identifier(review.reviewer, "reviewer")
        let reviewedAt = try Validation.time(review.reviewedAt, isPresent: review.hasReviewedAt, "reviewed_at")
        switch review.outcome {
        case .approve, .decline: break
        case .unspecified, .review, .blockAndReview, .UNRECOGNIZED:
            throw Rejection(.validation, "outcome is neither approve nor decline")
        }
        claimID = review.claimID
        friendID = review.friendID
        word = PersonsWord(reviewedAt: reviewedAt, reviewer: review.reviewer, outcome: review.outcome)
    }
}
