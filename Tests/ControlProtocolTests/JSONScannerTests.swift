import FoundationEssentials
import TestSupport
import Testing

@testable import ControlProtocol

@Suite struct JSONScannerTests {
    @Test(arguments: [
        "", " ", "{", "}", "[", "]", "[1", "[1,", "[,1]", "[1,]", "[1 2]", "{]", "[}", "{\"a\"}", "{\"a\":}",
        "{\"a\":1,}",
        "{,}", "{\"a\" 1}", "{a:1}", "{1:1}", "{\"a\":1 \"b\":2}", "nul", "nulll", "True", "tru", "+1", "01", "-", "1.",
        ".5", "1e", "1e+", "-01", "0x1", "1_0", "NaN", "Infinity", "'a'", "\u{feff}1", "\u{a0}1", "/**/1", "1//", "1 2",
        "{}{}", "[]]", "\"a\"\"b\"", "\u{b}1",
    ])
    func whatIsNotJSONIsAnError(text: String) {
        #expect(throws: JSONError.self) { try nodes(text) }
    }

    @Test(arguments: [
        "0", "-0", "1", "-1.5e+3", "1E2", " \t\r\n[ ] ", "{}", "[[],{},\"\"]", "{\"\":{\"a\":[null,true,false]}}",
        "\"\"",
    ])
    func whatIsJSONIsRead(text: String) throws {
        let tree = try Tree(from: JSONDecoding(try nodes(text)))
        #expect(tree == (try JSONDecoder().decode(Tree.self, from: Data(text.utf8))))
    }

    @Test(arguments: [
        ("{\"a\":1,\"a\":1}", JSONError(reason: .repeatedName, offset: 10)),
        ("{\"\":1,\"b\":{\"\":1},\"\":2}", JSONError(reason: .repeatedName, offset: 19)),
        ("{\"a\":1,\"\\u0061\":1}", JSONError(reason: .repeatedName, offset: 15)),
        ("[1,x]", JSONError(reason: .notJSON, offset: 3)), ("{} x", JSONError(reason: .trailingBytes, offset: 3)),
        ("[\"\\q\"]", JSONError(reason: .unknownEscape, offset: 3)),
    ])
    func theErrorSaysWhatAndWhere(text: String, error: JSONError) {
        #expect(throws: error) { try nodes(text) }
    }

    @Test func stringsAreUTF8EachByItself() {
        // The two halves of a character, in two strings.
        let bytes = Array("[\"".utf8) + [0xc3] + Array("\",\"".utf8) + [0xa9] + Array("\"]".utf8)
        #expect(throws: JSONError(reason: .notUTF8, offset: 2)) { try JSONScanner.nodes(of: bytes.span) }
    }

    @Test func depthMembersAndValuesAreBounded() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        _ = try nodes(nested(JSONScanner.maximumDepth))
        #expect(throws: JSONError(reason: .tooDeep(limit: 32), offset: 32)) { try nodes(nested(33)) }

        func object(_ count: Int) -> String { "{" + (0..<count).map { "\"\($0)\":0" }.joined(separator: ",") + "}" }
        _ = try nodes(object(JSONScanner.maximumMembers))
        #expect(throws: JSONError.self) { try nodes(object(JSONScanner.maximumMembers + 1)) }

