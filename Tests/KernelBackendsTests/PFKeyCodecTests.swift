import IPsec
import KernelBackends
import TestSupport
import Testing

@Suite struct PFKeyCodecTests {
    private let ours = PFKeySamples.processID

    private func decode(_ message: PFKeyMessage, _ codec: inout PFKeyCodec) throws -> KernelEvent {
        codec.decode(try message.bytes())
    }

    private func refusal(
        _ type: PFKeyMessageType, errno: UInt8, sequence: UInt32, processID: UInt32 = PFKeySamples.processID
    ) -> PFKeyMessage {
        var message = PFKeyMessage(type, sequence: sequence, processID: processID)
        message.header.errorNumber = errno
        return message
    }

    private func codec(asked request: KernelRequest, _ id: UInt32) throws -> PFKeyCodec {
        var codec = PFKeyCodec(processID: ours)
        var buffer: [UInt8] = []
        try codec.encode(request, id: RequestID(rawValue: id), into: &buffer)
        return codec
    }

    // MARK: Signature

    @Test func aSignatureIsNoProcessIDAndNeverTold() throws {
        let signature = PFKeyCodec.drawSignature()
        #expect(signature >= 1 << 22)
        var codec = PFKeyCodec(processID: ours, signature: signature)
        var buffer: [UInt8] = []
        try codec.encode(.add(PFKeySamples.espSA()), id: RequestID(rawValue: 7), into: &buffer)
        #expect(try PFKeyMessage(buffer).header.processID == signature)
        let answer = codec.decode(buffer)
        #expect(answer.origin.request == RequestID(rawValue: 7))
        #expect(answer.origin.processID == ours)
        // Who knows the process id and the sequence number alone is not us.
        var forged = try PFKeyMessage(buffer)
        forged.header.processID = ours
        #expect(try decode(forged, &codec).origin.request == nil)
    }

    // MARK: Requests

    @Test func everyRequestIsAMessageOfItsOwnTypeSequenceAndProcess() throws {
        var codec = PFKeyCodec(processID: ours)
        var buffer: [UInt8] = []
        for (index, request) in PFKeySamples.requests.enumerated() {
            try codec.encode(request, id: RequestID(rawValue: UInt32(index + 1)), into: &buffer)
            let message = try PFKeyMessage(buffer)
            #expect(message.header.type == PFKeyMessageType(request))
            #expect(message.header.sequence == UInt32(index + 1))
            #expect(message.header.processID == ours)
            #expect(message.header.reserved == 0)
        }
    }

