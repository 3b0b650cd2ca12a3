/// Where a decision's time comes from.
public enum ClockMode: String, Sendable, CaseIterable {
    /// From the records alone: replays, back-tests and old data give the same in every run.
    case event
    /// From the wall clock, or the record where that is later: the default in service.
    case wall
}
