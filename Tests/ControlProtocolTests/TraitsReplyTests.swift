import ControlProtocol
import IPsec
import Testing

@Suite struct TraitsReplyTests {
    @Test func theClientKnowsWhatTheDaemonKnows() {
        #expect(KernelTraits(TraitsReply(.pfKey)) == .pfKey)
        let xfrm = KernelTraits(TraitsReply(.xfrm))
        #expect(xfrm.flags == .ofXFRM && xfrm.carriesOptions && xfrm.maximumReplayWindow == .widest)
        let narrow = KernelTraits(
            name: "TOY", algorithms: AlgorithmSet { $0.kind == .combined || $0.name == "hmac-md5" },
            numbersAlgorithms: false, maximumReplayWindow: ReplayWindow(rawValue: 8),
            maximumUniqueReqID: ReqID(rawValue: 70_000),
            keepsOriginalAddress: true)
        #expect(KernelTraits(TraitsReply(narrow)) == narrow)
    }

    @Test func algorithmsAreToldByTheNamesOfTheLanguage() {
        let reply = TraitsReply(.pfKey)
        #expect(reply.interface == "PF_KEY" && reply.replay == 32 && reply.reqid == 16383 && !reply.originalAddress)
        #expect(reply.encryption.contains("aes-cbc") && !reply.encryption.contains("aes-gcm-16"))
        #expect(reply.integrity.contains("hmac-sha256") && !reply.integrity.contains("hmac-sha256-128"))
        #expect(reply.compression == ["deflate"])
    }

    @Test func aNewerDaemonIsUnderstoodAsFarAsItCanBe() {
        var reply = TraitsReply(.pfKey)
        reply.encryption.append("telepathy")
        reply.flags.append("levitates")
        reply.replay = 70_000
        reply.reqid = .max
        let traits = KernelTraits(reply)
        #expect(traits.algorithms == KernelTraits.pfKey.algorithms)
        #expect(traits.flags == KernelTraits.pfKey.flags)
        #expect(traits.maximumReplayWindow.rawValue == .max)
        #expect(traits.maximumUniqueReqID.rawValue == .max)
        reply.replay = -1
        reply.reqid = -1
        #expect(KernelTraits(reply).maximumReplayWindow == .disabled)
        #expect(KernelTraits(reply).maximumUniqueReqID == .none)
    }
}
