import Glibc
import IPsec
import TextBytes

/// A request of HTTP/1.x (RFC 9112), as far as it matters here; what follows its head is not read.
package struct HTTPRequest: Hashable, Sendable {
    package enum Method: String, Hashable, Sendable {
        case get = "GET"
        case head = "HEAD"
    }

    /// The longest head, in bytes.
    package static let longestHead = 8192
    /// The longest request line, in bytes.
    package static let longestLine = 1024

    package let method: Method
    /// Whether the form of figures that is asked for is OpenMetrics: it is, unless only another text is accepted.
    package private(set) var acceptsOpenMetrics = true

    /// Reads a head.
    ///
    /// - Parameter head: its lines, without the empty one that ends it.
    package init(head: [UInt8]) throws(HTTPRefusal) {
        var lines = Self.lines(of: head)
        guard let first = lines.popFirst() else { throw .badRequest }
        guard first.count <= Self.longestLine else { throw .longTarget }
        guard head.allSatisfy({ $0 >= 0x20 && $0 < 0x7f || [0x09, 0x0a, 0x0d].contains($0) }) else { throw .badRequest }
        let words = String(decoding: first, as: UTF8.self).split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 3, Self.isToken(words[0]) else { throw .badRequest }
        guard words[2].hasPrefix("HTTP/"), words[2].utf8.count == 8 else { throw .badRequest }
        guard words[2] == "HTTP/1.1" || words[2] == "HTTP/1.0" else { throw .unknownVersion }
        var fields: [(name: String, value: String)] = []
        for line in lines { fields.append(try Self.field(line)) }
        // A request of 1.1 names the host, once (RFC 9112, 3.2).
        let hosts = fields.count { $0.name == "host" }
        guard hosts == 1 || hosts == 0 && words[2] == "HTTP/1.0" else { throw .badRequest }
        guard try Self.path(words[1]) == "/metrics" else { throw .notFound }
        guard let method = Method(rawValue: String(words[0])) else { throw .methodNotAllowed }
        self.method = method
        acceptsOpenMetrics = Self.acceptsOpenMetrics(fields.filter { $0.name == "accept" }.map(\.value))
    }

    /// The method of a request, which may be wrong otherwise: the answer to HEAD has no body, whatever it is (RFC 9110, 9.3.2).
    package static func method(of head: [UInt8]) -> Method? {
        let word = lines(of: head).first?.prefix { $0 != UInt8(ascii: " ") }
        return word.flatMap { Method(rawValue: String(decoding: $0, as: UTF8.self)) }
    }

    /// A line feed alone ends a line, too, and an empty line before the first one means nothing (RFC 9112, 2.2).
    private static func lines(of head: [UInt8]) -> ArraySlice<ArraySlice<UInt8>> {
        let lines = head.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map { $0.last == UInt8(ascii: "\r") ? $0.dropLast() : $0 }[...]
        return lines.first?.isEmpty == true ? lines.dropFirst() : lines
    }

    /// `Name: value`, the name in small letters. A line that goes on with the next one is long out of use.
    private static func field(_ line: ArraySlice<UInt8>) throws(HTTPRefusal) -> (name: String, value: String) {
        let text = String(decoding: line, as: UTF8.self)
        guard let colon = text.firstIndex(of: ":"), isToken(text[..<colon]) else { throw .badRequest }
        return (text[..<colon].lowercased(), trimmed(text[text.index(after: colon)...]))
    }

    /// The path of a target, of which the query means nothing here.
    private static func path(_ target: Substring) throws(HTTPRefusal) -> Substring {
        var target = target
        if target.lowercased().hasPrefix("http://") {
            let rest = target.dropFirst("http://".count)
            target = rest.firstIndex(of: "/").map { rest[$0...] } ?? "/"
        }
        guard target.hasPrefix("/") else { throw .badRequest }
        return target.prefix { $0 != "?" }
    }

    private static func acceptsOpenMetrics(_ values: [String]) -> Bool {
        let types = values.flatMap { $0.split(separator: ",") }.map { value in
            let parts = value.split(separator: ";").map { trimmed($0).lowercased() }
            let weight = parts.first { $0.hasPrefix("q=") }?.dropFirst(2)
            return (name: parts.first ?? "", isRefused: weight.map { Double($0) == 0 } ?? false)
        }
        let accepted = types.filter { !$0.isRefused }.map(\.name)
        if accepted.contains("application/openmetrics-text") { return true }
        return !accepted.contains { ["text/plain", "text/*"].contains($0) }
    }

    private static func isToken(_ text: Substring) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
                }
            }
    }

    private static func trimmed(_ text: some StringProtocol) -> String {
        let isBlank = { (character: Character) in character == " " || character == "\t" }
        let start = text.drop(while: isBlank)
        guard let last = start.lastIndex(where: { !isBlank($0) }) else { return "" }
        return String(start[...last])
    }
}

extension HTTPRequest {
    /// The head that comes from a descriptor, without the empty line that ends it.
    ///
    /// - Parameter limit: from now to the end of the head: who sends it byte by byte is not waited for without end.
    /// - Returns: `nil` where nothing comes before the end: somebody has only looked whether anybody listens.
    static func receiveHead(from descriptor: Int32, within limit: Duration) throws(HTTPRefusal) -> [UInt8]? {
        let deadline = ContinuousClock.now + limit
        var head: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while ContinuousClock.now < deadline {
            if let end = end(of: head) { return Array(head[..<end]) }
            guard head.count <= longestHead else { throw .longHead }
            do throws(KernelErrno) {
                guard try SystemCalls.wait(for: POLLIN, on: descriptor, until: deadline) else { break }
                let count = try SystemCalls.read(descriptor, into: &buffer)
                if count == 0, head.isEmpty { return nil }
                guard count > 0 else { throw KernelErrno.inputOutputError }
                head += buffer.prefix(count)
            } catch {
                guard [EINTR, EAGAIN].contains(error.rawValue) else { throw HTTPRefusal.badRequest }
            }
        }
        throw .timeout
    }

    /// Where the empty line begins that ends a head; `nil` if it has not come.
    private static func end(of head: [UInt8]) -> Int? {
        var index = head.startIndex
        while let newline = head[index...].firstIndex(of: UInt8(ascii: "\n")) {
            let next = newline + 1
            if head[next...].starts(with: "\n".utf8) || head[next...].starts(with: "\r\n".utf8) { return newline }
            index = next
        }
        return nil
    }
}
