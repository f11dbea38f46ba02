/// Records as JSON for people and programs: members sorted by name, indented, a newline at the end.
package enum JSONDocument {
    /// `value`, made of what travels (``JSONEncoding``), as a document.
    package static func text(_ value: some Encodable) -> String {
        var json: [UInt8] = []
        // Records have numbers and strings, which can always be encoded, and what was encoded can be read.
        guard (try? json.append(json: value)) != nil, let nodes = try? JSONScanner.nodes(of: json.span) else {
            return ""
        }
        return String(decoding: shown(Array(text(nodes, at: 0, indentation: "").utf8)), as: UTF8.self) + "\n"
    }

    /// What is said about a text, as the error ``ControlError/invalidText(_:)`` has it.
    package static func text(diagnostics: [DiagnosticRecord]) -> String {
        text(ControlError.invalidText(diagnostics).wire.fields)
    }

    /// An error that a call was answered with, as it travels: a line of its own, members in their order.
    package static func line(_ error: ControlError) -> String {
        let (name, fields) = error.wire
        return line(ErrorEnvelope(error: "\(controlInterfaceName).\(name)", parameters: fields))
    }

    /// `value` in one line, members in the order in which they travel, a newline at the end.
    package static func line(_ value: some Encodable) -> String {
        var json: [UInt8] = []
        try? json.append(json: value)
        return String(decoding: shown(json), as: UTF8.self) + "\n"
    }

    private static func text(_ nodes: JSONNodes, at index: Int, indentation: String) -> String {
        switch nodes[index].kind {
        case .null: return "null"
        case .true: return "true"
        case .false: return "false"
        case .number: return nodes.string(at: index)
        case .string: return quoted(nodes.bytes(at: index))
        case .array:
            let elements = nodes.children(of: index).map { text(nodes, at: $0, indentation: indentation + "  ") }
            return list(elements, between: ("[", "]"), indentation)
        case .object:
            let members = nodes.children(of: index).map { (name: nodes.bytes(at: $0 - 1), value: $0) }
            let lines = members.sorted { $0.name.lexicographicallyPrecedes($1.name) }.map { name, value in
                "\(quoted(name)) : \(text(nodes, at: value, indentation: indentation + "  "))"
            }
            return list(lines, between: ("{", "}"), indentation)
        }
    }

    /// One item a line; an empty line where there is none.
    private static func list(_ items: [String], between brackets: (String, String), _ indentation: String) -> String {
        let lines = items.map { "\(indentation)  \($0)" }.joined(separator: ",\n")
        return "\(brackets.0)\n\(lines)\n\(indentation)\(brackets.1)"
    }

    private static func quoted(_ text: ArraySlice<UInt8>) -> String {
        var json: [UInt8] = []
        json.append(escapedForJSON: text.span)
        return "\"\(String(decoding: json, as: UTF8.self))\""
    }
}
