import CLinux
import IPsec
import KernelBackends
import TestSupport
import Testing

/// What other programs do: to entries that are not ours though they have the names of ours, and ahead of our answers.
@Suite struct XFRMForeignTests {
    // MARK: Policies of the same name

    /// Attributes that make a policy another one than that without them: a mark, an interface, the table of sub policies.
    private static let distinctions: [(type: UInt16, value: [UInt8])] = [
        (21, [1, 0, 0, 0, 255, 0, 0, 0]), (31, [7, 0, 0, 0]), (16, [1, 0, 0, 0, 0, 0]),
    ]

    private static func attribute(_ type: UInt16, _ content: [UInt8]) -> [UInt8] {
        let length = UInt16(content.count + 4)
        let head = [UInt8(truncatingIfNeeded: length), UInt8(length >> 8), UInt8(truncatingIfNeeded: type), 0]
        return head + content + [UInt8](repeating: 0, count: -content.count & 3)
    }

    private static func message(_ type: XFRMMessageType, _ body: [UInt8]) -> [UInt8] {
        XFRMSamples.message(type, sequence: 5, portID: 4711) { $0.append(body.span) }
    }

    /// `xfrm_userpolicy_info`, and the attributes of a policy.
    private static func policy() throws -> (info: [UInt8], attributes: [UInt8]) {
        let body = try XFRMSamples.news(of: .addPolicy(PFKeySamples.policy())).dropFirst(16)
        return (Array(body.prefix(168)), Array(body.dropFirst(168)))
    }

    private static func deletion(_ distinction: [UInt8] = []) throws -> [UInt8] {
        let (info, attributes) = try policy()
        return message(.deletePolicy, [UInt8](repeating: 0, count: 64) + attribute(7, info) + attributes + distinction)
    }

    private static func expiry(_ distinction: [UInt8] = []) throws -> [UInt8] {
        let (info, attributes) = try policy()
        return message(.policyExpire, info + [1, 0, 0, 0, 0, 0, 0, 0] + attributes + distinction)
    }

    @Test func aPolicyThatIsGoneIsToldAsItWas() throws {
        var codec = XFRMSamples.codec()
        guard
            case .policy(.added, let known) = codec.decode(
                try XFRMSamples.news(of: .addPolicy(PFKeySamples.policy()))
            ).content
        else {
            Issue.record("no policy")
            return
        }
        for message in [try Self.deletion(), try Self.expiry()] {
            switch codec.decode(message).content {
            case .policy(.deleted, let told), .policyExpired(let told, _): #expect(told == known)
            default: Issue.record("not told")
            }
        }
    }

    /// An SPI, how an SA may be shared: the kernel would want another SA than the language can say.
    @Test(arguments: [(16, 7), (49, 1)] as [(Int, UInt8)])
    func aTemplateThatSaysMoreIsNoticed(_ offset: Int, _ value: UInt8) throws {
        let info = try Self.policy().info
        var attributes = try Self.policy().attributes
        var codec = XFRMSamples.codec()
        for changed in [false, true] {
            // The first attribute is that of the templates.
            if changed { attributes[4 + offset] = value }
            guard case .policy(.added, let policy) = codec.decode(Self.message(.newPolicy, info + attributes)).content,
                case .protect(let transforms) = policy.action
            else {
                Issue.record("no policy")
                return
            }
            #expect(transforms.first?.saysMore == changed)
        }
    }

    @Test func aPolicyWithAMarkIsGoneAndThatWithoutIsNot() throws {
        var codec = XFRMSamples.codec()
        for (type, value) in Self.distinctions {
            let distinction = Self.attribute(type, value)
            for message in [try Self.deletion(distinction), try Self.expiry(distinction)] {
                switch codec.decode(message).content {
                case .ignored: #expect(type == 16)
                case .policy(.deleted, let told), .policyExpired(let told, _):
                    #expect(told.identity != PFKeySamples.policy().identity)
                default: Issue.record("attribute \(type): not told")
                }
            }
        }
    }

    /// Whatever the flags are, the kernel takes it for the same policy.
    @Test func aPolicyWithFlagsIsThatWithout() throws {
        var codec = XFRMSamples.codec()
        var message = try XFRMSamples.news(of: .updatePolicy(PFKeySamples.policy()))
        guard case .policy(.updated, let plain) = codec.decode(message).content else {
            Issue.record("no policy")
            return
        }
        message[16 + 162] = 3
        // `xfrm_user_offload`.
        message += Self.attribute(28, [1, 0, 0, 0, 0, 0, 0, 0])
        message[0] += 12
        guard case .policy(.updated, let told) = codec.decode(message).content else {
            Issue.record("not told")
            return
        }
        var withoutFlags = told
        withoutFlags.flags = []
        #expect(told.flags == [.localOK, .icmp] && withoutFlags == plain && told.identity == plain.identity)
    }

    @Test func thatSubPoliciesAreFlushedSaysNothingOfPolicies() throws {
        var codec = XFRMSamples.codec()
        let main = Self.message(.flushPolicies, Self.attribute(16, [0, 0, 0, 0, 0, 0]))
        let sub = Self.message(.flushPolicies, Self.attribute(16, [1, 0, 0, 0, 0, 0]))
        for message in [main, Self.message(.flushPolicies, [])] {
            guard case .policiesFlushed = codec.decode(message).content else {
                Issue.record("not told")
                return
            }
        }
        guard case .ignored = codec.decode(sub).content else {
            Issue.record("told")
            return
        }
    }

