import Glibc
import Testing

/// The control socket as a client sees it that is not ours: the `varlink` package of PyPI.
@Suite struct ForeignClientTests {
    /// This repository.
    private static let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
        .joined(separator: "/")

    /// The environment of this process: the package client needs its settings to install.
    private static var environment: [String: String] {
        var entries: [String: String] = [:]
        var next = unsafe environ
        while let entry = unsafe next.pointee {
            let text = unsafe String(cString: entry)
            if let mark = text.firstIndex(of: "=") {
                entries[String(text[..<mark])] = String(text[text.index(after: mark)...])
            }
            unsafe next += 1
        }
        return entries
    }

    /// A Python that has the package.
    private func python() throws -> String {
        let install = try ChildProcess("\(Self.root)/tools/python-varlink", [], environment: Self.environment)
        try #require(try install.wait(within: .seconds(300)) == .exited(0), "\(install.errorText)")
        return String(install.outputText.split(separator: "\n")[0])
    }

    @Test func aVarlinkLibraryThatKnowsNothingOfUsDrivesTheDaemon() throws {
        let python = try python()
        let daemon = try TestDaemon()
        let client = try ChildProcess(
            python, ["\(Self.root)/Tests/EndToEndTests/varlink_client.py", daemon.socket, "--scratch"],
            environment: Self.environment)
        let ending = try client.wait(within: .seconds(120))
        #expect(ending == .exited(0), "\(client.outputText)\(client.errorText)")
        let checks = client.outputText.split(separator: "\n").filter { $0.hasPrefix("ok ") }
        #expect(checks.count >= 10, "\(client.outputText)")
    }

    @Test func theExampleOfTheManualTellsSoftFromHardExpiry() throws {
        let python = try python()
        let daemon = try TestDaemon()
        let example = try ChildProcess(
            python, ["\(Self.root)/docs/examples/watch-expiry.py", daemon.socket], environment: Self.environment)
        try example.read { $0.outputText.contains("listening\n") }
        try daemon.load("add 192.0.2.1 192.0.2.2 esp 0x1001 -lh 2 -ls 1 -E null;")
        try example.read { $0.outputText.contains("hard") && $0.outputText.last == "\n" }
        #expect(
            example.outputText == """
                listening
                soft: esp 192.0.2.1 -> 192.0.2.2 spi 0x1001: add its successor
                hard: esp 192.0.2.1 -> 192.0.2.2 spi 0x1001: it is gone

                """)
    }
}
