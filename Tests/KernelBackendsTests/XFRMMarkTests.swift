import IPsec
import KernelBackends
import TestSupport
import Testing

/// What binds SAs to packets and interfaces, as NETLINK_XFRM has it; its look-up by mark is not symmetric
/// (xfrm-facts 2.1).
@Suite struct XFRMMarkTests {
    private static let mark = Mark(value: 1, mask: 0xff)

    private static func marked(_ mark: Mark = mark) -> SecurityAssociation {
        var sa = PFKeySamples.espSA()
        sa.identity = sa.identity.marked(mark)
        (sa.outputMark, sa.interfaceID) = (Mark(value: 0x200, mask: 0xff00), InterfaceID(rawValue: 42))
        sa.replayWindow = ReplayWindow(rawValue: 32)
        return sa
    }

    private static func reference(_ sa: SecurityAssociation) -> SAReference {
        SAReference(identity: sa.identity, source: sa.source)
    }

    /// A DELSA of `sa`: what was asked for, what is gone, and the attributes of that beside it.
    private static func deletion(of sa: SecurityAssociation, sequence: UInt32, portID: UInt32) throws -> [UInt8] {
        let body = try XFRMSamples.news(of: .add(sa)).dropFirst(16)
        return XFRMSamples.message(.deleteSA, sequence: sequence, portID: portID) { writer in
            writer.append(zeros: 24)
            writer.append(228 as UInt16)
            writer.append(6 as UInt16)
            writer.append(Array(body).span)
        }
    }

    @Test func itIsToldAsItWasAskedFor() throws {
        var codec = XFRMSamples.codec()
        guard case .association(.added, let told) = codec.decode(try XFRMSamples.news(of: .add(Self.marked()))).content
        else {
            Issue.record("not told")
            return
        }
        #expect(told == Self.marked())
        #expect(!told.isDegraded)
    }

    /// With its keys, so that it can be restored.
    @Test func whatIsGoneIsToldWhole() throws {
        var codec = XFRMSamples.codec()
        guard
            case .association(.deleted, let told) = codec.decode(
                try Self.deletion(of: Self.marked(), sequence: 5, portID: 1)
            ).content
        else {
            Issue.record("not told")
            return
        }
        #expect(told == Self.marked())
    }

    @Test func theEndOfALifetimeNamesTheMark() throws {
        let body = try XFRMSamples.news(of: .add(Self.marked())).dropFirst(16)
        let message = XFRMSamples.message(.expire, sequence: 0, portID: 0) { writer in
            writer.append(Array(body.prefix(224)).span)
            writer.append(1 as UInt64)
            writer.append(Array(body.dropFirst(224)).span)
        }
        var codec = XFRMSamples.codec()
        guard case .expired(let told, .hard) = codec.decode(message).content else {
            Issue.record("not told")
            return
        }
        #expect(told.identity == Self.marked().identity)
    }

    /// The value alone stands for all bits (xfrm-facts 3.3).
    @Test func anOutputMarkWithoutAMaskIsWhole() throws {
        var plain = Self.marked()
        plain.outputMark = .none
        var message = try XFRMSamples.news(of: .add(plain))
        message += [8, 0, 29, 0, 5, 0, 0, 0]
        message[0] += 8
        var codec = XFRMSamples.codec()
        guard case .association(.added, let told) = codec.decode(message).content else {
            Issue.record("not told")
            return
        }
        #expect(told.outputMark == Mark(value: 5))
    }

    @Test func getAndDeleteSayTheMark() throws {
        var codec = XFRMSamples.codec()
        for request in [KernelRequest.get(Self.reference(Self.marked())), .delete(Self.reference(Self.marked()))] {
            let bytes = try XFRMSamples.bytes(of: request, &codec)
            #expect(bytes.suffix(12) == [12, 0, 21, 0, 1, 0, 0, 0, 0xff, 0, 0, 0])
            #expect(bytes.count == 16 + 24 + 12)
        }
    }

    // MARK: Policies

    private static func bound(to device: Device?) -> SecurityPolicy {
        let plain = PFKeySamples.policy()
        var policy = SecurityPolicy(
            identity: PolicyIdentity(
                direction: .outbound, selector: plain.identity.selector, mark: mark,
                interfaceID: InterfaceID(rawValue: 42), device: device), action: .bypass)
        policy.priority = 7
        return policy
    }

