import ControlProtocol

/// The forms in which programs read figures.
package enum MetricsForm: Hashable, Sendable {
    /// OpenMetrics 1.0, as the daemon writes it.
    case openMetrics
    /// The older text format of Prometheus, 0.0.4.
    case prometheusText

    package var contentType: String {
        switch self {
        case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
        case .prometheusText: "text/plain; version=0.0.4; charset=utf-8"
        }
    }

    /// A text of OpenMetrics in this form. The older one knows no units, no end and no infos, and there a counter is called
    /// as its samples are.
    package func form(_ text: [UInt8]) -> [UInt8] {
        guard self == .prometheusText else { return text }
        var formed: [UInt8] = []
        formed.reserveCapacity(text.count)
        let newline = UInt8(ascii: "\n")
        // What the family at hand is called by its samples.
        var name = ""
        for line in text.split(separator: newline) {
            guard line.first == UInt8(ascii: "#") else {
                formed += line
                formed.append(newline)
                continue
            }
            let words = String(decoding: line, as: UTF8.self).split(separator: " ", maxSplits: 3)
            guard words.count == 4, let rest = words.last else { continue }
            switch words[1] {
            case "TYPE":
                let kind = MetricFamily.Kind(rawValue: String(rest)) ?? .gauge
                name = "\(words[2])\(kind.suffix)"
                formed += "# TYPE \(name) \(kind == .counter ? "counter" : "gauge")\n".utf8
            case "HELP": formed += "# HELP \(name) \(rest)\n".utf8
            default: break
            }
        }
        return formed
    }
}
