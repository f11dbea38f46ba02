import FoundationEssentials
import Testing

@testable import ControlProtocol

@Suite struct JSONCodingTests {
    @Test func whatIsEncodedIsWhatAnotherDecoderReads() throws {
        func check<Value: Codable & Equatable>(_ value: Value) throws {
            var json: [UInt8] = []
            try json.append(json: value)
            #expect(try JSONDecoder().decode(Value.self, from: Data(json)) == value)
            let theirs = try JSONEncoder().encode(value)
            #expect(try Value(from: JSONDecoding(JSONScanner.nodes(of: Array(theirs).span))) == value)
        }
        try check(Samples.execute)
        try check(Samples.executeReply)
        try check(Samples.monitorReply)
        try check(PlanReply(steps: [Samples.planStep], warnings: []))
        try check(PoliciesReply(policies: [Samples.policy, Samples.policy]))
        try check(Samples.status)
        try check(["": [1, -1, .min, .max], "\u{1}": []])
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
        try check(["a/b": ["\u{0}\u{8}\u{c}\u{1f}\u{7f}é\"\\", ""], "A": [], "a": []])
        try check([String: Int]())
    }
}
