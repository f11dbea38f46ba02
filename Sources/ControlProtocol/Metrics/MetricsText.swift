import TextBytes

/// Writes figures as a text of OpenMetrics 1.0, in parts of whole lines. The samples of a family must follow it.
package struct MetricsText {
    /// About how long a part is, in bytes.
    private static let partCapacity = 1 << 16

    package private(set) var parts: [WireText] = []
    private var bytes: [UInt8] = []
    private var family: MetricFamily?

    package init() {}

    /// Begins a family.
    package mutating func begin(_ family: MetricFamily) {
        self.family = family
        bytes += "# TYPE \(family.name) \(family.kind.rawValue)\n".utf8
        if let unit = family.unit { bytes += "# UNIT \(family.name) \(unit)\n".utf8 }
        bytes += "# HELP \(family.name) \(family.help)\n".utf8
    }

    /// A sample of the family, with the values of its labels in their order.
    package mutating func sample(_ value: UInt64, _ labels: [String] = []) {
        guard let family else { return }
        bytes += family.sampleName.utf8
        var separator = "{"
        for (name, label) in zip(family.labels, labels) {
            bytes += "\(separator)\(name)=\"".utf8
            append(escaping: label)
            bytes += "\"".utf8
            separator = ","
        }
        bytes += (labels.isEmpty ? " " : "} ").utf8
        bytes.append(decimal: value)
        bytes += "\n".utf8
        if bytes.count >= Self.partCapacity { endPart() }
    }

    /// A family of one sample.
    package mutating func add(_ family: MetricFamily, _ value: UInt64, _ labels: [String] = []) {
        begin(family)
        sample(value, labels)
    }

    /// What a program says in the place of a daemon that does not run.
    package static var ofNoDaemon: WireText {
        var text = MetricsText()
        text.add(.up, 0)
        text.end()
        return text.parts.first ?? ""
    }

    /// Ends the text.
    package mutating func end() {
        bytes += "# EOF\n".utf8
        endPart()
    }

    private mutating func endPart() {
        parts.append(WireText(bytes))
        bytes = []
    }

    /// Appends the value of a label.
    private mutating func append(escaping label: String) {
        for byte in label.utf8 {
            switch byte {
            case UInt8(ascii: "\\"): bytes += "\\\\".utf8
            case UInt8(ascii: "\""): bytes += "\\\"".utf8
            case UInt8(ascii: "\n"): bytes += "\\n".utf8
            default: bytes.append(byte)
            }
        }
    }
}
