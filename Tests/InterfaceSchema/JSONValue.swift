/// A JSON value, with its members in order.
package indirect enum JSONValue: Equatable, Sendable {
    case null
    case bool(Bool)
    case integer(Int)
    case string(String)
    case array([JSONValue])
    case object([Member])

    /// A member of an object.
    package struct Member: Equatable, Sendable {
        package let name: String
        package let value: JSONValue

        package init(name: String, value: JSONValue) {
            self.name = name
            self.value = value
        }
    }

    /// The value of the member `name` of an object.
    package subscript(name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }

    /// The elements of an array; none of anything else.
    package var elements: [JSONValue] {
        if case .array(let elements) = self { elements } else { [] }
    }

    /// The string that it is.
    package var string: String? {
        if case .string(let string) = self { string } else { nil }
    }

    /// The value as a document, two blanks a level.
    package func text(_ indentation: String = "") -> String {
        switch self {
        case .null: "null"
        case .bool(let value): "\(value)"
        case .integer(let value): "\(value)"
        case .string(let value): Self.quoted(value)
        case .array(let elements): Self.list(elements.map { $0.text(indentation + "  ") }, "[", "]", indentation)
        case .object(let members):
            Self.list(
                members.map { "\(Self.quoted($0.name)): \($0.value.text(indentation + "  "))" }, "{", "}", indentation)
        }
    }

    private static func list(_ items: [String], _ begin: String, _ end: String, _ indentation: String) -> String {
        guard !items.isEmpty else { return begin + end }
        return "\(begin)\n\(items.map { "\(indentation)  \($0)" }.joined(separator: ",\n"))\n\(indentation)\(end)"
    }

    private static func quoted(_ text: String) -> String {
        "\"\(text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
    }
}
