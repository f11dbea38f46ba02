/// The type of a JSON value, as Varlink's interface language, Swift's `Codable` and a JSON Schema all describe it.
package indirect enum Shape: Equatable, Sendable {
    case bool
    case int
    case string
    /// The words that a string may be.
    case words([String])
    case array(Shape)
    case optional(Shape)
    case object([String: Shape])
    /// A type named elsewhere in the text.
    case named(String)

    /// The names in it of other types.
    package var names: [String] {
        switch self {
        case .bool, .int, .string, .words: []
        case .array(let element), .optional(let element): element.names
        case .object(let fields): fields.values.flatMap(\.names)
        case .named(let name): [name]
        }
    }

    package enum Failure: Error {
        case unsupported(String)
        case syntax(String)
    }
}
