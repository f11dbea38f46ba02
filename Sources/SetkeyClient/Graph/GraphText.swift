import ControlProtocol
import IPsec
import SetkeySyntax
import TextBytes

/// A map of tunnels in the DOT language of Graphviz. The same state gives the same text.
package enum GraphText {
    package static func text(_ map: TunnelMap) -> String {
        var edges = Set(map.associations.map { edge(of: $0, map) })
        var nodes: Set<String> = []
        let unserved = UnservedTransforms(map.associations.compactMap(SecurityAssociation.init(serving:)), map.policies)
        var defaults: [String] = []
        for policy in map.policies {
            guard !policy.identity.isDefault else {
                defaults.append("\(policy.identity.direction.word)")
                continue
            }
            edges.formUnion(self.edges(of: policy, unserved.places(in: policy), map))
        }
        for edge in edges { nodes.formUnion([edge.from, edge.to]) }
        let ways = defaults.sorted().joined(separator: ", ")
        let label = ways.isEmpty ? "" : "dropped, if no policy matches: \(ways)"
        var text = """
            digraph setkey {
              // SAs are solid: green, orange near their end, grey where they are foreign, red where one is missing.
              // Policies are dashed, in the same colours; dotted lines lead from networks to the ends of their tunnels.
              graph [rankdir=LR, label=\(quoted(label))];
              node [fontname="sans-serif", fontsize=11];
              edge [fontname="sans-serif", fontsize=9];

            """
        for node in nodes.sorted() {
            text += "  \(quoted(node)) [shape=\(node.contains("/") ? "ellipse" : "box")];\n"
        }
        for edge in edges.map(\.text).sorted() { text += "  \(edge)\n" }
        return text + "}\n"
    }

    // MARK: SAs

    private static func edge(of record: AssociationRecord, _ map: TunnelMap) -> Edge {
        let isUDP = record.encapsulation != nil
        let name = "\(isUDP ? "esp-udp" : record.protocol.rawValue) 0x\(String(record.spi, radix: 16))"
        let mark = record.mark.map { " mark \($0)" } ?? ""
        let algorithms = [record.encryption, record.integrity, record.compression].compactMap(\.self)
        var lines = ["\(name)\(mark)", "\(record.mode.rawValue) \(algorithms.joined(separator: " "))"]
        if record.reqid != 0 { lines.append("reqid \(record.reqid)") }
        let remaining = Remaining(record, at: map.time)
        var health = (record.owner ?? "foreign") == "foreign" ? Health.foreign : .good
        switch record.state {
        case .known(.larval), .known(.dead):
            health = .missing
            lines.append(record.state.rawValue)
        case .known(.dying): health = .expiring
        default: if let remaining, remaining.isNearEnd { health = .expiring }
        }
        if let remaining, health == .expiring { lines.append("\(remaining.text) left") }
        return Edge(
            from: record.source, to: record.destination, style: .solid, color: health.color,
            label: lines.joined(separator: "\n"), tooltip: record.owner ?? "")
    }

    // MARK: Policies

    private static func edges(of policy: SecurityPolicy, _ unserved: [Int], _ map: TunnelMap) -> [Edge] {
        let selector = policy.identity.selector
        let (source, destination) = (selector.source.description, selector.destination.description)
        var health = map.ownedPolicies.contains(policy.identity) ? Health.good : .foreign
        if !unserved.isEmpty { health = .missing }
        var edges = [
            Edge(
                from: source, to: destination, style: .dashed, color: health.color, label: label(of: policy),
                tooltip: Statement.Kind.addPolicy(policy).text())
        ]
        guard case .protect(let transforms) = policy.action else { return edges }
        var ends = (source: source, destination: destination)
        for (place, transform) in transforms.enumerated() {
            if let tunnel = transform.endpoints {
                for (inner, outer) in [
                    (ends.source, tunnel.source.description), (ends.destination, tunnel.destination.description),
                ] where inner != outer {
                    edges.append(Edge(from: inner, to: outer, style: .dotted, color: "grey"))
                }
                ends = (tunnel.source.description, tunnel.destination.description)
            }
            guard unserved.contains(place) else { continue }
            edges.append(
                Edge(
                    from: ends.source, to: ends.destination, style: .solid, color: Health.missing.color,
                    label: "no SA for\n\(transform.graphText)"))
        }
        return edges
    }

    private static func label(of policy: SecurityPolicy) -> String {
        let selector = policy.identity.selector
        var first = "\(policy.identity.direction.word)"
        if selector.nextLayer != .any { first += " protocol \(selector.nextLayer.rawValue)" }
        if selector.sourcePort != 0 || selector.destinationPort != 0 {
            first += " \(selector.sourcePort),\(selector.destinationPort)"
        }
        guard case .protect(let transforms) = policy.action else {
            return "\(first)\n\(policy.action == .discard ? "discard" : "none")"
        }
        return ([first] + transforms.map(\.graphText)).joined(separator: "\n")
    }

    /// Whatever stands in a string of DOT.
    fileprivate static func quoted(_ text: String) -> String {
        var quoted = "\""
        for character in text.unicodeScalars {
            switch character {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            default: quoted.unicodeScalars.append(character)
            }
        }
        return quoted + "\""
    }
}

/// How things stand with an SA or a policy, the worst last.
private enum Health {
    case good
    case foreign
    case expiring
    case missing

    var color: String {
        switch self {
        case .good: "darkgreen"
        case .foreign: "grey50"
        case .expiring: "orange"
        case .missing: "red"
        }
    }
}

/// A line between two nodes, which are called what they show.
private struct Edge: Hashable {
    enum Style: String {
        case solid
        case dashed
        case dotted
    }

    let from: String
    let to: String
    let style: Style
    let color: String
    var label = ""
    var tooltip = ""

    var text: String {
        var attributes = ["style=\(style.rawValue)", "color=\(color)"]
        if !label.isEmpty { attributes += ["fontcolor=\(color)", "label=\(GraphText.quoted(label))"] }
        if !tooltip.isEmpty { attributes.append("tooltip=\(GraphText.quoted(tooltip))") }
        if style == .dotted { attributes.append("dir=none") }
        let ends = "\(GraphText.quoted(from)) -> \(GraphText.quoted(to))"
        return "\(ends) [\(attributes.joined(separator: ", "))];"
    }
}

extension Transform {
    /// Without its ends, which the graph shows.
    fileprivate var graphText: String {
        var short = self
        short.endpoints = nil
        var text: [UInt8] = []
        short.append(to: &text)
        return String(decoding: text, as: UTF8.self)
    }
}
