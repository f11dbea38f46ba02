import IPsec
import KernelBackends
import TestSupport
import Testing

/// What becomes of requests that are never answered, and of messages that are not what was asked for.
@Suite struct XFRMUnansweredTests {
    /// What was asked would make the acknowledgement an answer, and may hold keys.
    @Test func aRequestThatIsNeverAnsweredIsForgotten() throws {
        var codec = XFRMSamples.codec()
        _ = try XFRMSamples.bytes(of: .add(PFKeySamples.espSA()), &codec)
        codec.forget(RequestID(rawValue: 7))
        guard case .ignored = codec.decode(XFRMSamples.acknowledgement(7)).content else {
            Issue.record("it is known")
            return
        }
    }

    @Test(arguments: [
        ExchangeStep.unanswered(RequestID(rawValue: 8), stop: .loss), .unsent(RequestID(rawValue: 7), count: 2),
        .refused(RequestID(rawValue: 8), .noBuffers, stop: nil),
    ])
    func whatTheExchangeGivesUpIsForgotten(_ step: ExchangeStep) throws {
        var translation = KernelTranslation(XFRMSamples.codec())
        let requests = [KernelRequest](repeating: .add(PFKeySamples.espSA()), count: 2)
        _ = translation.burst(requests, from: RequestID(rawValue: 7), stopsAtRefusal: false)
        _ = translation.news(of: step, in: [])
        let message = XFRMSamples.acknowledgement(8)
        let news = translation.news(of: .message(byteCount: message.count, stop: nil), in: message)
        guard case .event(let event) = news, case .ignored = event.content else {
            Issue.record("it is known")
            return
        }
    }

    /// The kernel copies a name over what was sent: what a longer one leaves behind the zero stays there.
    @Test func anAlgorithmHasItsNameWhateverStandsBehindTheZero() throws {
        var message = try XFRMSamples.news(of: .add(PFKeySamples.espSA()))
        let name = Array("cbc(aes)".utf8) + [0, 0]
        let start = try #require(message.indices.first { message[$0...].starts(with: name) })
        for offset in 9..<64 where offset != 16 { message[start + offset] = 0x78 }
        var codec = XFRMSamples.codec()
        guard case .association(.added, let told) = codec.decode(message).content else {
            Issue.record("not told")
            return
        }
        #expect(told.encryption == PFKeySamples.espSA().encryption)
        #expect(!told.isDegraded)
    }

    @Test func aNameThatFillsItsFieldIsNoOtherName() throws {
        var message = try XFRMSamples.news(of: .add(PFKeySamples.espSA()))
        let name = Array("cbc(aes)".utf8) + [0, 0]
        let start = try #require(message.indices.first { message[$0...].starts(with: name) })
        for offset in 8..<64 { message[start + offset] = 0x78 }
        var codec = XFRMSamples.codec()
        guard case .association(.added, let told) = codec.decode(message).content else {
            Issue.record("not told")
            return
        }
        #expect(told.encryption == .none && told.isDegraded)
    }
}