    // MARK: Our requests

    /// With number 0 it would ask for the policy for all traffic, which may exist, and then the kernel seems dead.
    @Test func thePingAsksForAPolicyThatCannotExist() throws {
        var codec = XFRMSamples.codec()
        let bytes = try XFRMSamples.bytes(of: .ping, &codec)
        // `xfrm_userpolicy_id`: the selector, the number, the direction, of which the number's lowest bits are another.
        #expect(bytes[16 + 56] & 7 != bytes[16 + 60])
        #expect(bytes[(16 + 56)..<(16 + 60)].contains { $0 != 0 })
    }

    @Test func anEventThatSaysNothingLeavesTheAnswerToTheAcknowledgement() throws {
        var codec = XFRMSamples.codec()
        let identity = PFKeySamples.policy().identity
        _ = try XFRMSamples.bytes(of: .deletePolicy(identity), &codec)
        var event = try Self.deletion(Self.attribute(16, [1, 0, 0, 0, 0, 0]))
        let ours = XFRMSamples.message(.deletePolicy, sequence: 7, portID: XFRMSamples.portID)
        event.replaceSubrange(8..<16, with: ours[8..<16])
        guard case .ignored = codec.decode(event).content else {
            Issue.record("told")
            return
        }
        guard case .policy(.deleted, let told) = codec.decode(XFRMSamples.acknowledgement(7)).content else {
            Issue.record("not answered")
            return
        }
        #expect(told.identity == identity)
    }

    // MARK: Answers that are older than events

    private static func answer(_ codec: inout XFRMCodec) throws -> KernelEvent.Content {
        var other = XFRMSamples.codec()
        return codec.decode(try XFRMSamples.bytes(of: .add(PFKeySamples.espSA()), &other).told()).content
    }

    private static func deletionOfSA() throws -> [UInt8] {
        let body = try XFRMSamples.news(of: .add(PFKeySamples.espSA())).dropFirst(16)
        let reference = [UInt8](repeating: 0, count: 24)
        return message(.deleteSA, reference + attribute(6, Array(body.prefix(224))) + body.dropFirst(224))
    }

    @Test func whatIsGoneMeanwhileIsNotWhatWasAskedFor() throws {
        let expiry = try XFRMSamples.news(of: .add(PFKeySamples.espSA())).dropFirst(16).prefix(224)
        let ends = [
            try Self.deletionOfSA(), Self.message(.expire, expiry + [1, 0, 0, 0, 0, 0, 0, 0]),
            Self.message(.flushSAs, [255]), Self.message(.flushSAs, [50]),
        ]
        for end in ends {
            var codec = XFRMSamples.codec()
            _ = try XFRMSamples.bytes(of: .get(PFKeySamples.reference), &codec)
            _ = codec.decode(end)
            guard case .refused(.noSuchProcess) = try Self.answer(&codec) else {
                Issue.record("it is back again")
                continue
            }
        }
    }

    @Test func whatEndsBeforeOrIsAnotherLeavesTheAnswer() throws {
        var codec = XFRMSamples.codec()
        _ = codec.decode(try Self.deletionOfSA())
        _ = try XFRMSamples.bytes(of: .get(PFKeySamples.reference), &codec)
        _ = codec.decode(Self.message(.flushSAs, [51]))
        guard case .association(.got, _) = try Self.answer(&codec) else {
            Issue.record("not told")
            return
        }
    }

    /// Our requests are done in their order: what was gone is there again when it is asked for.
    @Test func whatWeHaveAddedSinceIsThere() throws {
        var codec = XFRMSamples.codec()
        let addition = try XFRMSamples.bytes(of: .add(PFKeySamples.espSA()), id: 6, &codec)
        _ = try XFRMSamples.bytes(of: .get(PFKeySamples.reference), &codec)
        _ = codec.decode(try Self.deletionOfSA())
        _ = codec.decode(addition.told())
        guard case .association(.got, _) = try Self.answer(&codec) else {
            Issue.record("not told")
            return
        }
    }

    @Test func aMappingNamesTheSAAndThePortsOfItsPeer() {
        let address: [UInt8] = [192, 0, 2, 1]
        let message = XFRMSamples.message(.mapping, sequence: 0, portID: 0) { writer in
            // The SA: destination, SPI, family, protocol; its reqid.
            writer.append(address.span)
            writer.append(zeros: 12)
            writer.append(bigEndian: 0x1001 as UInt32)
            writer.append(2 as UInt16)
            writer.append(50 as UInt8)
            writer.append(zeros: 1 + 4)
            // The peer's address, the old one and the new one, and its ports.
            writer.append(zeros: 32)
            writer.append(bigEndian: 4500 as UInt16)
            writer.append(bigEndian: 1024 as UInt16)
        }
        var codec = XFRMSamples.codec()
        guard case .newMapping(let identity, let ports) = codec.decode(message).content else {
            Issue.record("no mapping")
            return
        }
        #expect("\(identity)" == "esp 192.0.2.1 spi 0x1001")
        #expect(ports == NATTraversal(sourcePort: 4500, destinationPort: 1024))
    }
}
