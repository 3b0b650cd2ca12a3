/// The options of `--growth_opt`, separated by commas: `Visibility=Public,FileNaming=DropPath,TypePrefix=Shop`.
struct GeneratorOptions {
    /// Who sees the generated types.
    enum Visibility: String {
        case `internal` = "Internal"
        case package = "Package"
        case `public` = "Public"

        /// The modifier before a declaration, with its space.
        var modifier: String {
            switch self {
            case .internal: ""
            case .package: "package "
            case .public: "public "
            }
        }
    }

    /// Where a generated file goes under the output folder.
    enum FileNaming: String {
        case fullPath = "FullPath"
        case pathToUnderscores = "PathToUnderscores"
        case dropPath = "DropPath"

        /// The generated file's path for a .proto file's path.
        func outputName(of path: String) -> String {
            let stem = path.hasSuffix(".proto") ? String(path.dropLast(6)) : path
            let parts = stem.split(separator: "/")
            let name =
                switch self {
                case .fullPath: stem
                case .pathToUnderscores: parts.joined(separator: "_")
                case .dropPath: parts.last.map(String.init) ?? stem
                }
            return name + ".pb.swift"
        }
    }

    private(set) var visibility = Visibility.internal
    private(set) var fileNaming = FileNaming.fullPath
    /// Put before every type name of files that have no `swift_prefix`; empty unless set.
    private(set) var typePrefix = ""

    init(_ parameter: String) throws(GenerationError) {
        for option in parameter.split(separator: ",") {
            let parts = option.split(separator: "=", maxSplits: 1).map(String.init)
            try set(parts[0], to: parts.count > 1 ? parts[1] : "")
        }
    }

    private mutating func set(_ name: String, to value: String) throws(GenerationError) {
        switch name {
        case "Visibility":
            visibility = try Self.choice(Visibility(rawValue: value), name, value, "Internal, Package, Public")
        case "FileNaming":
            fileNaming = try Self.choice(
                FileNaming(rawValue: value), name, value, "FullPath, PathToUnderscores, DropPath")
        case "TypePrefix":
            typePrefix = value
        default:
            throw GenerationError("unknown option '\(name)'; there are Visibility, FileNaming, TypePrefix")
        }
    }

    private static func choice<Value>(
        _ value: Value?, _ name: String, _ text: String, _ choices: String
    ) throws(GenerationError) -> Value {
        guard let value else { throw GenerationError("\(name)=\(text) is not one of \(choices)") }
        return value
    }
}
