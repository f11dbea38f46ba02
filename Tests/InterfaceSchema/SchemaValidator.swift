/// Holds values against a JSON Schema, as far as ``InterfaceSchema`` uses its words; stricter than it in that members that
/// it does not name are wrong.
package struct SchemaValidator {
    private let schema: JSONValue

    package init(_ text: String) throws {
        schema = try JSONParser.value(text)
    }

    /// What is wrong with `value` as the definition `name`: `associations.0.spi: no integer`; nothing if it is right.
    package func faults(of value: JSONValue, as name: String) -> [String] {
        guard let definition = schema["$defs"]?[name] else { return ["there is no definition \(name)"] }
        return faults(of: value, definition, at: "")
    }

    private func faults(of value: JSONValue, _ definition: JSONValue, at path: String) -> [String] {
        if let reference = definition["$ref"]?.string {
            let name = String(reference.dropFirst("#/$defs/".count))
            guard let target = schema["$defs"]?[name] else { return ["\(path): \(reference) leads nowhere"] }
            return faults(of: value, target, at: path)
        }
        if let constant = definition["const"] { return value == constant ? [] : ["\(path): not \(constant.text())"] }
        if let words = definition["enum"], !words.elements.contains(value) { return ["\(path): no such word"] }
        switch (definition["type"]?.string, value) {
        case ("boolean", .bool), ("integer", .integer), ("string", .string): return []
        case ("array", .array(let elements)):
            guard let items = definition["items"] else { return ["\(path): items of no type"] }
            return elements.enumerated().flatMap { faults(of: $1, items, at: "\(path).\($0)") }
        case ("object", .object(let members)): return faults(of: members, definition, at: path)
        case (let type, _): return ["\(path): no \(type ?? "type")"]
        }
    }

    private func faults(of members: [JSONValue.Member], _ definition: JSONValue, at path: String) -> [String] {
        let required = definition["required"]?.elements.compactMap(\.string) ?? []
        let missing = Set(required).subtracting(members.map(\.name)).sorted()
        return missing.map { "\(path): no \($0)" }
            + members.flatMap { member in
                definition["properties"]?[member.name].map {
                    faults(of: member.value, $0, at: "\(path).\(member.name)")
                } ?? ["\(path): \(member.name) is not in the schema"]
            }
    }
}
