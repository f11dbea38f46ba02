import Testing

@testable import ControlProtocol

@Suite struct CallWireTests {
    @Test(arguments: Samples.calls)
    func everyCallSurvivesTheWire(call: Call) throws {
        for (more, oneway) in [(true, false), (call.method.needsMore, !call.method.needsMore)] {
            let bytes = try Samples.bytes { try call.appendFrame(more: more, oneway: oneway, to: &$0) }
            #expect(bytes.last == 0 && bytes.filter { $0 == 0 }.count == 1)
            let expected = IncomingCall(call: call, more: more, oneway: oneway)
            #expect(try IncomingFrame(frame: bytes.dropLast()) == .call(expected))
        }
    }

    @Test func everyMethodHasASample() {
        #expect(Set(Samples.calls.map(\.method)) == Set(Method.allCases))
        #expect(Set(Samples.replies.map(\.method)) == Set(Method.allCases))
    }

    @Test(arguments: Samples.calls)
    func everyTruncationIsAnErrorAndNoTrap(call: Call) throws {
        let bytes = try Samples.bytes { try call.appendFrame(more: true, to: &$0) }.dropLast()
        for length in 0..<bytes.count {
            #expect(throws: CallError.self) { try IncomingFrame(frame: Array(bytes.prefix(length))) }
        }
    }

    @Test func parametersMayBeLeftOutWhereNoneIsNeeded() throws {
        let expected = IncomingFrame.call(IncomingCall(call: .listAssociations(ListAssociationsParameters())))
        #expect(try decoded(#"{"method":"org.setkeyd.ListAssociations"}"#) == expected)
        #expect(try decoded(#"{"method":"org.setkeyd.ListAssociations","parameters":null}"#) == expected)
        #expect(try decoded(#"{"parameters":{"new":[{}]},"method":"org.setkeyd.ListAssociations"}"#) == expected)
    }

