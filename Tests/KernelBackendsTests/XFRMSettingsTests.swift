import CLinux
import IPsec
import KernelBackends
import Testing

/// The kernel's own settings, as NETLINK_XFRM says them.
@Suite struct XFRMSettingsTests {
    private static let thresholds = HashThresholds(
        ipv4: .init(local: 24, remote: 16), ipv6: .init(local: 64, remote: 48))

    /// What a kernel that has these answers to GETSPDINFO: 3 policies in, 2 out, 1 fwd, and 40 of sockets.
    private static func answer(_ id: UInt32, _ thresholds: HashThresholds, extraTypes: [UInt16] = []) -> [UInt8] {
        XFRMSamples.message(.newSPDInformation, sequence: id, portID: XFRMSamples.portID) { writer in
            writer.append(0 as UInt32)
            append(1, [3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 40, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], to: &writer)
            append(2, [7, 0, 0, 0, 0, 0, 16, 0], to: &writer)
            for (type, lengths) in [(3, thresholds.ipv4), (4, thresholds.ipv6)] as [(UInt16, HashThresholds.Lengths?)] {
                if let lengths { append(type, [lengths.local, lengths.remote], to: &writer) }
            }
            for type in extraTypes { append(type, [1], to: &writer) }
        }
    }

    private static func append(_ type: UInt16, _ content: [UInt8], to writer: inout WireWriter) {
        writer.append(UInt16(4 + content.count))
        writer.append(type)
        writer.append(content.span)
        writer.append(zeros: -content.count & 3)
    }

    @Test func theLayoutIsTheKernels() throws {
        var codec = XFRMSamples.codec()
        let get = try XFRMSamples.bytes(of: .getHashThresholds, &codec)
        #expect(get.count == 20 && get[4] == UInt8(XFRM_MSG_GETSPDINFO) && get[6] == UInt8(NLM_F_REQUEST))
        let set = try XFRMSamples.bytes(of: .setHashThresholds(Self.thresholds), &codec)
        #expect(set[4] == UInt8(XFRM_MSG_NEWSPDINFO) && set[6] == UInt8(NLM_F_REQUEST | NLM_F_ACK))
        #expect(Array(set[20...]) == [6, 0, 3, 0, 24, 16, 0, 0, 6, 0, 4, 0, 64, 48, 0, 0])
        let one = try XFRMSamples.bytes(of: .setHashThresholds(HashThresholds(ipv6: Self.thresholds.ipv6)), &codec)
        #expect(Array(one[20...]) == [6, 0, 4, 0, 64, 48, 0, 0])
    }

    @Test(arguments: [thresholds, HashThresholds(ipv4: thresholds.ipv4), HashThresholds()])
    func theAnswerSaysThemAndHowManyPoliciesThereAre(_ thresholds: HashThresholds) throws {
        var codec = XFRMSamples.codec()
        _ = try XFRMSamples.bytes(of: .getHashThresholds, &codec)
        let event = codec.decode(Self.answer(7, thresholds, extraTypes: [5, 60]))
        guard case .hashThresholds(let told, let count) = event.content else {
            Issue.record("\(event.content)")
            return
        }
        #expect(told == thresholds && count == 6 && event.origin.request == RequestID(rawValue: 7))
    }

    @Test func theAcknowledgementSaysThatTheyAreSet() throws {
        var codec = XFRMSamples.codec()
        _ = try XFRMSamples.bytes(of: .setHashThresholds(Self.thresholds), &codec)
        let event = codec.decode(XFRMSamples.acknowledgement(7))
        guard case .hashThresholdsSet = event.content, event.origin.request?.rawValue == 7 else {
            Issue.record("\(event)")
            return
        }
    }

    @Test func whatIsCutOffIsUnreadable() {
        let whole = Self.answer(7, Self.thresholds)
        for byteCount in 17..<whole.count {
            var cut = Array(whole.prefix(byteCount))
            cut[0] = UInt8(byteCount)
            var codec = XFRMSamples.codec()
            switch codec.decode(cut).content {
            case .unreadable, .hashThresholds: break
            case let content: Issue.record("\(byteCount): \(content)")
            }
        }
    }

    /// What the simulated kernel answers, by its door of XFRM.
    private struct Kernel {
        var kernel = SimulatedKernel(startingAt: SimulatedKernel.Instant(nanoseconds: 0))
        var door: SimulatedXFRMDoor
        var codec = XFRMSamples.codec()
        private var id: UInt32 = 0

        init() { door = SimulatedXFRMDoor(of: &kernel, portID: XFRMSamples.portID) }

        mutating func ask(_ request: KernelRequest) throws -> KernelEvent.Content? {
            id += 1
            let bytes = try XFRMSamples.bytes(of: request, id: id, &codec)
            #expect(kernel.send(bytes, from: door.socket, at: SimulatedKernel.Instant(nanoseconds: 0)) == nil)
            var buffer = [UInt8](repeating: 0, count: 1 << 16)
            var last: KernelEvent.Content?
            while case .datagram(let byteCount) = door.receive(from: &kernel, into: &buffer) {
                let event = codec.decode(Array(buffer.prefix(byteCount)))
                if event.origin.request?.rawValue == id { last = event.content }
            }
            return last
        }
    }

    @Test func theSimulatedKernelRemembersThem() throws {
        var kernel = Kernel()
        func thresholds() throws -> (HashThresholds, Int)? {
            guard case .hashThresholds(let told, let count) = try kernel.ask(.getHashThresholds) else { return nil }
            return (told, count)
        }
        let ordinary = HashThresholds(ipv4: .init(local: 32, remote: 32), ipv6: .init(local: 128, remote: 128))
        var told = try #require(try thresholds())
        #expect(told == (ordinary, 0))
        _ = try kernel.ask(.addPolicy(PFKeySamples.policy()))
        guard case .hashThresholdsSet = try kernel.ask(.setHashThresholds(HashThresholds(ipv4: Self.thresholds.ipv4)))
        else {
            Issue.record("not set")
            return
        }
        told = try #require(try thresholds())
        #expect(told == (HashThresholds(ipv4: Self.thresholds.ipv4, ipv6: ordinary.ipv6), 1))
        let tooLong = HashThresholds(ipv4: .init(local: 33, remote: 0), ipv6: Self.thresholds.ipv6)
        guard case .refused(.invalidArgument) = try kernel.ask(.setHashThresholds(tooLong)) else {
            Issue.record("33 bits are taken")
            return
        }
        #expect(try #require(try thresholds()).0.ipv6 == ordinary.ipv6)
    }

    @Test func pfKeyHasNoMessageForThem() {
        var codec = PFKeyCodec(processID: 1, signature: 1 << 23)
        for request in [KernelRequest.getHashThresholds, .setHashThresholds(Self.thresholds)] {
            var buffer: [UInt8] = [1]
            #expect(throws: WireError.self) { try codec.encode(request, id: RequestID(rawValue: 7), into: &buffer) }
        }
    }
}
