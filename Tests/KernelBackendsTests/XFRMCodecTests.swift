import IPsec
import KernelBackends
import TestSupport
import Testing

/// Requests become bytes, and what the kernel tells of them is what was asked for.
@Suite struct XFRMCodecTests {
    // MARK: What is told

    @Test(arguments: [
        PFKeySamples.espSA(), PFKeySamples.espSA(ipv6: true), PFKeySamples.natSA(), PFKeySamples.ipcompSA(),
        PFKeySamples.ahSA(), XFRMSamples.gcmSA(),
    ])
    func anAssociationIsToldAsItWasAskedFor(_ sa: SecurityAssociation) throws {
        var codec = XFRMSamples.codec()
        let event = codec.decode(try XFRMSamples.news(of: .add(sa)))
        guard case .association(.added, let told) = event.content else {
            Issue.record("\(event.content)")
            return
        }
        #expect(told == sa)
        #expect(event.origin.request == nil)
        #expect(event.origin.processID == 4711)
    }

    @Test(arguments: [PFKeySamples.policy(), PFKeySamples.policy(ipv6: true)])
    func aPolicyIsToldAsItWasAskedFor(_ policy: SecurityPolicy) throws {
        var codec = XFRMSamples.codec()
        guard case .policy(.added, let told) = codec.decode(try XFRMSamples.news(of: .addPolicy(policy))).content else {
            Issue.record("no policy")
            return
        }
        var wanted = policy
        // Netlink has no ports for the ends of a tunnel.
        wanted.action = .protect(
            policy.transforms.map { transform in
                var transform = transform
                transform.endpoints?.sourcePort = 0
                transform.endpoints?.destinationPort = 0
                return transform
            })
        #expect(told == wanted)
    }

    /// Random SAs of every algorithm that XFRM carries.
    @Test(arguments: [1, UInt64.random(in: .min ... .max)])
    func whatIsWrittenIsReadBack(seed: UInt64) throws {
        print("seed \(seed)")
        var random = SplitMix(seed: seed)
        var codec = XFRMSamples.codec()
        for row in KernelTraits.xfrm.algorithms.rows {
            for _ in 0..<20 {
                guard let sa = SecurityAssociation.random(with: row, &random) else { continue }
                let event = codec.decode(try XFRMSamples.news(of: .add(sa)))
                guard case .association(.added, let told) = event.content else {
                    Issue.record("\(row.name), seed \(seed): \(event.content)")
                    continue
                }
                #expect(told == sa, "\(row.name), seed \(seed)")
            }
        }
    }

    @Test func anOriginalAddressOfAnotherFamilyIsNone() throws {
        var sa = PFKeySamples.natSA()
        sa.originalAddress = IPAddress(ipv6: 0x2001_0db8_0000_0000, 1)
        var codec = XFRMSamples.codec()
        guard case .association(.added, let told) = codec.decode(try XFRMSamples.news(of: .add(sa))).content else {
            Issue.record("not told")
            return
        }
        #expect(told.originalAddress == nil)
    }

    @Test func anIPinIPHelperOfIPCompIsNoAssociation() throws {
        var message = try XFRMSamples.news(of: .add(PFKeySamples.ipcompSA()))
        message[16 + 76] = 4
        var codec = XFRMSamples.codec()
        guard case .ignored = codec.decode(message).content else {
            Issue.record("it is told")
            return
        }
    }

    @Test func whatTheLanguageHasNoWordForIsShownAndLeftAlone() throws {
        var message = try XFRMSamples.news(of: .add(PFKeySamples.espSA()))
        // Route optimization, a mode of Mobile IPv6.
        message[16 + 214] = 2
        var codec = XFRMSamples.codec()
        guard case .association(.added, let told) = codec.decode(message).content else {
            Issue.record("not told")
            return
        }
        #expect(told.isDegraded)
    }

    // MARK: Answers

    @Test func theEventOfOurChangeAnswersAndTheAcknowledgementSaysNothingMore() throws {
        var codec = XFRMSamples.codec()
        let request = try XFRMSamples.bytes(of: .add(PFKeySamples.espSA()), &codec)
        let event = codec.decode(request.told())
        #expect(event.origin.request == RequestID(rawValue: 7))
        #expect(event.origin.processID == XFRMSamples.processID)
        guard case .association(.added, _) = event.content else {
            Issue.record("\(event.content)")
            return
        }
        guard case .ignored = codec.decode(XFRMSamples.acknowledgement(7)).content else {
            Issue.record("answered twice")
            return
        }
    }

    @Test func anAcknowledgementAloneSaysThatItWasDone() throws {
        var codec = XFRMSamples.codec()
        let policy = PFKeySamples.policy()
        let wanted: [(KernelRequest, String)] = [
            (.add(PFKeySamples.espSA()), "added"), (.delete(PFKeySamples.reference), "deleted"),
            (.flush(.esp), "flushed"), (.addPolicy(policy), "policy added"),
            (.deletePolicy(policy.identity), "policy deleted"), (.flushPolicies, "policies flushed"),
            (.subscribe, "subscribed"),
        ]
        for (index, (request, phrase)) in wanted.enumerated() {
            let id = UInt32(100 + index)
            _ = try XFRMSamples.bytes(of: request, id: id, &codec)
            let event = codec.decode(XFRMSamples.acknowledgement(id))
            #expect(event.origin.request?.rawValue == id)
            #expect(Self.phrase(event.content) == phrase)
        }
    }

