import InterfaceSchema
import Testing

@testable import ControlProtocol

/// docs/setkeyd.schema.json is what the interface says, and what travels is as it says.
@Suite struct SchemaTests {
    private static let schema = {
        let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
        return SchemaFile.text(root.joined(separator: "/") + "/docs/setkeyd.schema.json")
    }()

    @Test func theFileIsMadeFromTheInterface() throws {
        let expected = try InterfaceSchema.text
        #expect(Self.schema == expected, "it is older than the interface: make schema")
    }

    @Test func everyReplyIsAsTheSchemaSays() throws {
        let validator = try SchemaValidator(Self.schema)
        for (method, reply) in Samples.replies {
            let frame = try Samples.bytes { try reply.appendFrame(to: &$0) }.dropLast()
            let parameters = try #require(try JSONParser.value(String(decoding: frame, as: UTF8.self))["parameters"])
            #expect(validator.faults(of: parameters, as: "\(method.rawValue)Reply").isEmpty, "\(method)")
        }
    }

    @Test func everyErrorIsAsTheSchemaSays() throws {
        let validator = try SchemaValidator(Self.schema)
        for error in Samples.errors {
            let value = try JSONParser.value(JSONDocument.line(error))
            #expect(validator.faults(of: value, as: "\(error.wire.name)Error").isEmpty, "\(error)")
        }
    }

    @Test func commentsOfTheInterfaceAreDescriptions() throws {
        let association = try JSONParser.value(Self.schema)["$defs"]?["Association"]
        #expect(association?["description"]?.string == "A security association. Keys are hexadecimal digits.")
        let replay = association?["properties"]?["replay"]
        #expect(replay?["description"]?.string == "Anti-replay window in packets.")
        let required = association?["required"]?.elements.compactMap(\.string) ?? []
        #expect(required.contains("spi") && !required.contains("mark"))
    }

    /// A value with one thing wrong is found wrong.
    @Test(arguments: [
        (#"{"policies":7}"#, ".policies: no array"),
        (#"{"policies":[7]}"#, ".policies.0: no object"),
        (#"{}"#, ": no policies"),
        (#"{"policies":[],"polices":[]}"#, ": polices is not in the schema"),
        (#"{"policies":[],"incomplete":1}"#, ".incomplete: no string"),
        (#"[]"#, ": no object"),
    ]) func whatIsWrongIsFound(text: String, fault: String) throws {
        let validator = try SchemaValidator(Self.schema)
        #expect(validator.faults(of: try JSONParser.value(text), as: "ListPoliciesReply") == [fault])
    }

    @Test func aWordThatTheInterfaceDoesNotKnowIsFound() throws {
        let validator = try SchemaValidator(Self.schema)
        let value = try JSONParser.value(#"{"event":"new","seconds":1,"microseconds":2}"#)
        #expect(validator.faults(of: value, as: "MonitorReply") == [".event: no such word"])
    }

    @Test(arguments: ["", "{", "[1,]", "[1 2]", #"{"a" 1}"#, "\"\u{1}\"", "tru", "1.5", "{} {}", #""\q""#])
    func whatIsNoJSONIsNotRead(text: String) {
        #expect(throws: JSONParser.Failure.self) { try JSONParser.value(text) }
    }
}
