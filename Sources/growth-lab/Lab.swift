import CommandLineTools
import Foundation

/// What every verb of the lab understands, and how it prints.
enum Lab {
    static let output = Option<String>(
        "output", short: "o", placeholder: "format", default: "table",
        allowed: .matching("table or json") { ["table", "json"].contains($0) },
        help: "table for people, json for programs.")

    /// Prints rows as a table, or as the document that programs read.
    static func show(_ parsed: ParsedCommand, kind: String, _ table: TextTable, _ items: [JSONValue]) throws {
        if parsed[output] == "json" {
            parsed.console.print(
                OutputEnvelope(kind: kind, items: items, warnings: []).document(generatedAt: parsed.console.now())
                    .text(.pretty))
        } else {
            parsed.console.write(try table.text(width: parsed.console.terminal.width))
        }
    }

    /// The program of this build by that name: it lies beside this one.
    static func program(_ name: String) throws -> URL {
        let own =
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
        let path = URL(fileURLWithPath: own).deletingLastPathComponent().appendingPathComponent(name)
        guard FileManager.default.isExecutableFile(atPath: path.path) else {
            throw CommandFailure(
                .notFound, "\(name) is not beside growth-lab (\(path.path))", hint: "Build it: swift build -c release")
        }
        return path
    }

    /// The middle of the values; of an even number the lower one.
    static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        return sorted.isEmpty ? 0 : sorted[(sorted.count - 1) / 2]
    }

    static func seconds(_ duration: Duration) -> Double {
        Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
    }
}
