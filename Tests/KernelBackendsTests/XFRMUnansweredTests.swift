import IPsec
import TestSupport
import Testing

@testable import KernelBackends

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

    private static func acknowledged(_ burst: EncodedBurst) -> [Bool] {
        burst.datagrams.map { range in
            range.flatMap { NetlinkHeader(ofMessage: burst.bytes.span.extracting($0)) }?.flags.contains(.acknowledge)
                == true
        }
    }

    /// Additions that nobody stops at are sent several at once, and the last of these tells that all have been worked on.
    @Test func theLastOfWhatTravelsTogetherIsAcknowledged() {
        var translation = KernelTranslation(XFRMSamples.codec())
        let additions = [KernelRequest](repeating: .add(PFKeySamples.espSA()), count: 10)
        let first = RequestID(rawValue: 7)
        let burst = translation.burst(additions, from: first, stopsAtRefusal: false)
        #expect(Self.acknowledged(burst) == (0..<10).map { $0 == 7 || $0 == 9 })
        #expect(
            Self.acknowledged(translation.burst(additions, from: first, stopsAtRefusal: true))
                == [Bool](repeating: true, count: 10))
        let mixed = additions + [.deletePolicy(PFKeySamples.policy().identity)]
        #expect(
            Self.acknowledged(translation.burst(mixed, from: first, stopsAtRefusal: false))
                == [Bool](repeating: true, count: 11))
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
