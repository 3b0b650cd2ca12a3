import ProtobufCodec
public import Schemas

/// What became of a query in `fraud.entities`.
public enum EntityOutcome: Equatable, Sendable {
    /// The entity knows the claim: nothing changes.
    case known
    /// Publish the claim's evidence, then what earlier claims must be told anew.
    case answered([ClaimEvidence])
}

/// Decides `fraud.entities`: what one device, address, payment means or referrer has to say of a claim (R03, R04, R05,
/// R07).
public enum EntityDecider {
    /// Claims kept of one entity; the oldest leaves first.
    public static let claimsLimit = 1_000
    /// How long a claim is kept before the newest: the longest window and a day for claims that come late.
    public static let retentionMilliseconds = 31 * Milliseconds.day
    /// Earlier claims told anew by one query; the newest are.
    public static let toldLimit = 100

    /// Answers one query and enters its claim; a claim id that the entity knows changes nothing.
    ///
    /// - Throws: a `Rejection`: `schema` for no kind of entity, `validation` for a claim that cannot be, or a key that
    ///   is not the claim's, `business-reject` where no approved rule-set version is valid at the claim's time; or what
    ///   the book throws.
    public static func decide(
        _ query: EntityQuery, _ book: inout some EntityBook, rules: FraudRules?
    ) throws -> EntityOutcome {
        let claim = try ValidClaim(query.claim)
        let key = try key(of: query, claim)
        guard let version = rules?.version(at: claim.claimedAt) else { throw Rejection.noRulesVersion }
        var question = EntityQuestion(key: key, claim: claim, rules: version)
        switch key.kind {
        case .device, .ip, .ipBlock, .payment: return try judge(&question, &book)
        case .referrer: return try judgeReferrer(&question, &book)
        case .circle: return try judgeCircle(question, &book)
        case .unspecified, .UNRECOGNIZED: throw Rejection(.schema, "kind is none of an entity")
        }
    }

    private static func key(of query: EntityQuery, _ claim: ValidClaim) throws(Rejection) -> EntityKey {
        guard EntityKey.prefix(of: query.kind) != nil else {
            throw Rejection(.schema, "kind is none of an entity")
        }
        guard let key = EntityKey(query.kind, of: claim.claim, address: claim.address), key.text == query.entityKey
        else { throw Rejection(.validation, "entity_key is not the claim's") }
        return key
    }

    private static func judge(
        _ question: inout EntityQuestion, _ book: inout some EntityBook
    ) throws -> EntityOutcome {
        var history = try book.history(question.key.text) ?? EntityHistory()
        guard !history.knows(question.entry.claimID) else { return .known }
        let evidence = question.answer(entering: &history)
        history.prune()
        try book.keep(history, question.key.text)
        return .answered(evidence)
    }

    // R07: the claim may be what a later one's circle was waiting for.
    private static func judgeReferrer(
        _ question: inout EntityQuestion, _ book: inout some EntityBook
    ) throws -> EntityOutcome {
        var history = try book.history(question.key.text) ?? EntityHistory()
        guard !history.knows(question.entry.claimID) else { return .known }
        let evidence = question.answer(entering: &history)
        let askers = try book.history(CircleAskers.key(question.key)) ?? EntityHistory()
        let closed = question.closedCircles(askers: askers, referrals: history)
        history.prune()
        try book.keep(history, question.key.text)
        return .answered(evidence + closed)
    }

    // R07
    private static func judgeCircle(_ question: EntityQuestion, _ book: inout some EntityBook) throws -> EntityOutcome {
        let askersKey = CircleAskers.key(question.key)
        var askers = try book.history(askersKey) ?? EntityHistory()
        guard !askers.knows(question.entry.claimID) else { return .known }
        let referrals = try book.history(question.key.text) ?? EntityHistory()
        _ = askers.enter(question.entry)
        askers.prune()
        try book.keep(askers, askersKey)
        let finding = question.circle(of: question.entry, in: referrals)
        return .answered([question.evidence(for: question.entry, finding.map { [$0] } ?? [], revised: false)])
    }
}

/// Where an entity keeps who asked it for a circle.
enum CircleAskers {
    /// A key of its own beside the referrer's, in the same task: no entity key begins like it.
    static func key(_ referrer: EntityKey) -> String { "circle:" + referrer.text }
}