    @Test func encodingUsesTheMemoryOfTheBufferAgain() throws {
        var codec = PFKeyCodec(processID: ours)
        var buffer: [UInt8] = []
        var addresses: Set<UInt> = []
        for id: UInt32 in 1...3 {
            try codec.encode(.add(PFKeySamples.espSA()), id: RequestID(rawValue: id), into: &buffer)
            addresses.insert(unsafe buffer.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) })
        }
        #expect(addresses.count == 1)
    }

    @Test func anAssociationComesBackEqual() throws {
        for sa in [
            PFKeySamples.espSA(), PFKeySamples.espSA(ipv6: true), PFKeySamples.natSA(), PFKeySamples.ipcompSA(),
            PFKeySamples.ahSA(),
        ] {
            var codec = PFKeyCodec(processID: ours)
            var buffer: [UInt8] = []
            try codec.encode(.add(sa), id: RequestID(rawValue: 1), into: &buffer)
            #expect(codec.decode(buffer).content.association?.sa == sa)
        }
    }

    @Test func aPolicyComesBackEqual() throws {
        var bypass = PFKeySamples.policy()
        bypass.action = .bypass
        bypass.limits = .none
        bypass.securityContext = nil
        var socket = bypass
        socket.identity = PolicyIdentity(direction: .socketInbound, selector: bypass.identity.selector)
        socket.action = .perSocket(4)
        for policy in [PFKeySamples.policy(), PFKeySamples.policy(ipv6: true), bypass, socket] {
            var codec = PFKeyCodec(processID: ours)
            var buffer: [UInt8] = []
            try codec.encode(.addPolicy(policy), id: RequestID(rawValue: 1), into: &buffer)
            #expect(codec.decode(buffer).content.policy?.policy == policy)
        }
    }

    @Test func lifetimesAreSaidBothOrNotAtAll() throws {
        var sa = PFKeySamples.espSA()
        sa.limits = LifetimeLimits(soft: .zero, hard: Lifetime(addTime: 1))
        let limited = try PFKeyMessage(.add(sa), id: RequestID(rawValue: 1), processID: 1)
        #expect(limited.hardLifetime == Lifetime(addTime: 1))
        #expect(limited.softLifetime == .zero)
        sa.limits = .none
        let unlimited = try PFKeyMessage(.add(sa), id: RequestID(rawValue: 1), processID: 1)
        #expect(unlimited.hardLifetime == nil)
        #expect(unlimited.softLifetime == nil)
    }

    @Test func nullEncryptionSendsAKeyOfNoBits() throws {
        var sa = PFKeySamples.espSA()
        sa.encryption = .null
        sa.encryptionKey = nil
        let message = try PFKeyMessage(.add(sa), id: RequestID(rawValue: 1), processID: 1)
        #expect(message.encryptionKey?.bitCount == 0)
        #expect(message.association?.encryption == 11)
    }

    @Test func typeAndPortsOfNATTraversalGoTogether() throws {
        let message = try PFKeyMessage(.add(PFKeySamples.natSA()), id: RequestID(rawValue: 1), processID: 1)
        #expect(message.natType == 2)
        #expect(message.natSourcePort == 4500)
        #expect(message.natDestinationPort == 4501)
    }

    @Test func anAlgorithmWithoutAPFKeyNumberIsRefusedAndLeavesNoBytes() {
        var sa = PFKeySamples.espSA()
        sa.encryption = EncryptionAlgorithm(rawValue: 0x100)
        var codec = PFKeyCodec(processID: ours)
        var buffer: [UInt8] = []
        #expect(throws: WireError(.value(field: "a PF_KEY algorithm", 0x100), at: 0)) {
            try codec.encode(.add(sa), id: RequestID(rawValue: 1), into: &buffer)
        }
        #expect(buffer.isEmpty)
    }

    @Test func aKeyBeyondItsLengthFieldIsRefused() {
        var sa = PFKeySamples.espSA()
        sa.encryptionKey = PFKeySamples.key(8192)
        var codec = PFKeyCodec(processID: ours)
        var buffer: [UInt8] = []
        #expect(throws: WireError(.tooLong, at: 0)) {
            try codec.encode(.add(sa), id: RequestID(rawValue: 1), into: &buffer)
        }
    }

    // MARK: Answers

    @Test func anAnswerIsMatchedByProcessSequenceAndType() throws {
        var codec = try codec(asked: .get(PFKeySamples.reference), 9)
        var answer = try PFKeySamples.kernelRecord(.get)
        answer.header.sequence = 9
        #expect(try decode(answer, &codec).origin.request == RequestID(rawValue: 9))
        answer.header.type = .update
        #expect(try decode(answer, &codec).origin.request == nil)
        answer.header.type = .get
        answer.header.sequence = 10
        #expect(try decode(answer, &codec).origin.request == nil)
        answer.header.sequence = 9
        answer.header.processID = ours + 1
        #expect(try decode(answer, &codec).origin.request == nil)
    }

    @Test func ordinaryBroadcastsOfSequenceZeroAreNews() throws {
        var codec = PFKeyCodec(processID: 0)
        var broadcast = try PFKeySamples.kernelRecord(.add)
        broadcast.header.sequence = 0
        broadcast.header.processID = 0
        #expect(try decode(broadcast, &codec).origin.request == nil)
    }

    @Test func aBareHeaderWithAnErrnoIsARefusal() throws {
        var codec = try codec(asked: .add(PFKeySamples.espSA()), 3)
        let event = try decode(refusal(.add, errno: 17, sequence: 3), &codec)
        #expect(event.origin.request == RequestID(rawValue: 3))
        #expect(event.content.refusal == .exists)
    }

    @Test func bothFlushesThatTheSenderGetsAreItsAnswer() throws {
        var codec = try codec(asked: .flush(.esp), 4)
        let echo = PFKeyMessage(.flush, saType: .esp, sequence: 4, processID: ours)
        for _ in 0..<2 {
            let event = try decode(echo, &codec)
            #expect(event.origin.request == RequestID(rawValue: 4))
            #expect(event.content.flush == .esp)
        }
    }

    @Test func aFlushOfAllTypesHasNoProtocolAndOneOfAnotherTypeIsIgnored() throws {
        var codec = PFKeyCodec(processID: ours)
        let all = try decode(PFKeyMessage(.flush, sequence: 0, processID: 0), &codec)
        #expect(all.content.flush == .some(nil))
        let mobile = PFKeyMessage(.flush, saType: PFKeySAType(rawValue: 8), sequence: 0, processID: 0)
        #expect(try decode(mobile, &codec).content.ignoredType == 9)
    }

    @Test func everyKernelMessageHasItsEvent() throws {
        var codec = PFKeyCodec(processID: 1)
        for message in try PFKeySamples.all() where message.header.processID == ours {
            let event = try decode(message, &codec)
            if let reason = event.content.unreadable, message.association != nil || message.policy != nil {
                let isBareReference = message.currentLifetime == nil
                #expect(isBareReference, "type \(message.header.type.rawValue): \(reason)")
            }
        }
        #expect(try decode(PFKeySamples.kernelPolicy(.migrate), &codec).content.isMigration)
        let mapping = try decode(PFKeySamples.newMapping, &codec).content.mapping
        #expect(mapping?.identity.spi == SPI(rawValue: 4097))
        #expect(mapping?.ports == NATTraversal(sourcePort: 4500, destinationPort: 1024))
    }

    /// Of an SA in IPv4 with a selector of IPv6 the kernel tells half an address, with the length of a whole one.
    @Test func aProxyOfAnotherFamilyMakesNothingUnreadable() throws {
        var codec = PFKeyCodec(processID: 1)
        var message = try PFKeySamples.kernelRecord(.dump)
        message.proxy = PFKeyAddress(AddressPrefix(address: IPAddress(ipv4: 0x2001_0db8), length: 64))
        #expect(try decode(message, &codec).content.unreadable == nil)
    }

    @Test(arguments: [UInt8(0), 11, 12, 17, 21, 25, 255])
    func typesThatLinuxDoesNotTellAreIgnored(type: UInt8) throws {
        var codec = PFKeyCodec(processID: 1)
        let message = PFKeyMessage(PFKeyMessageType(rawValue: type), sequence: 0, processID: 0)
        #expect(try decode(message, &codec).content.ignoredType == type)
    }

    @Test func aMessageThatCannotBeReadSaysWhyAndWhoseAnswerItWas() throws {
        var codec = try codec(asked: .get(PFKeySamples.reference), 9)
        var bytes = try PFKeySamples.kernelRecord(.get).bytes()
        bytes[8] = 9
        bytes[16] = 0
        let event = codec.decode(bytes)
        #expect(event.origin.request == RequestID(rawValue: 9))
        let message = try #require(event.content.unreadable)
        #expect(message.offset == 16)
        #expect(message.messageType == 5)
        #expect(message.reason == "extension sadb_sa cannot be 0 words long")
    }

    @Test func bytesThatAreNoHeaderAreUnreadable() {
        var codec = PFKeyCodec(processID: 1)
        for count in 0..<16 {
            #expect(codec.decode([UInt8](repeating: 2, count: count)).content.unreadable != nil)
        }
    }

    @Test func anSAWithoutAnAlgorithmIsDegradedUnlessItIsLarval() throws {
        var message = try PFKeySamples.kernelRecord(.get)
        message.association?.encryption = 0
        #expect(try SecurityAssociation(from: message).isDegraded)
        message.association?.state = 0
        #expect(try !SecurityAssociation(from: message).isDegraded)
    }

    @Test func protocolZeroInASelectorIsAny() throws {
        var message = try PFKeySamples.kernelPolicy(.spdGet)
        message.destination?.nextLayer = NextLayerProtocol(rawValue: 0)
        #expect(try SecurityPolicy(from: message).identity.selector.nextLayer == .any)
    }

    @Test func mappingsNameWhatIsMissing() throws {
        var message = PFKeySamples.message(.add)
        #expect(throws: WireError(.missingExtension(type: 1), at: 0)) { try SecurityAssociation(from: message) }
        message.header.saType = PFKeySAType(rawValue: 8)
        #expect(throws: WireError(.value(field: "the SA type", 8), at: 0)) { try SecurityAssociation(from: message) }
        #expect(throws: WireError(.missingExtension(type: 18), at: 0)) { try SecurityPolicy(from: message) }
        message.policy = PFKeyPolicy(type: 9, direction: 1)
        message.source = PFKeyAddress(AddressPrefix(address: PFKeySamples.ipv4.source))
        message.destination = PFKeyAddress(AddressPrefix(address: PFKeySamples.ipv6.source))
        #expect(throws: WireError(.mixedFamilies, at: 0)) { try SecurityPolicy(from: message) }
        message.destination = message.source
        #expect(throws: WireError(.value(field: "a policy's type", 9), at: 0)) { try SecurityPolicy(from: message) }
        message.policy?.direction = 6
        #expect(throws: WireError(.value(field: "a policy's direction", 6), at: 0)) {
            try SecurityPolicy(from: message)
        }
    }
}
