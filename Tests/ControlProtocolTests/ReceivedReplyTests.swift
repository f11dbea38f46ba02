import Testing

@testable import ControlProtocol

/// Replies that are passed on as they came.
@Suite struct ReceivedReplyTests {
    private func received(_ text: String) throws -> ReceivedReply? { try ReceivedReply(frame: Array(text.utf8)) }

    private func text(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test func whatWasSentIsPassedOnByteForByte() throws {
        for (_, reply) in Samples.replies {
            for continues in [true, false] {
                let frame = try Samples.bytes { try reply.appendFrame(continues: continues, to: &$0) }.dropLast()
                let received = try #require(try ReceivedReply(frame: Array(frame)))
                #expect(received.continues == continues)
                let envelope =
                    #"{"parameters":"# + text(received.parameters) + (continues ? #","continues":true}"# : "}")
                #expect(envelope == text(frame))
            }
        }
    }

    @Test func listIsTakenApart() throws {
        let reply = try #require(
            try received(
                #" { "continues" : true , "parameters" : { "list" : [ {"a":"]}\"\\"} , 7,"x, y" ,[[1]],null ] , "new":{"b":[1]},"n":-3,"s":"\u00fc\n" } } "#
            ))
        #expect(reply.continues)
        let elements = [#"{"a":"]}\"\\"}"#, "7", #""x, y""#, "[[1]]", "null"]
        #expect(reply.elements(of: "list").map(text) == elements)
        #expect(
            reply.members(without: "list").map(text) == [#""new":{"b":[1]}"#, #""n":-3"#, #""s":"\u00fc\n""#])
        #expect(reply.integer("n") == -3 && reply.string("s") == "ü\n")
        #expect(reply.string("n") == nil && reply.integer("s") == nil && reply.string("none") == nil)
        #expect(reply.elements(of: "new").map(text).isEmpty == false && reply.elements(of: "none").isEmpty)
    }

    @Test func errorIsNoReply() throws {
        #expect(try received(#"{"error":"org.setkeyd.Busy","parameters":{"reason":"r"}}"#) == nil)
        #expect(try received(#"{"parameters":{},"error":"x"}"#) == nil)
    }

    @Test(arguments: [
        "", "{", "}", "{}", "[]", "]", #"{"parameters":[]}"#, #"{"parameters":"#, #"{"parameters":{}"#, "\"parameters",
        #"{"parameters":{"a":"\"#, "7", "{\"parameters\":7}",
    ]) func whatIsNoReplyIsAnError(text: String) {
        #expect(throws: FrameError.self) { try received(text) }
    }

    @Test func everyTruncationIsAnError() throws {
        for (_, reply) in Samples.replies {
            let bytes = try Samples.bytes { try reply.appendFrame(to: &$0) }.dropLast()
            for length in 0..<bytes.count {
                #expect(throws: FrameError.self) { try ReceivedReply(frame: Array(bytes.prefix(length))) }
            }
        }
    }
}