    @Test func theOrderOfMembersAndTheSpacesDoNotMatter() throws {
        var parameters = ExecuteParameters(text: "flush;\n")
        parameters.atomic = true
        let expected = IncomingFrame.call(IncomingCall(call: .execute(parameters), more: true))
        let texts = [
            #"{"method":"org.setkeyd.Execute","parameters":{"text":"flush;\n","atomic":true},"more":true}"#,
            #" { "more" : true , "parameters" : { "atomic" : true , "text" : "flush;\n" } , "method" : "org.setkeyd.Execute" } "#,
            #"{"par\u0061meters":{"t\u0065xt":"flush;\u000a","atomic":true},"more":true,"method":"org.setkeyd.Execute"}"#,
            #"{"x":{"text":"other"},"more":true,"parameters":{"x":{"text":"o"},"text":"flush;\n","atomic":true},"method":"org.setkeyd.Execute"}"#,
        ]
        for text in texts { #expect(try decoded(text) == expected, "\(text)") }
    }

    @Test(
        arguments: [
            (#"{"method":"org.setkeyd.Render"}"#, ServiceError.invalidParameter("database")),
            // 15 bytes, an odd number of digits, what is no digit, and 65 bytes.
            (digest(String(repeating: "0", count: 30)), .invalidParameter("keyDigest")),
            (digest(String(repeating: "0", count: 33)), .invalidParameter("keyDigest")),
            (digest(String(repeating: "g", count: 32)), .invalidParameter("keyDigest")),
            (digest(String(repeating: "0", count: 130)), .invalidParameter("keyDigest")),
            (#"{"method":"org.setkeyd.Render","parameters":{}}"#, .invalidParameter("database")),
            (#"{"method":"org.setkeyd.Render","parameters":{"database":"sad"}}"#, .invalidParameter("database")),
            (#"{"method":"org.setkeyd.Render","parameters":{"database":1}}"#, .invalidParameter("database")),
            (#"{"method":"org.setkeyd.Flush","parameters":{"database":null}}"#, .invalidParameter("database")),
            (
                #"{"method":"org.setkeyd.Explain","parameters":{"source":"10.0.0.1/8","destination":"10.0.0.2"}}"#,
                .invalidParameter("source")
            ),
            (
                #"{"method":"org.setkeyd.Explain","parameters":{"source":"10.0.0.1","destination":"::1"}}"#,
                .invalidParameter("destination")
            ),
            (
                #"{"method":"org.setkeyd.Explain","parameters":{"source":"::","destination":"::","nextLayer":255}}"#,
                .invalidParameter("nextLayer")
            ),
            (
                #"{"method":"org.setkeyd.Explain","parameters":{"source":"::","destination":"::","sourcePort":65536}}"#,
                .invalidParameter("sourcePort")
            ),
            (
                #"{"method":"org.setkeyd.Explain","parameters":{"source":"::","destination":"::","mark":-1}}"#,
                .invalidParameter("mark")
            ),
            (
                #"{"method":"org.setkeyd.Explain","parameters":{"source":"::","destination":"::","device":"a b"}}"#,
                .invalidParameter("device")
            ),
            (
                #"{"method":"org.setkeyd.Explain","parameters":{"source":"::","destination":"::","direction":"in(socket)"}}"#,
                .invalidParameter("direction")
            ),
            (#"{"method":"org.setkeyd.Flush","parameters":[]}"#, .invalidParameter("parameters")),
            (#"{"method":"org.setkeyd.Execute","parameters":{"text":5}}"#, .invalidParameter("text")),
            (#"{"method":"org.setkeyd.Execute","parameters":{"text":"","atomic":"yes"}}"#, .invalidParameter("atomic")),
            (#"{"method":"org.setkeyd.Monitor"}"#, .expectedMore),
            (#"{"method":"org.setkeyd.Nothing"}"#, .methodNotFound("org.setkeyd.Nothing")),
            (#"{"method":"org.varlink.service.Nothing"}"#, .methodNotFound("org.varlink.service.Nothing")),
            (#"{"method":"org.varlink.service.GetInterfaceDescription"}"#, .invalidParameter("interface")),
            (#"{"method":"org.other.Status"}"#, .interfaceNotFound("org.other")),
            (#"{"method":"org.setkeyd.a.Status"}"#, .interfaceNotFound("org.setkeyd.a")),
            (#"{"method":"Status"}"#, .methodNotFound("Status")),
            (#"{"method":""}"#, .methodNotFound("")),
            (#"{"method":"org.setkeyd.Status","upgrade":true}"#, .invalidParameter("upgrade")),
            (#"{"method":"org.setkeyd.Status","more":true,"oneway":true}"#, .invalidParameter("more")),
        ] as [(String, ServiceError)])
    func whatCannotBeCalledIsRefusedByName(text: String, error: ServiceError) {
        let oneway = text.contains("oneway")
        #expect(throws: CallError.refused(error, oneway: oneway)) { try decoded(text) }
    }

    @Test(arguments: [
        "", " ", "{", "[]", "[{}]", "null", "5", "\"x\"", "{}", "}", "]]]]", "\u{feff}", "hello", "GET / HTTP/1.1\r\n",
        #"{"method":5}"#, #"{"method":null}"#, #"{"method":"org.setkeyd.Status","more":1}"#,
        #"{"method":"org.setkeyd.Status"} x"#, #"{"method":"org.setkeyd.Status"}{}"#,
        #"{"method":"org.setkeyd.Execute","parameters":{"text":"a"#,
        #"{"method":"org.setkeyd.Execute","parameters":{"text":"\q"}}"#,
        #"{"method":"org.setkeyd.Execute","parameters":{"text":"\ud800"}}"#,
        #"{"method":"org.setkeyd.Execute","parameters":{"text":"a","text":"b"}}"#,
        #"{"method":"org.setkeyd.Execute","parameters":{"text":"a"b}}"#,
    ])
    func whatIsNoCallIsMalformed(text: String) {
        #expect {
            try decoded(text)
        } throws: { error in
            guard case .malformed? = error as? CallError else { return false }
            return true
        }
    }

    @Test func bytesThatAreNotUTF8AreMalformed() {
        let head = Array(#"{"method":"org.setkeyd.Execute","parameters":{"text":""#.utf8)
        let tail = Array(#""}}"#.utf8)
        for bad: [UInt8] in [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0x80]] {
            #expect(throws: CallError.self) { try IncomingFrame(frame: head + bad + tail) }
            #expect(throws: CallError.self) { try IncomingFrame(frame: bad + tail) }
        }
    }

    @Test(arguments: ["[", "{\"a\":", "[{\"parameters\":"])
    func nestingIsRefusedBeforeAnybodyRecurses(opening: String) {
        let text = String(repeating: opening, count: 500_000 / opening.utf8.count)
        #expect(throws: CallError.malformed(.tooDeep(limit: JSONScanner.maximumDepth))) { try decoded(text) }
    }

    @Test func nestingBelowTheLimitIsNobodysConcern() throws {
        let deep = String(repeating: "[", count: 30) + String(repeating: "]", count: 30)
        #expect(try decoded(#"{"method":"org.setkeyd.Status","x":"# + deep + "}") == .call(IncomingCall(call: .status)))
        let text = String(repeating: "[", count: 1000)
        let call = try decoded(#"{"method":"org.setkeyd.Execute","parameters":{"text":""# + text + "\"}}")
        #expect(call == .call(IncomingCall(call: .execute(ExecuteParameters(text: WireText(text))))))
    }

    @Test(arguments: ["1", "\u{301}\u{327}", "\u{1f1e9}", "\\u0301"])
    func whatIsLongBesideTheTextIsRefusedBeforeItIsDecoded(piece: String) throws {
        let long = String(repeating: piece, count: IncomingFrame.residueLimit / piece.utf8.count)
        let refusal = CallError.malformed(.malformed(reason: "more than 1024 bytes beside the text"))
        for text in [
            #"{"method":"\#(long)"}"#, #"{"\#(long)":0,"method":"org.setkeyd.Status"}"#,
            #"{"method":"org.setkeyd.Plan","parameters":{"text":"flush;","x":"\#(long)"}}"#,
        ] {
            #expect(throws: refusal) { try decoded(text) }
        }
        // The text itself may be as long as the frame.
        _ = try decoded(#"{"method":"org.setkeyd.Execute","parameters":{"text":"\#(long)\#(long)"}}"#)
    }

    @Test func textThatIsNotUTF8IsSentWithReplacementCharacters() throws {
        let call = Call.execute(ExecuteParameters(text: WireText([0x61, 0xff, 0x62])))
        let bytes = try Samples.bytes { try call.appendFrame(to: &$0) }
        let expected = Call.execute(ExecuteParameters(text: "a\u{fffd}b"))
        #expect(try IncomingFrame(frame: bytes.dropLast()) == .call(IncomingCall(call: expected)))
    }

    private func decoded(_ text: String) throws -> IncomingFrame {
        try IncomingFrame(frame: Array(text.utf8))
    }
}

/// A call that asks for digests of keys by these digits.
private func digest(_ digits: String) -> String {
    #"{"method":"org.setkeyd.ListAssociations","parameters":{"keyDigest":"\#(digits)"},"more":true}"#
}
