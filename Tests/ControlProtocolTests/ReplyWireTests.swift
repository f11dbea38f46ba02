import Testing

@testable import ControlProtocol

@Suite struct ReplyWireTests {
    @Test func everyReplySurvivesTheWire() throws {
        for (method, reply) in Samples.replies {
            for continues in [false, true] {
                let bytes = try Samples.bytes { try reply.appendFrame(continues: continues, to: &$0) }
                #expect(bytes.last == 0 && bytes.filter { $0 == 0 }.count == 1)
                let decoded = try IncomingReply(frame: bytes.dropLast(), to: method)
                #expect(decoded == .reply(reply, continues: continues))
            }
        }
    }

    @Test(arguments: Samples.errors)
    func everyErrorSurvivesTheWire(error: ControlError) throws {
        let bytes = try Samples.bytes { try error.appendFrame(to: &$0) }
        #expect(try IncomingReply(frame: bytes.dropLast(), to: .execute) == .controlError(error))
    }

    @Test(arguments: Samples.serviceErrors)
    func everyErrorOfTheServiceInterfaceSurvivesTheWire(error: ServiceError) throws {
        let bytes = try Samples.bytes { try error.appendFrame(to: &$0) }
        #expect(try IncomingReply(frame: bytes.dropLast(), to: .status) == .serviceError(error))
    }

    @Test func errorsLookAsVarlinkSays() throws {
        let bytes = try Samples.bytes { try ControlError.permissionDenied(who: "root").appendFrame(to: &$0) }
        let text = String(decoding: bytes.dropLast(), as: UTF8.self)
        #expect(text.contains(#""error":"org.setkeyd.PermissionDenied""#))
        #expect(text.contains(#""parameters":{"who":"root"}"#))
    }

    @Test(arguments: [
        #"{"error":"org.setkeyd.Novel","parameters":{"x":1}}"#, #"{"error":"org.setkeyd.Busy"}"#,
        #"{"error":"org.other.Busy"}"#, #"{"error":""}"#, #"{"error":"org.varlink.service.MethodNotFound"}"#,
    ])
    func errorsOfANewerDaemonKeepTheirName(text: String) throws {
        let reply = try IncomingReply(frame: Array(text.utf8), to: .status)
        guard case .unknownError(let name) = reply else {
            Issue.record("\(reply)")
            return
        }
        #expect(text.contains("\"\(name)\""))
    }

    @Test func everyTruncationIsAnErrorAndNoTrap() throws {
        for (method, reply) in Samples.replies {
            let bytes = try Samples.bytes { try reply.appendFrame(to: &$0) }.dropLast()
            for length in 0..<bytes.count {
                #expect(throws: FrameError.self) {
                    try IncomingReply(frame: Array(bytes.prefix(length)), to: method)
                }
            }
        }
    }

    @Test(arguments: [#"{}"#, #"{"parameters":{}}"#, #"{"parameters":{"text":5}}"#, #"{"parameters":[]}"#, "[]", ""])
    func aReplyOfTheWrongShapeIsAnError(text: String) {
        #expect(throws: FrameError.self) { try IncomingReply(frame: Array(text.utf8), to: .render) }
    }

    @Test func partsOfAnAnswerMakeAWhole() {
        var whole = Reply.render(RenderReply(text: "a"))
        whole.append(.render(RenderReply(text: "b")))
        #expect(whole == .render(RenderReply(text: "ab")))

        var first = ExecuteReply(executed: 2)
        first.failures = Samples.executeReply.failures
        first.output = "x"
        var run = Reply.execute(first)
        run.append(.execute(ExecuteReply(executed: 5)))
        run.append(.execute(Samples.executeReply))
        var expected = Samples.executeReply
        expected.failures = (first.failures ?? []) + (expected.failures ?? [])
        expected.output = WireText("x" + Samples.text.string)
        #expect(run == .execute(expected))

        var list = Reply.associations(AssociationsReply(associations: [Samples.association], time: 1))
        list.append(.associations(AssociationsReply(associations: [Samples.association], time: 2)))
        let pair = [Samples.association, Samples.association]
        #expect(list == .associations(AssociationsReply(associations: pair, time: 2)))

        var policies = Reply.policies(PoliciesReply(policies: []))
        policies.append(.policies(PoliciesReply(policies: [Samples.policy])))
        #expect(policies == .policies(PoliciesReply(policies: [Samples.policy])))
    }
}
