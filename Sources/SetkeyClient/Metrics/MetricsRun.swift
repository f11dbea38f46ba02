import ControlProtocol
import Glibc
import TextBytes

/// `--metrics`: figures for programs that keep them.
enum MetricsRun {
    static func run(_ options: MetricsOptions, socket path: String) throws(ClientFailure) {
        guard options.isHTTP else {
            var output = FileOutput.standardOutput
            try receive(options, socket: path) { part throws(ClientFailure) in try output.write(part) }
            return try output.flush()
        }
        try serve(options, socket: path)
    }

    /// Calls, and hands on every part of the text.
    private static func receive(
        _ options: MetricsOptions, socket path: String, _ take: (ArraySlice<UInt8>) throws(ClientFailure) -> Void
    ) throws(ClientFailure) {
        var parameters = MetricsParameters()
        if options.perAssociation { parameters.perAssociation = true }
        // A scrape by whomever starts no service that is stopped, as the socket of root would.
        var client = try SetkeyClient.connect(path, prefersPrivileged: !options.isHTTP)
        try SetkeyClient.stream(.metrics(parameters), from: &client) { reply throws(ClientFailure) in
            guard case .metrics(let part) = reply else { return }
            try take(part.text.slice)
        }
    }

    // MARK: HTTP

    /// Answers the one request that comes in on the standard input.
    private static func serve(_ options: MetricsOptions, socket path: String) throws(ClientFailure) {
        // Who does not read is not waited for without end; on a pipe this does nothing, and nobody has to wait.
        SystemCalls.limitSending(to: .seconds(10), on: STDOUT_FILENO)
        var method: HTTPRequest.Method?
        let answer: HTTPResponse
        do throws(HTTPRefusal) {
            guard let head = try HTTPRequest.receiveHead(from: STDIN_FILENO, within: .seconds(10)) else { return }
            method = HTTPRequest.method(of: head)
            answer = response(to: try HTTPRequest(head: head), options, socket: path)
        } catch {
            answer = HTTPResponse(refusing: error)
        }
        try send(answer, isBodyWanted: method != .head)
    }

    private static func response(
        to request: HTTPRequest, _ options: MetricsOptions, socket path: String
    ) -> HTTPResponse {
        let form = request.acceptsOpenMetrics ? MetricsForm.openMetrics : .prometheusText
        var text: [UInt8] = []
        do throws(ClientFailure) {
            try receive(options, socket: path) { part throws(ClientFailure) in text += part }
        } catch  where error.status == .unreachable {
            text = MetricsText.ofNoDaemon.bytes
        } catch {
            return HTTPResponse(.serviceUnavailable, text: "\(error.message)\n")
        }
        return HTTPResponse(.ok, type: form.contentType, body: form.form(text))
    }

    private static func send(_ response: HTTPResponse, isBodyWanted: Bool) throws(ClientFailure) {
        var output = FileOutput.ofStranger
        try output.write(response.head(at: time(nil)))
        if isBodyWanted { try output.write(response.body) }
        try output.flush()
    }
}
