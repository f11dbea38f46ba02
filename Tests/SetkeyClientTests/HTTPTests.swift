import ControlProtocol
import Testing

@testable import SetkeyClient

/// The request that `--metrics --http` reads, and its answer.
@Suite struct HTTPTests {
    private func request(_ text: String) throws(HTTPRefusal) -> HTTPRequest {
        try HTTPRequest(head: Array(text.utf8))
    }

    @Test(arguments: [
        "GET /metrics HTTP/1.1\r\nHost: a", "GET /metrics?x=1 HTTP/1.1\r\nhost:a", "GET /metrics HTTP/1.0",
        "GET http://a:9/metrics HTTP/1.1\r\nHost: a:9\r\nX-A:", "GET /metrics HTTP/1.1\nHost: a\nAccept: */*",
        "\r\nGET /metrics HTTP/1.1\r\nHost: a", "\nGET /metrics HTTP/1.0",
    ])
    func requestsOfFiguresAreUnderstood(_ text: String) throws {
        let request = try request(text)
        #expect(request.method == .get && request.acceptsOpenMetrics)
    }

    @Test func aHeadIsAskedForByItsName() throws {
        #expect(try request("HEAD /metrics HTTP/1.1\r\nHost: a").method == .head)
    }

    @Test(arguments: [
        ("HEAD / HTTP/1.1\r\nHost: a", HTTPRequest.Method?.some(.head)), ("\r\nHEAD /metrics HTTP/9", .head),
        ("HEAD", .head),
        ("GET /", .get), ("PUT / HTTP/1.1", nil), ("HEADS /", nil), ("", nil), ("\n\nHEAD /", nil),
    ])
    func theMethodIsKnownOfWhatIsRefused(text: String, method: HTTPRequest.Method?) {
        #expect(HTTPRequest.method(of: Array(text.utf8)) == method)
    }

    @Test(arguments: [
        (
            "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
                + "text/plain;version=0.0.4;q=0.5,*/*;q=0.1", true
        ),
        ("text/plain;version=0.0.4;q=1,*/*;q=0.1", false), ("text/plain", false), ("*/*", true),
        ("text/html, */*", true),
        ("application/openmetrics-text;q=0, text/plain", false), ("TEXT/PLAIN", false), ("", true),
    ])
    func theFormIsTheOneThatIsAccepted(accept: String, isOpenMetrics: Bool) throws {
        let request = try request("GET /metrics HTTP/1.1\r\nHost: a\r\nAccept: \(accept)")
        #expect(request.acceptsOpenMetrics == isOpenMetrics)
    }

    @Test(arguments: [
        ("GET / HTTP/1.1\r\nHost: a", HTTPRefusal.notFound), ("GET /metrics/ HTTP/1.1\r\nHost: a", .notFound),
        ("GET /../metrics HTTP/1.1\r\nHost: a", .notFound), ("POST /metrics HTTP/1.1\r\nHost: a", .methodNotAllowed),
        ("get /metrics HTTP/1.1\r\nHost: a", .methodNotAllowed), ("GET /metrics HTTP/2.0\r\nHost: a", .unknownVersion),
        ("GET /metrics HTTP/1.1", .badRequest), ("GET /metrics HTTP/1.1\r\nHost: a\r\nHost: b", .badRequest),
        ("GET  /metrics HTTP/1.1\r\nHost: a", .badRequest), ("GET /metrics", .badRequest), ("", .badRequest),
        ("GET metrics HTTP/1.1\r\nHost: a", .badRequest), ("GET /metrics HTTP/1.1\r\nHost : a", .badRequest),
        ("GET /metrics HTTP/1.1\r\nHost: a\r\n folded", .badRequest), ("GET /metrics FTP/1.1\r\nHost: a", .badRequest),
        ("\n\nGET /metrics HTTP/1.0", .badRequest), ("GET /metrics HTTP/1.1\r\nHost: a\u{0}", .badRequest),
        ("GET /metrics HTTP/1.1\r\nno colon", .badRequest),
    ])
    func anythingElseIsRefused(text: String, refusal: HTTPRefusal) {
        #expect(throws: refusal) { try request(text) }
    }

    @Test func longLinesAreRefused() {
        let long = String(repeating: "a", count: HTTPRequest.longestLine)
        #expect(throws: HTTPRefusal.longTarget) { try request("GET /\(long) HTTP/1.1\r\nHost: a") }
    }

    @Test func theAnswerSaysHowLongItIs() {
        let response = HTTPResponse(.ok, type: MetricsForm.openMetrics.contentType, body: Array("a 1\n".utf8))
        #expect(
            response.head(at: 784_111_777) == """
                HTTP/1.1 200 OK\r
                Date: Sun, 06 Nov 1994 08:49:37 GMT\r
                Content-Type: application/openmetrics-text; version=1.0.0; charset=utf-8\r
                Content-Length: 4\r
                Cache-Control: no-store\r
                Connection: close\r
                \r

                """)
        #expect(HTTPResponse(refusing: .methodNotAllowed).head(at: 0).contains("\r\nAllow: GET, HEAD\r\n"))
    }

    @Test(arguments: [
        (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (951_782_399, "Mon, 28 Feb 2000 23:59:59 GMT"),
        (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"), (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
        (1_798_761_599, "Thu, 31 Dec 2026 23:59:59 GMT"),
    ])
    func datesAreThoseOfTheCalendar(seconds: Int, date: String) {
        #expect(HTTPResponse.date(seconds) == date)
    }

    @Test func theOlderFormKnowsNoUnitsInfosAndEnd() {
        var text = MetricsText()
        text.add(.build, 1, ["1"])
        text.add(.startTime, 7)
        text.add(.overruns, 2)
        text.end()
        let formed = MetricsForm.prometheusText.form(text.parts.flatMap(\.bytes))
        #expect(
            String(decoding: formed, as: UTF8.self) == """
                # TYPE setkeyd_build_info gauge
                # HELP setkeyd_build_info \(MetricFamily.build.help)
                setkeyd_build_info{version="1"} 1
                # TYPE setkeyd_start_time_seconds gauge
                # HELP setkeyd_start_time_seconds \(MetricFamily.startTime.help)
                setkeyd_start_time_seconds 7
                # TYPE setkeyd_kernel_overruns_total counter
                # HELP setkeyd_kernel_overruns_total \(MetricFamily.overruns.help)
                setkeyd_kernel_overruns_total 2

                """)
        #expect(MetricsForm.openMetrics.form([1, 2]) == [1, 2])
    }
}
