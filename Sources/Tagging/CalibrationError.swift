/// Why no borders could be computed from a population.
public enum CalibrationError: Error, Equatable, Sendable {
    /// No customer has an order that counts.
    case noCustomers
    /// The frequency window lies outside 1 to 365 days.
    case frequencyWindow(days: UInt32)
    /// The customer has an order after the cut-off, so what was known at the cut-off is lost.
    case orderAfterCutOff(customerID: String)
    /// A figure does not fit 64 bits.
    case overflow
}