        _ = try JSONScanner.nodes(of: Array("[1,2]".utf8).span, maximumNodes: 3)
        #expect(throws: JSONError(reason: .tooManyValues(limit: 2), offset: 4)) {
            try JSONScanner.nodes(of: Array("[1,2]".utf8).span, maximumNodes: 2)
        }
    }

    /// The other decoder lets a few things pass that are not JSON, such as `[1,]`: damaged texts need not be read here.
    @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
    func randomTextsAreReadAsAnotherDecoderReadsThem(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        var outcomes = (values: 0, errors: 0)
        for _ in 0..<1500 {
            let isDamaged = Int.random(in: 0..<4, using: &random) == 0
            let text = Self.randomText(isDamaged: isDamaged, using: &random)
            do {
                let ours = try Tree(from: JSONDecoding(try nodes(text)))
                #expect(ours == (try JSONDecoder().decode(Tree.self, from: Data(text.utf8))), "seed \(seed): \(text)")
                outcomes.values += 1
            } catch let error as JSONError {
                #expect(isDamaged || error.reason == .repeatedName, "seed \(seed): \(text): \(error)")
                outcomes.errors += 1
            }
        }
        // Both must happen, or the texts are not what they should be.
        #expect(outcomes.values > 100 && outcomes.errors > 100, "\(outcomes)")
    }

    @Test func thePathNamesTheValue() throws {
        let nodes = try nodes(#"{"a":[0,{"b":1,"c":[2,3]}],"d":4}"#)
        let values = nodes.children(of: 0).flatMap { [$0] + nodes.children(of: $0) }
        #expect(
            values.map { nodes.path(to: $0).map(\.stringValue).joined(separator: ".") } == ["a", "a.0", "a.1", "d"])
        let last = try #require(nodes.member("c", of: values[2]).map { nodes.children(of: $0) }?.last)
        #expect(nodes.path(to: last).map(\.stringValue) == ["a", "1", "c", "1"])
    }

    private func nodes(_ text: String) throws(JSONError) -> JSONNodes {
        try JSONScanner.nodes(of: Array(text.utf8).span)
    }

    /// A text of random values, with one character replaced if it is to be damaged.
    private static func randomText(isDamaged: Bool, using random: inout SplitMix) -> String {
        let scalars = ["0", "-12", "1.5", "true", "false", "null", "\"\"", "\"a\\n\"", "\"é\"", "\"\\u00e9\""]
        func value(_ depth: Int) -> String {
            switch Int.random(in: 0..<(depth < 4 ? 8 : 5), using: &random) {
            case 5, 6:
                let elements = (0..<Int.random(in: 0...3, using: &random)).map { _ in value(depth + 1) }
                return "[" + elements.joined(separator: Bool.random(using: &random) ? ", " : ",") + "]"
            case 7:
                let names = ["a", "b", "cd", "\\u0061b", ""]
                let members = (0..<Int.random(in: 0...3, using: &random)).map { _ in
                    "\"\(names.randomElement(using: &random) ?? "")\" :\(value(depth + 1))"
                }
                return "{" + members.joined(separator: ",") + "}"
            default: return scalars.randomElement(using: &random) ?? ""
            }
        }
        var text = value(0)
        if isDamaged, let index = text.indices.randomElement(using: &random) {
            let signs = ["", "{", "]", "\"", ",", ":", " ", "\\"]
            text.replaceSubrange(index...index, with: signs.randomElement(using: &random) ?? "")
        }
        return text
    }
}

/// Any JSON that travels, decoded by trying.
private enum Tree: Decodable, Equatable {
    case null
    case bool(Bool)
    case integer(Int)
    case otherNumber
    case string(String)
    case array([Tree])
    case object([String: Tree])

    init(from decoder: any Decoder) throws {
        if let container = try? decoder.container(keyedBy: JSONKey.self) {
            var members: [String: Tree] = [:]
            for key in container.allKeys {
                let isNull = try container.decodeNil(forKey: key)
                members[key.stringValue] = isNull ? .null : try container.decode(Tree.self, forKey: key)
            }
            self = .object(members)
        } else if var container = try? decoder.unkeyedContainer() {
            var elements: [Tree] = []
            while !container.isAtEnd {
                elements.append(try container.decodeNil() ? .null : try container.decode(Tree.self))
            }
            self = .array(elements)
        } else {
            let container = try decoder.singleValueContainer()
            if container.decodeNil() {
                self = .null
            } else if let value = try? container.decode(Bool.self) {
                self = .bool(value)
            } else if let value = try? container.decode(Int.self) {
                self = .integer(value)
            } else if let value = try? container.decode(String.self) {
                self = .string(value)
            } else {
                self = .otherNumber
            }
        }
    }
}
