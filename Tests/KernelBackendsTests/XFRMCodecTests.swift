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

extension SecurityAssociation {
    /// An SA with the algorithm of a row, and whatever else; `nil` where the row has no key length.
    fileprivate static func random(with row: Algorithm, _ random: inout SplitMix) -> SecurityAssociation? {
        let isIPv6 = Bool.random(using: &random)
        func address() -> IPAddress {
            isIPv6
                ? IPAddress(ipv6: .random(in: 0...(.max), using: &random), .random(in: 0...(.max), using: &random))
                : IPAddress(ipv4: .random(in: .min ... .max, using: &random))
        }
        guard let bits = row.keyLengths.all.randomElement(using: &random) else { return nil }
        let key = bits == 0 ? nil : KeyMaterial((0..<bits / 8).map { _ in UInt8.random(in: 0...255, using: &random) })
        let ipsecProtocol: IPsecProtocol = row.kind == .compression ? .ipcomp : row.kind == .integrity ? .ah : .esp
        let destination = address()
        var sa = SecurityAssociation(
            identity: SAIdentity(
                destination: destination, ipsecProtocol: ipsecProtocol,
                spi: SPI(rawValue: .random(in: 1...(.max), using: &random))), source: address())
        switch row.kind {
        case .encryption, .combined: (sa.encryption, sa.encryptionKey) = (.init(rawValue: row.number), key)
        case .integrity: (sa.integrity, sa.integrityKey) = (.init(rawValue: row.number), key)
        case .compression: sa.compression = .init(rawValue: row.number)
        }
        sa.mode = [.transport, .tunnel, .beet].randomElement(using: &random) ?? .tunnel
        sa.reqID = ReqID(rawValue: .random(in: .min ... .max, using: &random))
        sa.replayWindow = ReplayWindow(
            rawValue: .random(in: 0...(Bool.random(using: &random) ? 32 : 4096), using: &random))
        sa.flags = SAFlags(rawValue: .random(in: .min ... .max, using: &random)).asStored
        sa.options = .random(with: row, sa.source.family, &random)
        if Bool.random(using: &random) {
            sa.numbers = .random(isExtended: sa.flags.contains(.extendedSequence), &random)
        }
        sa.limits = LifetimeLimits(soft: .random(&random), hard: .random(&random))
        return sa
    }
}

extension AssociationOptions {
    fileprivate static func random(
        with row: Algorithm, _ family: IPAddress.Family, _ random: inout SplitMix
    ) -> AssociationOptions {
        var options = AssociationOptions.none
        func chance() -> Bool { Bool.random(using: &random) }
        if row.kind == .integrity, row.icvBits > 0, chance() {
            let algorithm = IntegrityAlgorithm(rawValue: row.number)
            let bits = algorithm.icvLengths?.all.randomElement(using: &random).map { UInt16($0) } ?? 0
            // What has a name of its own is called by it.
            let (truncated, icvBits) = algorithm.truncated(to: bits)
            if truncated == algorithm { options.icvBits = icvBits }
        }
        if chance() { options.paddedLength = .random(in: .min ... .max, using: &random) }
        if chance() { options.direction = chance() ? .inbound : .outbound }
        if chance() {
            options.careOfAddress = family == .ipv4 ? IPAddress(ipv4: 7) : IPAddress(ipv6: random.next(), random.next())
        }
        if chance() {
            let address = IPAddress(ipv4: UInt32(truncatingIfNeeded: random.next()))
            options.selector = Selector(
                source: AddressPrefix(address: address, length: UInt8.random(in: 1...32, using: &random)),
                destination: AddressPrefix(address: address), nextLayer: .udp, sourcePort: 53)
        }
        return options
    }
}

extension PacketNumbers {
    fileprivate static func random(isExtended: Bool, _ random: inout SplitMix) -> PacketNumbers {
        let bound: UInt64 = isExtended ? .max : 0xffff_ffff
        var numbers = PacketNumbers.zero
        numbers.sent = .random(in: 0...bound, using: &random)
        numbers.received = .random(in: 0...bound, using: &random)
        return numbers
    }
}

extension Lifetime {
    fileprivate static func random(_ random: inout SplitMix) -> Lifetime {
        func number() -> UInt64 { Bool.random(using: &random) ? 0 : .random(in: 1..<1 << 62, using: &random) }
        return Lifetime(
            allocations: number(), bytes: number(), addTime: number(), useTime: number())
    }
}