    private static var devices: Devices {
        var devices = Devices.none
        devices.insert("eth0", 5)
        return devices
    }

    /// The device travels by its number.
    @Test func aPolicyIsToldAsItWasAskedFor() throws {
        for device in [nil, .named("eth0"), Device.numbered(9)] {
            var codec = XFRMSamples.codec()
            codec.know(Self.devices)
            let policy = Self.bound(to: device)
            let bytes = try XFRMSamples.bytes(of: .addPolicy(policy), &codec)
            #expect(bytes[16 + 48] == (device == nil ? 0 : device == .numbered(9) ? 9 : 5))
            guard case .policy(.added, let told) = codec.decode(bytes.told()).content else {
                Issue.record("not told")
                continue
            }
            #expect(told == policy)
        }
    }

    @Test func aDeviceThatIsGoneIsANumber() throws {
        var codec = XFRMSamples.codec()
        codec.know(Self.devices)
        let message = try XFRMSamples.bytes(of: .addPolicy(Self.bound(to: .named("eth0"))), &codec).told()
        codec.know(.none)
        guard case .policy(.added, let told) = codec.decode(message).content else {
            Issue.record("not told")
            return
        }
        #expect(told.identity.device == .numbered(5))
        #expect(throws: WireError.self) {
            try XFRMSamples.bytes(of: .addPolicy(Self.bound(to: .named("eth0"))), &codec)
        }
    }

    @Test func aPolicyIsDeletedByItsWholeName() throws {
        var codec = XFRMSamples.codec()
        codec.know(Self.devices)
        let bytes = try XFRMSamples.bytes(of: .deletePolicy(Self.bound(to: .named("eth0")).identity), &codec)
        #expect(bytes[16 + 48] == 5)
        #expect(bytes.dropFirst(16 + 64) == [12, 0, 21, 0, 1, 0, 0, 0, 255, 0, 0, 0, 8, 0, 31, 0, 42, 0, 0, 0])
    }

    @Test func pfKeyHasNoBytesForIt() {
        var codec = PFKeyCodec(processID: 1)
        var bytes: [UInt8] = []
        let (sa, policy) = (Self.marked(), Self.bound(to: nil))
        var output = PFKeySamples.espSA()
        output.outputMark = Self.mark
        let requests: [KernelRequest] = [
            .add(sa), .add(output), .delete(Self.reference(sa)), .addPolicy(policy), .deletePolicy(policy.identity),
        ]
        for request in requests {
            #expect(throws: WireError.self) {
                try codec.encode(request, id: RequestID(rawValue: 1), into: &bytes)
            }
        }
    }

    // MARK: Another SA than the one that was meant

    @Test func anAnswerOfAnotherSAIsARefusal() throws {
        var codec = XFRMSamples.codec()
        _ = try XFRMSamples.bytes(of: .get(Self.reference(Self.marked())), &codec)
        var other = XFRMSamples.codec()
        let answer = try XFRMSamples.bytes(of: .add(Self.marked(.none)), &other).told()
        guard case .refused(.notUnique) = codec.decode(answer).content else {
            Issue.record("taken for the one that was meant")
            return
        }
    }

    @Test func theDeletionOfAnotherSAIsNewsAndTheRequestHasFailed() throws {
        var codec = XFRMSamples.codec()
        _ = try XFRMSamples.bytes(of: .delete(Self.reference(Self.marked())), &codec)
        let event = codec.decode(
            try Self.deletion(of: Self.marked(.none), sequence: 7, portID: XFRMSamples.portID))
        guard case .association(.deleted, let gone) = event.content else {
            Issue.record("not told")
            return
        }
        #expect(gone.identity.mark.isNone)
        guard case .refused(.notUnique) = codec.decode(XFRMSamples.acknowledgement(7)).content else {
            Issue.record("done")
            return
        }
    }

    @Test func theDeletionOfTheOneThatIsMeantIsTheAnswer() throws {
        var codec = XFRMSamples.codec()
        _ = try XFRMSamples.bytes(of: .delete(Self.reference(Self.marked())), &codec)
        let event = codec.decode(try Self.deletion(of: Self.marked(), sequence: 7, portID: XFRMSamples.portID))
        guard case .association(.deleted, let gone) = event.content else {
            Issue.record("not told")
            return
        }
        #expect(gone == Self.marked())
        #expect(event.origin.request == RequestID(rawValue: 7))
    }
}
