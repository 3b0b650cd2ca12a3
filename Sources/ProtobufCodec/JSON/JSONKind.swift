/// The kinds of value that JSON has.
enum JSONKind {
    case object
    case array
    case string
    case number
    case bool
    case null
}
