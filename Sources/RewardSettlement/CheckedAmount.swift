import Schemas

extension Int64 {
    /// The sum; a figure that would leave 64 bits contradicts the ledger and goes to a person.
    func adding(_ other: Int64) throws(Rejection) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        guard !overflow else { throw Rejection(.conflict, "a sum leaves 64 bits") }
        return sum
    }

    /// The difference, checked likewise.
    func subtracting(_ other: Int64) throws(Rejection) -> Int64 {
        let (difference, overflow) = subtractingReportingOverflow(other)
        guard !overflow else { throw Rejection(.conflict, "a difference leaves 64 bits") }
        return difference
    }

    /// The difference of two figures of which the second is contained in the first.
    func removing(_ part: Int64) throws(Rejection) -> Int64 {
        guard part >= 0, part <= self else { throw Rejection(.conflict, "a balance would fall below zero") }
        return self - part
    }

    /// floor(self · part / whole) for figures that are not negative, with a whole above zero; exact, as the product
    /// has 128 bits. Cut to `Validation.amountLimit`, the most that one order may move.
    func share(_ part: Int64, of whole: Int64) -> Int64 {
        guard self > 0, part > 0, whole > 0 else { return 0 }
        let product = UInt64(self).multipliedFullWidth(by: UInt64(part))
        let divisor = UInt64(whole)
        // A quotient of more than 64 bits is above the limit anyway.
        guard product.high < divisor else { return Validation.amountLimit }
        let quotient = divisor.dividingFullWidth(product).quotient
        return quotient > UInt64(Validation.amountLimit) ? Validation.amountLimit : Int64(quotient)
    }
}
