import CommandLineTools
import Testing

@Suite struct ExitCodeTests {
    static let codes: [(ExitCode, Int32)] = [
        (.success, 0), (.failure, 1), (.usage, 2), (.partial, 3), (.notFound, 4), (.refused, 5), (.conflict, 6),
        (.unreachable, 7), (.notAuthorised, 8), (.lagWarning, 10), (.lagCritical, 20), (.lagUnknown, 30),
        (.interrupted, 130), (.terminated, 143),
    ]

    @Test(arguments: codes)
    func codesAreTheContract(code: ExitCode, number: Int32) {
        #expect(code.rawValue == number)
    }

    @Test func namesAreForPeopleAndScripts() {
        #expect(ExitCode.notFound.name == "notFound")
        #expect(ExitCode(rawValue: 77).name == "exit77")
    }
}
