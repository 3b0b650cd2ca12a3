/// Why a template or its variables make no message (N12); the name is that of the variable.
public enum TemplateFault: Error, Hashable, Sendable {
    case bracesOutOfOrder
    case undeclaredVariable(String)
    case missingVariable(String)
    case blankVariable(String)
    case wrongType(String)
    case blankText
    case tooLong
}
