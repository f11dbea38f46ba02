import ControlProtocol
import InterfaceSchema
import Testing

/// What documents say of figures: the page, the board of Grafana, the alerts of Prometheus.
@Suite struct MetricsDocumentsTests {
    private static let names = Set(MetricFamily.all.map(\.sampleName))

    private func text(_ path: String) -> String {
        let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
        return SchemaFile.text(root.joined(separator: "/") + "/docs/\(path)")
    }

    /// The names of figures in a text.
    private func names(in text: some StringProtocol) -> Set<String> {
        let words = text.split { !($0.isLetter || $0.isNumber || $0 == "_") }
        return Set(words.filter { $0.hasPrefix("setkeyd_") }.map { String($0) })
    }

    @Test func thePageIsMadeOfTheTable() {
        #expect(text("metrics.md") == MetricsPage.text, "it is older than the table: make schema")
    }

    @Test func theBoardShowsFiguresThatThereAre() throws {
        let board = try JSONParser.value(text("grafana/setkeyd.json"))
        #expect(board["title"] == .string("setkeyd"))
        let expressions = strings(named: "expr", in: board)
        #expect(expressions.count >= 15)
        for expression in expressions {
            let used = names(in: expression)
            #expect(!used.isEmpty && used.isSubset(of: Self.names), "\(expression)")
        }
    }

    @Test func theAlertsAreAboutFiguresThatThereAre() {
        for file in ["setkeyd.rules.yml", "setkeyd.rules.test.yml"] {
            let used = names(in: text("prometheus/\(file)"))
            #expect(used.count >= 10 && used.isSubset(of: Self.names), "\(file): \(used.subtracting(Self.names))")
        }
    }

    /// All strings that are called so, wherever they are.
    private func strings(named name: String, in value: JSONValue) -> [String] {
        switch value {
        case .object(let members):
            members.flatMap { member in
                if member.name == name, case .string(let text) = member.value { return [text] }
                return strings(named: name, in: member.value)
            }
        case .array(let elements): elements.flatMap { strings(named: name, in: $0) }
        default: []
        }
    }
}