    private static func phrase(_ content: KernelEvent.Content) -> String {
        switch content {
        case .association(.added, let sa) where sa == PFKeySamples.espSA(): "added"
        case .association(.deleted, let sa) where sa.identity == PFKeySamples.reference.identity: "deleted"
        case .flushed(.esp): "flushed"
        case .policy(.added, let policy) where policy == PFKeySamples.policy(): "policy added"
        case .policy(.deleted, let policy) where policy.identity == PFKeySamples.policy().identity: "policy deleted"
        case .policiesFlushed: "policies flushed"
        case .subscribed: "subscribed"
        default: "\(content)"
        }
    }

    @Test func aRefusalSaysWhy() throws {
        var codec = XFRMSamples.codec()
        _ = try XFRMSamples.bytes(of: .add(PFKeySamples.espSA()), &codec)
        let event = codec.decode(XFRMSamples.acknowledgement(7, errno: -17))
        #expect(event.origin.request == RequestID(rawValue: 7))
        guard case .refused(.exists) = event.content else {
            Issue.record("\(event.content)")
            return
        }
    }

    @Test(arguments: [false, true])
    func aRefusalSaysWhyInTheKernelsWords(repeatsTheRequest: Bool) throws {
        var codec = XFRMSamples.codec()
        let request = try XFRMSamples.bytes(of: .add(PFKeySamples.espSA()), &codec)
        let words = "Unsupported encapsulation type for ESP"
        let refusal = XFRMSamples.refusal(
            7, errno: -22, saying: words + "\u{1b}[2J", repeating: repeatsTheRequest ? request : nil)
        let event = codec.decode(refusal)
        guard case .refused(.invalidArgument) = event.content else {
            Issue.record("\(event.content)")
            return
        }
        // What a terminal would take for more than text is left out.
        #expect(event.words?.text == words + "[2J")
        // Wherever it breaks off, it is a refusal all the same.
        for count in NetlinkHeader.byteCount + 4..<refusal.count {
            var shorter = Array(refusal[..<count])
            shorter[0] = UInt8(truncatingIfNeeded: count)
            shorter[1] = UInt8(truncatingIfNeeded: count >> 8)
            guard case .refused(.invalidArgument) = codec.decode(shorter).content else {
                Issue.record("\(count) bytes")
                return
            }
        }
    }

    @Test func whatAnswersAnotherProgramIsNoAnswerToUs() throws {
        var codec = XFRMSamples.codec()
        _ = try XFRMSamples.bytes(of: .add(PFKeySamples.espSA()), &codec)
        #expect(codec.decode(XFRMSamples.acknowledgement(7, portID: 1)).origin.request == nil)
        #expect(codec.decode(XFRMSamples.acknowledgement(8)).origin.request == nil)
        #expect(codec.decode(try XFRMSamples.news(of: .add(PFKeySamples.espSA()))).origin.request == nil)
        // And ours is still answered.
        #expect(codec.decode(XFRMSamples.acknowledgement(7)).origin.request == RequestID(rawValue: 7))
    }

    @Test func aDumpIsItsRecordsAndItsEnd() throws {
        var codec = XFRMSamples.codec()
        _ = try XFRMSamples.bytes(of: .dump(nil), id: 9, &codec)
        var other = XFRMSamples.codec()
        let record = try XFRMSamples.bytes(of: .add(PFKeySamples.espSA()), id: 9, &other).told(flags: .multipart)
        for _ in 0..<2 {
            let event = codec.decode(record)
            #expect(event.origin.request == RequestID(rawValue: 9))
            guard case .dumped(let sa, isLast: false) = event.content else {
                Issue.record("\(event.content)")
                return
            }
            #expect(sa == PFKeySamples.espSA())
        }
        guard case .dumpEnded(complete: true) = codec.decode(XFRMSamples.end(9)).content else {
            Issue.record("no end")
            return
        }
    }

    @Test func aDumpThatTheKernelBreaksOffIsNotComplete() throws {
        var codec = XFRMSamples.codec()
        _ = try XFRMSamples.bytes(of: .dumpPolicies, id: 9, &codec)
        guard case .dumpEnded(complete: false) = codec.decode(XFRMSamples.end(9, errno: -12)).content else {
            Issue.record("complete")
            return
        }
    }

    @Test func anUpdateIsToldAsItWasAskedFor() throws {
        var codec = XFRMSamples.codec()
        let message = try XFRMSamples.news(of: .update(PFKeySamples.natSA()))
        guard case .association(.updated, let told) = codec.decode(message).content else {
            Issue.record("not told")
            return
        }
        // What is made of that is another question; see Mirror.
        #expect(told.state == .mature && told == PFKeySamples.natSA())
    }

    @Test func aTransformWithAReqidOfItsOwnGetsAnotherOneEachTime() throws {
        var codec = XFRMSamples.codec()
        var policy = PFKeySamples.policy()
        policy.action = .protect([
            Transform(nextLayer: .esp, mode: .transport, endpoints: nil, level: .unique(.none)),
            Transform(nextLayer: .ah, mode: .transport, endpoints: nil, level: .unique(.none)),
        ])
        let message = try XFRMSamples.bytes(of: .addPolicy(policy), &codec).told()
        guard case .policy(.added, let told) = codec.decode(message).content else {
            Issue.record("not told")
            return
        }
        let drawn = told.transforms.map(\.level)
        guard case .unique(let first) = drawn.first, case .unique(let second) = drawn.last else {
            Issue.record("\(drawn)")
            return
        }
        #expect(first != second)
        #expect(first.rawValue > ReqID.manualMaximum && second.rawValue > ReqID.manualMaximum)
    }
}

extension SecurityPolicy {
    /// The transforms of `protect`.
    fileprivate var transforms: [Transform] {
        if case .protect(let transforms) = action { transforms } else { [] }
    }
}
