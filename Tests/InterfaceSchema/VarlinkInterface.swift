/// An interface, read from its text: as much of Varlink's interface language as ours uses.
package struct VarlinkInterface: Sendable {
    package private(set) var name = ""
    package private(set) var types: [String: Shape] = [:]
    package private(set) var methods: [String: (input: Shape, output: Shape)] = [:]
    package private(set) var errors: [String: [String: Shape]] = [:]
    /// The comments, by what they stand in front of: `Association`, `Association.mark`, `Execute.output.warnings`.
    package private(set) var remarks: [String: String] = [:]

    private var tokens: ArraySlice<String>
    /// The comment lines that have been passed and belong to what comes next.
    private var passed: [String] = []

    package init(_ text: String) throws {
        tokens = Self.tokens(text)[...]
        try expect("interface")
        takeRemark(for: "interface")
        name = try word()
        while peek() != nil {
            let keyword = try word()
            let member = try word()
            takeRemark(for: member)
            switch keyword {
            case "type":
                types[member] = try shape(member)
            case "method":
                let input = try shape("\(member).input")
                try expect("->")
                methods[member] = (input, try shape("\(member).output"))
            case "error":
                guard case .object(let fields) = try shape(member) else { throw Shape.Failure.syntax(member) }
                errors[member] = fields
            default:
                throw Shape.Failure.syntax(keyword)
            }
        }
    }

    /// `shape` with the types in place of their names.
    package func resolved(_ shape: Shape) throws -> Shape {
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
        var result: [String] = []
        for line in text.split(separator: "\n") {
            let code = line.prefix { $0 != "#" }
            for part in code.split(separator: " ") { result += words(part) }
            if code.endIndex < line.endIndex { result.append(String(line[code.endIndex...])) }
        }
        return result
    }

    private static func words(_ part: Substring) -> [String] {
        var result: [String] = []
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
        return wordCharacters.isEmpty ? result : result + [wordCharacters]
    }

    /// The next token that is no comment; it stays.
    private mutating func peek() -> String? {
        while let token = tokens.first, token.hasPrefix("#") {
            passed.append(String(token.drop { $0 == "#" || $0 == " " }))
            tokens.removeFirst()
        }
        return tokens.first
    }

    /// The comment in front of the word that was read last is about `path`.
    private mutating func takeRemark(for path: String) {
        let remark = passed.filter { !$0.isEmpty }.joined(separator: " ")
        passed = []
        if !remark.isEmpty { remarks[path] = remark }
    }

    private mutating func word() throws -> String {
        guard peek() != nil, let token = tokens.popFirst() else { throw Shape.Failure.syntax("the text ends") }
        return token
    }

    private mutating func expect(_ token: String) throws {
        let found = try word()
        guard found == token else { throw Shape.Failure.syntax("\(found) where \(token) belongs") }
    }

    private mutating func shape(_ path: String) throws -> Shape {
        switch try word() {
        case "?": return .optional(try shape(path))
        case "[":
            try expect("]")
            return .array(try shape(path))
        case "(": return try members(path)
        case "bool": return .bool
        case "int": return .int
        case "string": return .string
        case let name where name.first?.isUppercase == true: return .named(name)
        case let other: throw Shape.Failure.syntax(other)
        }
    }

    /// A struct, or an enumeration, whose parenthesis has been read.
    private mutating func members(_ path: String) throws -> Shape {
        var fields: [String: Shape] = [:]
        var words: [String] = []
        while peek() != ")" {
            let name = try word()
            takeRemark(for: "\(path).\(name)")
            if peek() == ":" {
                try expect(":")
                guard fields.updateValue(try shape("\(path).\(name)"), forKey: name) == nil else {
                    throw Shape.Failure.syntax(name)
                }
            } else {
                words.append(name)
            }
            if peek() == "," { try expect(",") }
        }
        try expect(")")
        guard words.isEmpty || fields.isEmpty else { throw Shape.Failure.syntax("members with and without types") }
        return words.isEmpty ? .object(fields) : .words(words)
    }
}
