public import CommandLineTools
public import Schemas

/// One stage's decisions; everything around them is the runtime's.
///
/// One instance belongs to one thread. `decide` reads no clock, no random number and no file: the context's `at` is its
/// only time, the tables its only memory.
public protocol Stage {
    static var declaration: StageDeclaration { get }
    /// The configuration keys of this stage.
    static var settings: [any AnySetting] { get }

    init(configuration: Configuration) throws

    /// Decides one record. A `Rejection` makes it a dead letter and undoes what it wrote; any other error stops the task.
    func decide(_ record: borrowing InputRecord, _ context: DecisionContext) throws

    /// Handles a state entry whose timer is due. An entry left as it was loses its timer.
    func punctuate(table: UInt8, key: String, due: Int64, _ context: DecisionContext) throws

    /// Names the effects that deciding this record will ask for, so that those of a step are performed side by side.
    func anticipatedEffects(_ record: borrowing InputRecord, _ context: DecisionContext) throws -> [EffectRequest]
    func anticipatedEffects(table: UInt8, key: String, due: Int64, _ context: DecisionContext) throws -> [EffectRequest]

    /// Makes what performs this stage's effects; nil where it has none.
    static func performer(configuration: Configuration) throws -> (any EffectPerformer)?

    /// Passes a record of a global table, or throws; the last good record of the key then stays.
    static func validateGlobal(_ topic: String, _ value: [UInt8]) throws
}

extension Stage {
    public static var settings: [any AnySetting] { [] }

    public func punctuate(table: UInt8, key: String, due: Int64, _ context: DecisionContext) throws {}

    public func anticipatedEffects(_ record: borrowing InputRecord, _ context: DecisionContext) throws
        -> [EffectRequest]
    { [] }

    public func anticipatedEffects(table: UInt8, key: String, due: Int64, _ context: DecisionContext) throws
        -> [EffectRequest]
    { [] }

    public static func performer(configuration: Configuration) throws -> (any EffectPerformer)? { nil }

    public static func validateGlobal(_ topic: String, _ value: [UInt8]) throws {}
}

/// Makes the instances of a stage, one for each thread.
public struct StageFactory: Sendable {
    public let declaration: StageDeclaration
    public let settings: [any AnySetting]
    package let make: @Sendable (Configuration) throws -> any Stage
    package let makePerformer: @Sendable (Configuration) throws -> (any EffectPerformer)?
    package let validateGlobal: @Sendable (String, [UInt8]) throws -> Void

    public init<S: Stage>(_ stage: S.Type) where S: SendableMetatype {
        declaration = S.declaration
        settings = S.settings
        make = { try S(configuration: $0) }
        makePerformer = { try S.performer(configuration: $0) }
        validateGlobal = { try S.validateGlobal($0, $1) }
    }
}
