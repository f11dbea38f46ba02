import IPsec
import KernelBackends
import TestSupport

/// One message of every type and direction, together with every extension of the header.
enum PFKeySamples {
    static let processID: UInt32 = 0x5eed

    static let ipv4 = (source: IPAddress(ipv4: 0xc000_0201), destination: IPAddress(ipv4: 0xc000_0202))
    static let ipv6 = (
        source: IPAddress(ipv6: 0x2001_0db8_0000_0000, 1), destination: IPAddress(ipv6: 0x2001_0db8_0000_0000, 2)
    )

    static func key(_ byteCount: Int) -> KeyMaterial {
        KeyMaterial((0..<byteCount).map { UInt8(truncatingIfNeeded: 0xa0 + $0) })
    }

    /// `add 192.0.2.1 192.0.2.2 esp 4097 -m tunnel -u 7 -r 4 -lh 3600 -ls 2800 -E aes-cbc … -A hmac-sha1 …`
    static func espSA(ipv6 isIPv6: Bool = false) -> SecurityAssociation {
        let ends = isIPv6 ? ipv6 : ipv4
        var sa = SecurityAssociation(
            identity: SAIdentity(
                destination: ends.destination, ipsecProtocol: .esp, spi: SPI(rawValue: 4097)), source: ends.source)
        sa.mode = .tunnel
        sa.reqID = ReqID(rawValue: 7)
        sa.replayWindow = ReplayWindow(rawValue: 4)
        sa.encryption = EncryptionAlgorithm(rawValue: 12)
        sa.integrity = IntegrityAlgorithm(rawValue: 3)
        sa.encryptionKey = key(16)
        sa.integrityKey = key(20)
        sa.limits = LifetimeLimits(soft: Lifetime(addTime: 2800), hard: Lifetime(addTime: 3600))
        return sa
    }

    static func policy(ipv6 isIPv6: Bool = false) -> SecurityPolicy {
        let ends = isIPv6 ? ipv6 : ipv4
        let transform = Transform(
            nextLayer: .esp, mode: .tunnel,
            endpoints: Transform.Endpoints(
                source: ends.source, destination: ends.destination, sourcePort: 500, destinationPort: 4500),
            level: .unique(ReqID(rawValue: 7)))
        let selector = Selector(
            source: AddressPrefix(address: ends.source, length: 24),
            destination: AddressPrefix(address: ends.destination, length: 32), nextLayer: .icmp, sourcePort: 8,
            destinationPort: 1)
        var policy = SecurityPolicy(
            identity: PolicyIdentity(direction: .outbound, selector: selector),
            action: .protect([
                transform, Transform(nextLayer: .ah, mode: .transport, endpoints: nil, level: .require),
            ]), priority: 0x7fff_fff6)
        policy.limits = LifetimeLimits(soft: .zero, hard: Lifetime(addTime: 600, useTime: 60))
        policy.securityContext = SecurityContext(domain: 1, algorithm: 1, label: "system_u:object_r:ipsec_t:s0")
        return policy
    }

    static let reference = SAReference(identity: espSA().identity, source: ipv4.source)

    /// Every request there is.
    static var requests: [KernelRequest] {
        [
            .subscribe, .ping, .add(espSA()), .add(espSA(ipv6: true)), .update(natSA()), .add(ipcompSA()), .add(ahSA()),
            .get(reference), .delete(reference), .reserveSPI(espSA(), range: 0x100...0xfff), .flush(nil),
            .flush(.ah), .dump(nil), .dump(.ipcomp), .addPolicy(policy()), .updatePolicy(policy(ipv6: true)),
            .deletePolicy(policy().identity), .getPolicy(PolicyIndex(rawValue: 81)), .flushPolicies, .dumpPolicies,
        ]
    }

    static func natSA() -> SecurityAssociation {
        var sa = espSA()
        sa.encapsulation = NATTraversal(sourcePort: 4500, destinationPort: 4501)
        sa.originalAddress = IPAddress(ipv4: 0x0a00_0001)
        sa.securityContext = SecurityContext(domain: 1, algorithm: 1, label: "")
        return sa
    }

    static func ipcompSA() -> SecurityAssociation {
        var sa = SecurityAssociation(
            identity: SAIdentity(
                destination: ipv4.destination, ipsecProtocol: .ipcomp, spi: SPI(rawValue: 0x1234)),
            source: ipv4.source)
        sa.compression = .deflate
        return sa
    }

    static func ahSA() -> SecurityAssociation {
        var sa = SecurityAssociation(
            identity: SAIdentity(destination: ipv6.destination, ipsecProtocol: .ah, spi: SPI(rawValue: .max)),
            source: ipv6.source)
        sa.integrity = IntegrityAlgorithm(rawValue: 7)
        sa.integrityKey = key(64)
        sa.flags = [.noECN, .decapsulateDSCP]
        return sa
    }

    static func message(_ type: PFKeyMessageType, _ saType: PFKeySAType = .esp) -> PFKeyMessage {
        PFKeyMessage(type, saType: saType, sequence: 1, processID: processID)
    }

    /// What a kernel says of an SA, in answers, broadcasts and dumps.
    static func kernelRecord(_ type: PFKeyMessageType) throws -> PFKeyMessage {
        var message = message(type)
        try message.set(espSA())
        message.association?.state = 1
        message.currentLifetime = Lifetime(allocations: 3, bytes: 192, addTime: 1_763_907_337, useTime: 1_763_907_339)
        message.proxy = PFKeyAddress(AddressPrefix(address: .unspecified(.ipv4), length: 0))
        return message
    }

