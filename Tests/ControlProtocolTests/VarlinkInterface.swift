/// An interface, read from its text: as much of Varlink's interface language as ours uses.
struct VarlinkInterface {
    private(set) var name = ""
    private(set) var types: [String: Shape] = [:]
    private(set) var methods: [String: (input: Shape, output: Shape)] = [:]
    private(set) var errors: [String: [String: Shape]] = [:]

    private var tokens: ArraySlice<String>

    init(_ text: String) throws {
        tokens = Self.tokens(text)[...]
        try expect("interface")
        name = try word()
        while let keyword = tokens.popFirst() {
            let member = try word()
            switch keyword {
            case "type":
                types[member] = try shape()
            case "method":
                let input = try shape()
                try expect("->")
                methods[member] = (input, try shape())
            case "error":
                guard case .object(let fields) = try shape() else { throw Shape.Failure.syntax(member) }
                errors[member] = fields
            default:
                throw Shape.Failure.syntax(keyword)
            }
        }
    }

    /// `shape` with the types in place of their names.
    func resolved(_ shape: Shape) throws -> Shape {
        switch shape {
        case .bool, .int, .string, .words: return shape
        case .array(let element): return .array(try resolved(element))
        case .optional(let value): return .optional(try resolved(value))
        case .object(let fields): return .object(try fields.mapValues(resolved))
        case .named(let name):
            guard let type = types[name] else { throw Shape.Failure.syntax("no type \(name)") }
            return try resolved(type)
        }
    }

    private static func tokens(_ text: String) -> [String] {
        let lines = text.split(separator: "\n").map { $0.prefix { $0 != "#" } }
        var result: [String] = []
        for part in lines.flatMap({ $0.split(separator: " ") }) {
            var wordCharacters = ""
            for character in part {
                if "():,?[]".contains(character) {
                    if !wordCharacters.isEmpty { result.append(wordCharacters) }
                    wordCharacters = ""
                    result.append(String(character))
                } else {
                    wordCharacters.append(character)
                }
            }
            if !wordCharacters.isEmpty { result.append(wordCharacters) }
        }
        return result
    }

    private mutating func word() throws -> String {
        guard let token = tokens.popFirst() else { throw Shape.Failure.syntax("the text ends") }
        return token
    }

    private mutating func expect(_ token: String) throws {
        let found = try word()
        guard found == token else { throw Shape.Failure.syntax("\(found) where \(token) belongs") }
    }

    private mutating func shape() throws -> Shape {
        switch try word() {
        case "?": return .optional(try shape())
        case "[":
            try expect("]")
            return .array(try shape())
        case "(": return try members()
        case "bool": return .bool
        case "int": return .int
        case "string": return .string
        case let name where name.first?.isUppercase == true: return .named(name)
        case let other: throw Shape.Failure.syntax(other)
        }
    }

    /// A struct, or an enumeration, whose parenthesis has been read.
    private mutating func members() throws -> Shape {
        var fields: [String: Shape] = [:]
        var words: [String] = []
        while tokens.first != ")" {
            let name = try word()
            if tokens.first == ":" {
                try expect(":")
                guard fields.updateValue(try shape(), forKey: name) == nil else { throw Shape.Failure.syntax(name) }
            } else {
                words.append(name)
            }
            if tokens.first == "," { try expect(",") }
        }
        try expect(")")
        guard words.isEmpty || fields.isEmpty else { throw Shape.Failure.syntax("members with and without types") }
        return words.isEmpty ? .object(fields) : .words(words)
    }
}
