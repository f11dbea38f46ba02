import TestSupport
import Testing

/// `setkey --metrics`, asked of a real daemon, and its answers to requests of HTTP.
@Suite struct MetricsTests {
    private static let file = """
        add 192.0.2.1 192.0.2.2 esp 0x1001 -lh 86400 -E aes-cbc 0x5ec7e75ec7e75ec7e75ec7e75ec7e75e;
        add 192.0.2.2 192.0.2.1 esp 0x1002 -E aes-cbc 0x5ec7e75ec7e75ec7e75ec7e75ec7e75f;

        """
    private static let get = "GET /metrics HTTP/1.1\r\nHost: localhost\r\n"

    @Test func figuresAreOpenMetrics() throws {
        let daemon = try TestDaemon(configuration: Self.file)
        let outcome = try daemon.setkey("--metrics")
        #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
        let figures = try OpenMetricsText(outcome.output)
        #expect(figures.value("setkeyd_associations", ["owner": "declared", "state": "mature"]) == 2)
        #expect(figures.value("setkeyd_kernel_info", ["protects_traffic": "false"]) == 1)
        let left = figures.value("setkeyd_tunnel_lifetime_left_seconds", ["source": "192.0.2.1", "limit": "hard"])
        #expect((86000...86400).contains(left ?? 0))
        #expect(figures["setkeyd_association_info"].isEmpty)
        let each = try daemon.setkey("--metrics --per-sa")
        #expect(try OpenMetricsText(each.output)["setkeyd_association_info"].count == 2)
        #expect(!each.output.lowercased().contains("5ec7e7"))
    }

    @Test func aRequestIsAnsweredInTheFormThatIsAccepted() throws {
        let daemon = try TestDaemon(configuration: Self.file)
        let open = try daemon.setkey("--metrics --http", input: "\(Self.get)\r\n")
        let (head, body) = try parts(open.output)
        #expect(head.hasPrefix("HTTP/1.1 200 OK\r\nDate: "))
        #expect(head.contains("Content-Type: application/openmetrics-text; version=1.0.0; charset=utf-8\r\n"))
        #expect(head.contains("Content-Length: \(body.utf8.count)\r\n"))
        #expect(try OpenMetricsText(body).value("setkeyd_up") == 1)
        let plain = try daemon.setkey("--metrics --http", input: "\(Self.get)Accept: text/plain\r\n\r\n")
        let text = try parts(plain.output).body
        #expect(text.contains("# TYPE setkeyd_reloads_total counter\n") && !text.contains("# EOF"))
        let head2 = try daemon.setkey("--metrics --http", input: "HEAD\(Self.get.dropFirst(3))\r\n")
        #expect(try parts(head2.output).body.isEmpty && head2.output.hasPrefix("HTTP/1.1 200 OK\r\n"))
        let head3 = try daemon.setkey("--metrics --http", input: "\r\nHEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try parts(head3.output).body.isEmpty && head3.output.hasPrefix("HTTP/1.1 404 "))
    }

    @Test(arguments: [
        ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", "404"), ("PUT /metrics HTTP/1.1\r\nHost: a\r\n\r\n", "405"),
        ("nonsense\r\n\r\n", "400"), ("GET /metrics HTTP/1.1\r\nHost: a", "400"),
        ("GET /metrics HTTP/1.1\r\nX: \(String(repeating: "a", count: 9000))", "431"),
    ])
    func anythingElseIsRefused(request: String, status: String) throws {
        let daemon = try TestDaemon()
        let outcome = try daemon.setkey("--metrics --http", input: request)
        #expect(outcome.status == 0 && outcome.output.hasPrefix("HTTP/1.1 \(status) "), "\(outcome)")
    }

    @Test func whoOnlyLooksWhetherAnybodyListensGetsNothing() throws {
        let daemon = try TestDaemon()
        let outcome = try daemon.setkey("--metrics --http", input: "")
        #expect(outcome.status == 0 && outcome.output.isEmpty && outcome.errors.isEmpty)
    }

    @Test func aDaemonThatDoesNotRunIsAnAnswer() throws {
        let nowhere = ["--socket", "/nonexistent/socket"]
        let outcome = try setkey(["--metrics", "--http"] + nowhere, input: Array("\(Self.get)\r\n".utf8))
        let (head, body) = try parts(outcome.output)
        #expect(head.hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(try OpenMetricsText(body).value("setkeyd_up") == 0)
        let plain = try setkey(["--metrics"] + nowhere)
        #expect(plain.status == 3 && plain.output.isEmpty)
    }

    private func parts(_ answer: String) throws -> (head: String, body: String) {
        let end = try #require(answer.firstRange(of: "\r\n\r\n"))
        return (String(answer[..<end.upperBound]), String(answer[end.upperBound...]))
    }
}
