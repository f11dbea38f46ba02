import FoundationEssentials
import Testing

@testable import ControlProtocol

@Suite struct JSONCodingTests {
    @Test func whatIsEncodedIsWhatAnotherDecoderReads() throws {
        func check<Value: Codable & Equatable>(_ value: Value) throws {
            var json: [UInt8] = []
            try json.append(json: value)
            #expect(try JSONDecoder().decode(Value.self, from: Data(json)) == value)
            let tree = try JSONDecoder().decode(JSONTree.self, from: Data(json))
            let theirs = try JSONEncoder().encode(tree)
            #expect(try Value(from: JSONDecoding(JSONScanner.nodes(of: Array(theirs).span))) == value)
        }
        try check(Samples.execute)
        try check(Samples.executeReply)
        try check(Samples.monitorReply)
        for association in [Samples.association, Samples.plainAssociation, Samples.richAssociation] {
            try check(AssociationsReply(associations: [association, association], time: 1_800_000_000))
        }
        try check(PlanReply(steps: [Samples.planStep], warnings: []))
        try check(PoliciesReply(policies: [Samples.policy, Samples.policy]))
        try check(Samples.status)
        try check(["": [1, -1, .min, .max], "\u{1}": []])
    }

    /// So that a member which the record's writer forgets is missing above.
    @Test func theRichestSampleHasEveryMember() {
        for member in Mirror(reflecting: Samples.richAssociation).children {
            #expect("\(member.value)" != "nil", "\(member.label ?? "")")
        }
    }

    @Test func membersAreInTheOrderOfTheType() throws {
        var json: [UInt8] = [UInt8(ascii: ">")]
        try json.append(json: [RenderReply(text: "a\n"), RenderReply(text: "")])
        #expect(String(decoding: json, as: UTF8.self) == #">[{"text":"a\n"},{"text":""}]"#)
        json = []
        try json.append(json: NoParameters())
        #expect(String(decoding: json, as: UTF8.self) == "{}")
    }

    @Test func whatDoesNotTravelIsAnErrorAndLeavesNothing() {
        struct Fraction: Encodable {
            var before = 1
            var value = 1.5
        }
        var json: [UInt8] = [1]
        #expect(throws: EncodingError.self) { try json.append(json: Fraction()) }
        #expect(json == [1])
    }

    @Test func nestedContainersEndWhereTheOuterOneGoesOn() throws {
        struct Outer: Encodable {
            func encode(to encoder: any Encoder) throws {
                var outer = encoder.container(keyedBy: JSONKey.self)
                var inner = outer.nestedContainer(keyedBy: JSONKey.self, forKey: JSONKey(stringValue: "a"))
                try inner.encode(1, forKey: JSONKey(stringValue: "b"))
                var list = outer.nestedUnkeyedContainer(forKey: JSONKey(stringValue: "c"))
                try list.encode(2)
                try list.encodeNil()
                try outer.encode(true, forKey: JSONKey(stringValue: "d"))
            }
        }
        var json: [UInt8] = []
        try json.append(json: Outer())
        #expect(String(decoding: json, as: UTF8.self) == #"{"a":{"b":1},"c":[2,null],"d":true}"#)
    }

    @Test(arguments: [
        ("9223372036854775807", Int.max), ("-9223372036854775808", .min), ("0", 0), ("-0", 0), ("1e3", 1000),
        ("60.0", 60), ("9223372036854775808", nil), ("-9223372036854775809", nil), ("1.5", nil), ("1e400", nil),
        ("9007199254740993.0", nil), ("\"1\"", nil), ("true", nil), ("99999999999999999999999", nil),
    ])
    func wholeNumbersAreReadExactlyOrNotAtAll(text: String, number: Int?) throws {
        let decoding = JSONDecoding(try JSONScanner.nodes(of: Array(text.utf8).span))
        #expect((try? Int(from: decoding)) == number)
    }

    @Test func aDocumentIsSortedAndIndentedAsItHasBeen() throws {
        func check(_ value: some Encodable) throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            let theirs = String(decoding: try encoder.encode(value), as: UTF8.self) + "\n"
            #expect(JSONDocument.text(value) == theirs)
        }
        try check(Samples.status)
        try check(PlanReply(steps: [Samples.planStep, Samples.planStep]))
        try check(PlanReply(steps: []))
        try check(["a/b": ["\u{0}\u{8}\u{c}\u{1f}é\"\\", ""], "A": [], "a": []])
        try check([String: Int]())
    }

    /// What another machine sends is seen as it is, and not as it would like to be seen.
    @Test(arguments: [
        ("\u{7f}", #"\u007f"#), ("\u{9b}2J", #"\u009b2J"#), ("a\u{202e}b", #"a\u202eb"#), ("\u{2028}", #"\u2028"#),
        ("\u{2066}\u{feff}", #"\u2066\ufeff"#), ("\u{e0041}", #"\udb40\udc41"#), ("é€𝄞", "é€𝄞"), ("\n", #"\n"#),
    ])
    func aDocumentHasNoCharacterThatIsNotSeen(text: String, escaped: String) throws {
        #expect(JSONDocument.text([text: text]) == "{\n  \"\(escaped)\" : \"\(escaped)\"\n}\n")
        let line = JSONDocument.line([text])
        #expect(line == "[\"\(escaped)\"]\n")
        #expect(try JSONDecoder().decode([String].self, from: Data(line.utf8)) == [text])
    }
}

/// Any JSON that travels, for another coder to write it in its own way.
private enum JSONTree: Codable {
    case object([String: JSONTree])
    case array([JSONTree])
    case string(String)
    case number(Int)
    case bool(Bool)

    init(from decoder: any Decoder) throws {
        if let members = try? decoder.container(keyedBy: JSONKey.self) {
            self = .object(
                try Dictionary(
                    uniqueKeysWithValues: members.allKeys.map {
                        ($0.stringValue, try members.decode(JSONTree.self, forKey: $0))
                    }))
            return
        }
        let value = try decoder.singleValueContainer()
        if let bool = try? value.decode(Bool.self) {
            self = .bool(bool)
        } else if let number = try? value.decode(Int.self) {
            self = .number(number)
        } else if let string = try? value.decode(String.self) {
            self = .string(string)
        } else {
            self = .array(try value.decode([JSONTree].self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        switch self {
        case .object(let members): try members.encode(to: encoder)
        case .array(let elements): try elements.encode(to: encoder)
        case .string(let string): try string.encode(to: encoder)
        case .number(let number): try number.encode(to: encoder)
        case .bool(let bool): try bool.encode(to: encoder)
        }
    }
}
