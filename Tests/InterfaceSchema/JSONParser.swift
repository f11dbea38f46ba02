/// Reads JSON texts (RFC 8259) whose numbers are whole, independently of what the product reads and writes them with.
package struct JSONParser {
    package struct Failure: Error, Equatable {
        /// In bytes.
        package let offset: Int
    }

    private let bytes: [UInt8]
    private var index = 0

    /// The one value that `text` is.
    package static func value(_ text: String) throws -> JSONValue {
        let values = try values(text)
        guard values.count == 1 else { throw Failure(offset: text.utf8.count) }
        return values[0]
    }

    /// The values that `text` has one after the other.
    package static func values(_ text: String) throws -> [JSONValue] {
        var parser = JSONParser(bytes: Array(text.utf8))
        var values: [JSONValue] = []
        while parser.peek() != nil { values.append(try parser.value()) }
        return values
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The next byte that is no blank; it stays.
    private mutating func peek() -> UInt8? {
        while index < bytes.count, [0x20, 0x09, 0x0a, 0x0d].contains(bytes[index]) { index += 1 }
        return index < bytes.count ? bytes[index] : nil
    }

    private mutating func take(_ text: String) throws {
        guard peek() != nil, bytes[index...].starts(with: text.utf8) else { throw Failure(offset: index) }
        index += text.utf8.count
    }

    private mutating func value() throws -> JSONValue {
        switch peek() {
        case UInt8(ascii: "{"):
            return .object(
                try list("{", "}") { parser in
                    let name = try parser.string()
                    try parser.take(":")
                    return JSONValue.Member(name: name, value: try parser.value())
                })
        case UInt8(ascii: "["): return .array(try list("[", "]") { try $0.value() })
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): try take("true")
        case UInt8(ascii: "f"):
            try take("false")
            return .bool(false)
        case UInt8(ascii: "n"):
            try take("null")
            return .null
        default: return .integer(try integer())
        }
        return .bool(true)
    }

    private mutating func list<Element>(
        _ begin: String, _ end: String, _ element: (inout JSONParser) throws -> Element
    ) throws -> [Element] {
        try take(begin)
        var elements: [Element] = []
        while let byte = peek(), byte != end.utf8.first {
            if !elements.isEmpty { try take(",") }
            elements.append(try element(&self))
        }
        try take(end)
        return elements
    }

    private mutating func integer() throws -> Int {
        let start = index
        let digits = bytes[index...].prefix { $0 == UInt8(ascii: "-") || 48...57 ~= $0 }
        guard let value = Int(String(decoding: digits, as: UTF8.self)) else { throw Failure(offset: start) }
        index += digits.count
        return value
    }

    private mutating func string() throws -> String {
        try take("\"")
        var text: [UInt8] = []
        while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
            guard bytes[index] >= 0x20 else { throw Failure(offset: index) }
            if bytes[index] == UInt8(ascii: "\\") { text += try escape() } else { text.append(bytes[index]) }
            index += 1
        }
        try take("\"")
        guard let string = String(validating: text, as: UTF8.self) else { throw Failure(offset: index) }
        return string
    }

    /// What an escape stands for; the index is at its last byte then. Of those by number the ones that are written.
    private mutating func escape() throws -> [UInt8] {
        let escapes: [Character: UInt8] = [
            "\"": 0x22, "\\": 0x5c, "/": 0x2f, "b": 8, "f": 12, "n": 10, "r": 13, "t": 9,
        ]
        index += 1
        guard index < bytes.count else { throw Failure(offset: index) }
        if let meaning = escapes[Character(Unicode.Scalar(bytes[index]))] { return [meaning] }
        let digits = bytes[index...].dropFirst().prefix(4)
        guard bytes[index] == UInt8(ascii: "u"), digits.count == 4,
            let number = UInt32(String(decoding: digits, as: UTF8.self), radix: 16), let scalar = Unicode.Scalar(number)
        else { throw Failure(offset: index) }
        index += 4
        return Array(String(Character(scalar)).utf8)
    }
}