    /// What a kernel says of a policy.
    static func kernelPolicy(_ type: PFKeyMessageType) throws -> PFKeyMessage {
        var message = message(type, .unspecified)
        try message.set(policy())
        message.header.reserved = 2
        message.softLifetime = .zero
        message.currentLifetime = Lifetime(addTime: 1_763_907_337)
        message.policy?.index = PolicyIndex(rawValue: 81)
        return message
    }

    /// REGISTER's answer.
    static var registered: PFKeyMessage {
        var message = message(.register)
        message.supportedIntegrity = [
            PFKeySupportedAlgorithm(number: 251, ivByteCount: 0, minimalBitCount: 0, maximalBitCount: 0),
            PFKeySupportedAlgorithm(number: 5, ivByteCount: 0, minimalBitCount: 256, maximalBitCount: 256),
        ]
        message.supportedEncryption = [
            PFKeySupportedAlgorithm(number: 12, ivByteCount: 8, minimalBitCount: 128, maximalBitCount: 256)
        ]
        return message
    }

    static var acquire: PFKeyMessage {
        var message = message(.acquire)
        message.source = PFKeyAddress(AddressPrefix(address: ipv4.source))
        message.destination = PFKeyAddress(AddressPrefix(address: ipv4.destination))
        message.policy = PFKeyPolicy(type: 2, direction: 2, index: PolicyIndex(rawValue: 9), priority: 1)
        let bits = PFKeyCombination.ClosedBits(minimum: 128, maximum: 256)
        message.proposal = PFKeyProposal(
            replayWindow: 32,
            combinations: [
                PFKeyCombination(
                    integrity: 5, integrityBits: bits, encryption: 12, encryptionBits: bits,
                    limits: LifetimeLimits(soft: Lifetime(bytes: 1), hard: Lifetime(allocations: 2, useTime: 3)))
            ])
        return message
    }

    static var newMapping: PFKeyMessage {
        var message = message(.natNewMapping)
        message.association = PFKeyAssociation(spi: SPI(rawValue: 4097))
        message.source = PFKeyAddress(AddressPrefix(address: ipv4.source))
        message.natSourcePort = 4500
        message.destination = PFKeyAddress(AddressPrefix(address: ipv4.destination))
        message.natDestinationPort = 1024
        return message
    }

    static func expire() throws -> PFKeyMessage {
        var message = try kernelRecord(.expire)
        message.integrityKey = nil
        message.encryptionKey = nil
        message.hardLifetime = nil
        message.association?.state = 2
        return message
    }

    /// The extensions that nothing above has.
    static var curiosities: PFKeyMessage {
        var message = message(.pairwiseChange)
        message.sourceIdentity = PFKeyIdentity(
            type: 2, id: 7, name: Array("a.example".utf8) + [UInt8](repeating: 0, count: 7))
        message.destinationIdentity = PFKeyIdentity(type: 3, id: .max, name: [])
        message.sensitivity = PFKeySensitivity(
            domain: 1, secrecyLevel: 2, secrecyWordCount: 1, integrityLevel: 3, integrityWordCount: 0,
            bitmaps: [1, 2, 3, 4, 5, 6, 7, 8])
        message.keyManagerPrivate = PFKeyKeyManagerPrivate(bytes: [1, 2, 3, 4, 5, 6, 7, 8])
        message.keyManagerAddress = PFKeyKeyManagerAddress(
            local: SocketAddress(ipv6.source, port: 500), remote: SocketAddress(ipv6.destination, port: 4500))
        message.filter = PFKeyFilter(
            family: 2, source: .init(high: 0xc000_0200_0000_0000, low: 0, length: 24),
            destination: .init(high: 0, low: 0, length: 0))
        return message
    }

    /// One of every type and direction.
    static func all() throws -> [PFKeyMessage] {
        var messages = [registered, acquire, newMapping, try expire(), curiosities, message(.flush)]
        for request in requests {
            messages.append(try PFKeyMessage(request, id: RequestID(rawValue: 5), processID: processID))
        }
        for type in [PFKeyMessageType.add, .update, .delete, .get, .dump, .getSPI] {
            messages.append(try kernelRecord(type))
        }
        let policyTypes: [PFKeyMessageType] = [
            .spdAdd, .spdUpdate, .spdDelete, .spdDeleteByIndex, .spdGet, .spdDump, .spdSetIndex, .spdExpire,
            .spdAcquire,
            .migrate,
        ]
        messages += try policyTypes.map { try kernelPolicy($0) }
        messages += [message(.spdFlush, .unspecified), message(.promiscuous)]
        return messages
    }
}

extension PFKeyMessage {
    /// The message's bytes.
    func bytes() throws -> [UInt8] {
        var buffer: [UInt8] = []
        try write(into: &buffer)
        return buffer
    }

    /// The message that `bytes` are.
    init(_ bytes: [UInt8]) throws(WireError) {
        self = try PFKeyMessage(parsing: bytes.span)
    }
}

extension SecurityAssociation {
    /// The SA that a message tells of.
    init(from message: PFKeyMessage) throws {
        let bytes = try message.bytes()
        self = try SecurityAssociation(from: PFKeyDatagram(bytes.span))
    }
}

extension SecurityPolicy {
    /// The policy that a message tells of.
    init(from message: PFKeyMessage) throws {
        let bytes = try message.bytes()
        self = try SecurityPolicy(from: PFKeyDatagram(bytes.span))
    }
}
