/// A text of OpenMetrics 1.0, read strictly: what the specification's ABNF and its rules for gauges, counters and infos do
/// not allow is an error with the line.
package struct OpenMetricsText {
    package struct Sample: Hashable {
        package let name: String
        package let labels: [String: String]
        package let value: Double
    }

    package struct Family {
        package let name: String
        package fileprivate(set) var type: String?
        package fileprivate(set) var unit: String?
        package fileprivate(set) var help: String?
        package fileprivate(set) var samples: [Sample] = []
    }

    package struct Fault: Error, CustomStringConvertible {
        package let description: String
    }

    package private(set) var families: [Family] = []

    package init(_ text: String) throws {
        guard text.hasSuffix("# EOF\n") else { throw Fault(description: "it does not end with # EOF") }
        let lines = text.dropLast("# EOF\n".count).split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.last == "" else { throw Fault(description: "the last line before # EOF has no end") }
        for (number, line) in lines.dropLast().enumerated() {
            do {
                if line.hasPrefix("#") { try readMetadata(line) } else { try readSample(line) }
            } catch let fault as Fault {
                throw Fault(description: "line \(number + 1): \(fault): \(line)")
            }
        }
        for family in families { try check(family) }
        guard Set(families.map(\.name)).count == families.count else { throw Fault(description: "a family twice") }
    }

    /// The samples of a name.
    package subscript(name: String) -> [Sample] { families.flatMap(\.samples).filter { $0.name == name } }

    /// The value of the one sample of a name with these labels among its own.
    package func value(_ name: String, _ labels: [String: String] = [:]) -> Double? {
        let found = self[name].filter { sample in labels.allSatisfy { sample.labels[$0.key] == $0.value } }
        return found.count == 1 ? found[0].value : nil
    }

    private mutating func readMetadata(_ line: Substring) throws {
        let words = line.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false)
        guard words.count == 4, words[0] == "#", Self.isName(words[2]) else { throw Fault(description: "no metadata") }
        if families.last?.name != String(words[2]) {
            families.append(Family(name: String(words[2])))
        }
        let last = families.count - 1
        guard families[last].samples.isEmpty else { throw Fault(description: "metadata behind samples") }
        func once(_ value: inout String?) throws {
            guard value == nil else { throw Fault(description: "metadata twice") }
            value = String(words[3])
        }
        switch words[1] {
        case "TYPE": try once(&families[last].type)
        case "UNIT": try once(&families[last].unit)
        case "HELP":
            try once(&families[last].help)
            // Quotes and backslashes would have to be escaped.
            guard !words[3].contains("\\"), !words[3].contains("\"") else { throw Fault(description: "unescaped help") }
        default: throw Fault(description: "unknown metadata")
        }
    }

    private mutating func readSample(_ line: Substring) throws {
        let name = line.prefix { $0 != "{" && $0 != " " }
        guard Self.isName(name), !families.isEmpty else { throw Fault(description: "no sample") }
        var rest = line[name.endIndex...]
        var labels: [String: String] = [:]
        if rest.first == "{" { labels = try Self.readLabels(&rest) }
        guard rest.first == " ", let value = Double(rest.dropFirst()), !rest.dropFirst().contains(" ") else {
            throw Fault(description: "no value")
        }
        families[families.count - 1].samples.append(Sample(name: String(name), labels: labels, value: value))
    }

    private static func readLabels(_ rest: inout Substring) throws -> [String: String] {
        var labels: [String: String] = [:]
        repeat {
            rest.removeFirst()
            let name = rest.prefix { $0 != "=" }
            guard isName(name), !name.contains(":"), labels[String(name)] == nil else {
                throw Fault(description: "label \(name)")
            }
            rest = rest[name.endIndex...].dropFirst()
            labels[String(name)] = try readString(&rest)
        } while rest.first == ","
        guard rest.popFirst() == "}" else { throw Fault(description: "labels without an end") }
        return labels
    }

    private static func readString(_ rest: inout Substring) throws -> String {
        guard rest.popFirst() == "\"" else { throw Fault(description: "no quote") }
        var text = ""
        while let character = rest.popFirst() {
            switch character {
            case "\"": return text
            case "\\":
                switch rest.popFirst() {
                case "n": text.append("\n")
                case "\\": text.append("\\")
                case "\"": text.append("\"")
                default: throw Fault(description: "unknown escape")
                }
            default: text.append(character)
            }
        }
        throw Fault(description: "string without an end")
    }

    private static func isName(_ text: Substring) -> Bool {
        guard let first = text.first, !first.isNumber else { return false }
        return text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == ":") }
    }

    private func check(_ family: Family) throws {
        func fault(_ text: String) -> Fault { Fault(description: "\(family.name): \(text)") }
        guard let type = family.type, family.help != nil else { throw fault("no type or no help") }
        if let unit = family.unit, !family.name.hasSuffix("_\(unit)") { throw fault("the unit is not in the name") }
        guard let suffix = ["gauge": "", "counter": "_total", "info": "_info"][type] else { throw fault("type") }
        guard Set(family.samples.map(\.labels)).count == family.samples.count else { throw fault("a sample twice") }
        for sample in family.samples {
            guard sample.name == family.name + suffix else { throw fault("foreign sample \(sample.name)") }
            guard type != "counter" || sample.value >= 0 && sample.value.isFinite else { throw fault("value") }
            guard type != "info" || sample.value == 1 else { throw fault("an info that is not 1") }
        }
    }
}
