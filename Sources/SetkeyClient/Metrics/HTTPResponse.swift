/// Why a request is not answered with figures.
package enum HTTPRefusal: Error, Hashable, Sendable {
    case badRequest
    case notFound
    case methodNotAllowed
    case timeout
    case longTarget
    case longHead
    case unknownVersion
}

/// An answer of HTTP/1.1.
package struct HTTPResponse: Hashable, Sendable {
    package enum Status: Int, Hashable, Sendable {
        case ok = 200
        case badRequest = 400
        case notFound = 404
        case methodNotAllowed = 405
        case requestTimeout = 408
        case uriTooLong = 414
        case headerFieldsTooLarge = 431
        case serviceUnavailable = 503
        case versionNotSupported = 505

        var phrase: String {
            switch self {
            case .ok: "OK"
            case .badRequest: "Bad Request"
            case .notFound: "Not Found"
            case .methodNotAllowed: "Method Not Allowed"
            case .requestTimeout: "Request Timeout"
            case .uriTooLong: "URI Too Long"
            case .headerFieldsTooLarge: "Request Header Fields Too Large"
            case .serviceUnavailable: "Service Unavailable"
            case .versionNotSupported: "HTTP Version Not Supported"
            }
        }
    }

    package let status: Status
    private let type: String
    package let body: [UInt8]

    package init(_ status: Status, type: String, body: [UInt8]) {
        (self.status, self.type, self.body) = (status, type, body)
    }

    package init(_ status: Status, text: String) {
        self.init(status, type: "text/plain; charset=utf-8", body: Array(text.utf8))
    }

    package init(refusing refusal: HTTPRefusal) {
        let status: Status =
            switch refusal {
            case .badRequest: .badRequest
            case .notFound: .notFound
            case .methodNotAllowed: .methodNotAllowed
            case .timeout: .requestTimeout
            case .longTarget: .uriTooLong
            case .longHead: .headerFieldsTooLarge
            case .unknownVersion: .versionNotSupported
            }
        let advice = refusal == .notFound ? ": the figures are at /metrics" : ""
        self.init(status, text: "\(status.phrase)\(advice)\n")
    }

    /// What precedes the body.
    ///
    /// - Parameter now: seconds since 1970.
    package func head(at now: Int) -> String {
        """
        HTTP/1.1 \(status.rawValue) \(status.phrase)\r
        Date: \(Self.date(now))\r
        Content-Type: \(type)\r
        Content-Length: \(body.count)\r
        Cache-Control: no-store\r
        \(status == .methodNotAllowed ? "Allow: GET, HEAD\r\n" : "")Connection: close\r
        \r

        """
    }

    /// As RFC 9110, 5.6.7 has it: `Sun, 06 Nov 1994 08:49:37 GMT`.
    package static func date(_ seconds: Int) -> String {
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let days = seconds / 86400
        let second = seconds % 86400
        // Years that begin in March end with the day that some have and others do not.
        let shifted = days + 719468
        let era = shifted / 146097
        let dayOfEra = shifted % 146097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * month + 2) / 5 + 1
        let year = yearOfEra + era * 400 + (month >= 10 ? 1 : 0)
        let names = ["Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "Jan", "Feb"]
        let weekday = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][days % 7]
        return
            "\(weekday), \(two(day)) \(names[month]) \(year) "
            + "\(two(second / 3600)):\(two(second / 60 % 60)):\(two(second % 60)) GMT"
    }
}
