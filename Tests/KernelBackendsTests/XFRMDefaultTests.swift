import CLinux
import IPsec
import KernelBackends
import Testing

/// What becomes of packets that no policy matches, as NETLINK_XFRM says it (xfrm-facts 3.6).
@Suite struct XFRMDefaultTests {
    /// What the kernel tells: in, fwd, out.
    private static func message(_ defaults: [UInt8], portID: UInt32 = 0) -> [UInt8] {
        let padded = defaults + [0]
        return XFRMSamples.message(.getDefaults, sequence: 0, portID: portID) { $0.append(padded.span) }
    }

    @Test(arguments: 0..<3) func oneDirectionIsSetAndTheOthersStay(_ position: Int) throws {
        let direction = Direction.managed[position]
        var (discard, none) = ([UInt8](repeating: 0, count: 4), [UInt8](repeating: 0, count: 4))
        (discard[position], none[position]) = (1, 2)
        var codec = XFRMSamples.codec()
        let block = try XFRMSamples.bytes(of: .addPolicy(SecurityPolicy(defaultOf: direction)), &codec)
        #expect(block[4] == UInt8(XFRM_MSG_SETDEFAULT) && block[6] == UInt8(NLM_F_REQUEST | NLM_F_ACK))
        #expect(Array(block[16...]) == discard)
        let accept = try XFRMSamples.bytes(of: .deletePolicy(PolicyIdentity(defaultOf: direction)), &codec)
        #expect(accept[4] == UInt8(XFRM_MSG_SETDEFAULT) && Array(accept[16...]) == none)
    }

    /// In one datagram, so that nothing can come between; the dump is what is waited for.
    @Test func aDumpOfTheSPDAsksForThemFirst() throws {
        var codec = XFRMSamples.codec()
        let bytes = try XFRMSamples.bytes(of: .dumpPolicies, &codec)
        #expect(bytes[4] == UInt8(XFRM_MSG_GETDEFAULT) && bytes.count == 36)
        #expect(Array(bytes[8..<12]) == [0, 0, 0, 0] && Array(bytes[16..<20]) == [0, 0, 0, 0])
        #expect(bytes[24] == UInt8(XFRM_MSG_GETPOLICY) && bytes[28] == 7)
        let awaited = XFRMAwaitedAnswer(to: bytes.span)
        guard case .unrelated = awaited.verdict(on: Self.message([1, 1, 1], portID: XFRMSamples.portID).span),
            case .unrelated = awaited.verdict(on: XFRMSamples.acknowledgement(0, errno: -22).span),
            case .answer = awaited.verdict(on: XFRMSamples.end(7).span)
        else {
            Issue.record("another verdict")
            return
        }
    }

    /// Before Linux 5.14.
    @Test func aKernelThatDoesNotKnowThemRefusesNothingElse() throws {
        var codec = XFRMSamples.codec()
        _ = try XFRMSamples.bytes(of: .dumpPolicies, &codec)
        let refusal = codec.decode(XFRMSamples.acknowledgement(0, errno: -22))
        guard case .ignored = refusal.content, refusal.origin.request == nil else {
            Issue.record("\(refusal)")
            return
        }
        guard case .dumpEnded(complete: true) = codec.decode(XFRMSamples.end(7)).content else {
            Issue.record("the dump has not ended")
            return
        }
    }

    private static func blocked(_ event: KernelEvent) -> (Set<Direction>, isRecord: Bool)? {
        guard case .policyDefaults(let blocked, let isRecord) = event.content else { return nil }
        return (blocked, isRecord)
    }

    /// What the kernel tells, and the directions that it means.
    private struct Told: Sendable {
        let bytes: [UInt8]
        let blocked: Set<Direction>
    }

    private static let told: [Told] = [
        Told(bytes: [1, 1, 1], blocked: [.inbound, .forward, .outbound]), Told(bytes: [2, 2, 2], blocked: []),
        Told(bytes: [1, 2, 2], blocked: [.inbound]), Told(bytes: [2, 1, 2], blocked: [.forward]),
        Told(bytes: [2, 2, 1], blocked: [.outbound]), Told(bytes: [0, 7, 1], blocked: [.outbound]),
    ]

    @Test(arguments: 0..<told.count) func whatIsToldIsTheBlockedOnes(_ index: Int) throws {
        let (told, meant) = (Self.told[index].bytes, Self.told[index].blocked)
        var codec = XFRMSamples.codec()
        let event = codec.decode(Self.message(told))
        let record = codec.decode(Self.message(told, portID: XFRMSamples.portID))
        #expect(try #require(Self.blocked(event)) == (meant, false) && event.origin.request == nil)
        #expect(try #require(Self.blocked(record)) == (meant, true) && record.origin.request == nil)
        for count in 0..<3 {
            let part = Array(told.prefix(count))
            let cut = XFRMSamples.message(.getDefaults, sequence: 0, portID: 0) { $0.append(part.span) }
            guard case .unreadable = codec.decode(cut).content else {
                Issue.record("\(count) bytes are read")
                return
            }
        }
    }

    /// The kernel does not say whose doing an event is: the first that fits is ours, until our request is answered.
    @Test func theEventOfOurOwnRequestSaysNothing() throws {
        var codec = XFRMSamples.codec()
        _ = try XFRMSamples.bytes(of: .addPolicy(SecurityPolicy(defaultOf: .outbound)), &codec)
        #expect(Self.blocked(codec.decode(Self.message([1, 2, 2]))) != nil)
        guard case .ignored = codec.decode(Self.message([1, 2, 1])).content else {
            Issue.record("it is another's")
            return
        }
        #expect(Self.blocked(codec.decode(Self.message([2, 2, 1]))) != nil)
        let answer = codec.decode(XFRMSamples.acknowledgement(7))
        guard case .policy(.added, SecurityPolicy(defaultOf: .outbound)) = answer.content else {
            Issue.record("\(answer)")
            return
        }
        #expect(answer.origin.request == RequestID(rawValue: 7))
        #expect(Self.blocked(codec.decode(Self.message([2, 2, 1]))) != nil)
    }

    @Test func pfKeyHasNoMessageForThem() {
        var codec = PFKeyCodec(processID: 1, signature: 1 << 23)
        for request in XFRMSamples.defaults {
            var buffer: [UInt8] = [1]
            #expect(throws: WireError.self) { try codec.encode(request, id: RequestID(rawValue: 7), into: &buffer) }
        }
    }

    @Test func theSimulatedKernelDropsWhatNoPolicyMatches() throws {
        let now = SimulatedKernel.Instant(nanoseconds: 0)
        var kernel = SimulatedKernel(startingAt: now)
        let packet = SimulatedKernel.Packet(from: IPAddress(ipv4: 0x0a09_0001), to: IPAddress(ipv4: 0x0a08_0001))
        #expect(kernel.send(packet, at: now) == .clear)
        kernel.setBlockedDirections([.inbound, .forward], at: now)
        #expect(kernel.send(packet, at: now) == .clear)
        kernel.setBlockedDirections([.outbound], at: now)
        #expect(kernel.send(packet, at: now) == .discarded)
    }
}
