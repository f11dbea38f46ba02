internal import CLinux
internal import IPsec

/// What one message of NETLINK_XFRM tells, by its type.
struct XFRMMessage: ~Escapable {
    private let type: XFRMMessageType
    /// The whole message, in which the keys lie.
    private let bytes: Span<UInt8>
    /// Those that there are: a policy names its own by number.
    private let devices: Devices

    @_lifetime(copy bytes)
    init(_ type: XFRMMessageType, _ bytes: Span<UInt8>, _ devices: Devices) {
        self.type = type
        self.bytes = bytes
        self.devices = devices
    }

    /// - Parameters:
    ///   - reader: stands behind the header.
    ///   - request: the request of ours that it answers, if it does.
    ///   - known: entries that a dump is likely to tell of as they are known.
    func content(
        _ reader: inout WireReader, inAnswerTo request: KernelRequest?, knowing known: inout some KnownEntries
    ) throws(WireError) -> KernelEvent.Content {
        switch type {
        case .newSA: try newSA(&reader, inAnswerTo: request, knowing: &known)
        case .updateSA: try changedSA(&reader)
        case .deleteSA: try deletedSA(&reader)
        case .flushSAs: try flushed(&reader)
        case .expire: try expired(&reader)
        case .acquire: .acquire(try Acquire(fromXFRM: &reader))
        case .newPolicy: try newPolicy(&reader, inAnswerTo: request, knowing: &known)
        case .updatePolicy: try policy(.updated, &reader)
        case .deletePolicy: try deletedPolicy(&reader)
        case .flushPolicies: try flushedPolicies(&reader)
        case .policyExpire: try expiredPolicy(&reader)
        case .migrate: .migrated
        case .mapping: try newMapping(&reader)
        case .newSPDInformation: try KernelEvent.Content(spdInformation: &reader)
        default: ignored
        }
    }

    private var ignored: KernelEvent.Content { .ignored(messageType: type.octet) }

    // MARK: SAs

    private func association(_ reader: inout WireReader) throws(WireError) -> SecurityAssociation? {
        var known = NothingKnown()
        return try association(&reader, knowing: &known)
    }

    private func association(
        _ reader: inout WireReader, knowing known: inout some KnownEntries
    ) throws(WireError) -> SecurityAssociation? {
        guard try Self.isOurs(reader) else { return nil }
        return try SecurityAssociation(fromXFRM: &reader, devices, in: bytes, knowing: &known)
    }

    /// An SA that is gone, or going: its algorithms are not looked at.
    private func association(
        _ info: inout WireReader, _ attributes: XFRMAssociationAttributes
    ) throws(WireError) -> SecurityAssociation? {
        guard try Self.isOurs(info) else { return nil }
        var known = NothingKnown()
        return try SecurityAssociation(
            fromXFRM: &info, attributes, in: bytes, withAlgorithms: false, knowing: &known)
    }

    /// Beside an IPCOMP SA in tunnel mode the kernel keeps one of IP in IP: nobody's to manage (xfrm-facts 4).
    private static func isOurs(_ info: borrowing WireReader) throws(WireError) -> Bool {
        var ahead = info.from(info.offset + 76)
        return IPsecProtocol(rawValue: try ahead.read(UInt8.self)) != nil
    }

    /// Told of every new SA, and the answer to three requests.
    private func newSA(
        _ reader: inout WireReader, inAnswerTo request: KernelRequest?, knowing known: inout some KnownEntries
    ) throws(WireError) -> KernelEvent.Content {
        if case .dump? = request {
            return try association(&reader, knowing: &known).map { .dumped($0, isLast: false) } ?? ignored
        }
        guard let association = try association(&reader) else { return ignored }
        return switch request {
        case .get: .association(.got, association)
        case .reserveSPI: .reservedSPI(association)
        default: .association(.added, association)
        }
    }

    /// What is told is what was asked for, and not all of it is done to a mature SA (xfrm-facts 2.3).
    private func changedSA(_ reader: inout WireReader) throws(WireError) -> KernelEvent.Content {
        try association(&reader).map { .association(.updated, $0) } ?? ignored
    }

    /// The identity is the request's; what was deleted is in an attribute, and the rest of it in others beside that.
    private func deletedSA(_ reader: inout WireReader) throws(WireError) -> KernelEvent.Content {
        try reader.skip(24)
        var ahead = reader.from(reader.offset)
        let attributes = try XFRMAssociationAttributes(from: &ahead, devices)
        var content: KernelEvent.Content?
        try reader.forEachAttribute { type, inner throws(WireError) in
            guard type == .association else { return }
            content = try association(&inner, attributes).map { .association(.deleted, $0) } ?? ignored
        }
        guard let content else {
            throw WireError(.missingAttribute(type: XFRMAttributeType.association.rawValue), at: reader.offset)
        }
        return content
    }

    private func flushed(_ reader: inout WireReader) throws(WireError) -> KernelEvent.Content {
        let number = try reader.read(UInt8.self)
        // 0 and 255 are all of them.
        if number == 0 || number == UInt8(IPSEC_PROTO_ANY) { return .flushed(nil) }
        return IPsecProtocol(rawValue: number).map { .flushed($0) } ?? ignored
    }

    private func expired(_ reader: inout WireReader) throws(WireError) -> KernelEvent.Content {
        var info = try reader.slice(byteCount: 224)
        let isHard = try reader.read(UInt8.self) != 0
        // Padding.
        try reader.skip(7)
        let attributes = try XFRMAssociationAttributes(from: &reader, devices)
        guard var fields = try association(&info, attributes)?.fields else { return ignored }
        fields.state = isHard ? .dead : .dying
        return .expired(SecurityAssociation(fields), isHard ? .hard : .soft)
    }

    private func newMapping(_ reader: inout WireReader) throws(WireError) -> KernelEvent.Content {
        // `xfrm_usersa_id`: the SA's own destination.
        let destination = try XFRMAddress(from: &reader)
        let spi = SPI(rawValue: try reader.readBigEndian(UInt32.self))
        let family = try IPAddress.Family.read(from: &reader)
        let ipsecProtocol = IPsecProtocol(rawValue: try reader.read(UInt8.self))
        // Padding, the reqid, and the addresses of the peer, the old one and the new one.
        try reader.skip(1 + 4 + 32)
        let (oldPort, newPort) = (try reader.readBigEndian(UInt16.self), try reader.readBigEndian(UInt16.self))
        guard let ipsecProtocol else { return ignored }
        let identity = SAIdentity(
            destination: destination.address(family), ipsecProtocol: ipsecProtocol, spi: spi)
        return .newMapping(identity, NATTraversal(sourcePort: oldPort, destinationPort: newPort))
    }

    // MARK: Policies

    private func policy(
        _ verb: KernelEvent.Verb, _ reader: inout WireReader
    ) throws(WireError) -> KernelEvent.Content {
        var known = NothingKnown()
        return try SecurityPolicy.read(fromXFRM: &reader, devices, knowing: &known).map { .policy(verb, $0) } ?? ignored
    }

    private func newPolicy(
        _ reader: inout WireReader, inAnswerTo request: KernelRequest?, knowing known: inout some KnownEntries
    ) throws(WireError) -> KernelEvent.Content {
        switch request {
        case .dumpPolicies:
            try SecurityPolicy.read(fromXFRM: &reader, devices, knowing: &known)
                .map { .dumpedPolicy($0, isLast: false) } ?? ignored
        case .getPolicy: try policy(.got, &reader)
        default: try policy(.added, &reader)
        }
    }

    /// The header is the request's, and has a selector or a number; what was deleted is in an attribute, and its
    /// templates are attributes beside it, as is what makes it another one than that without a mark.
    private func deletedPolicy(_ reader: inout WireReader) throws(WireError) -> KernelEvent.Content {
        try reader.skip(64)
        var ahead = reader.from(reader.offset)
        let attributes = try XFRMPolicyAttributes(from: &ahead)
        var content: KernelEvent.Content?
        try reader.forEachAttribute { type, inner throws(WireError) in
            guard type == .policy else { return }
            content = try deletedPolicy(&inner, attributes)
        }
        guard let content else {
            throw WireError(.missingAttribute(type: XFRMAttributeType.policy.rawValue), at: reader.offset)
        }
        return content
    }

    private func deletedPolicy(
        _ info: inout WireReader, _ attributes: XFRMPolicyAttributes
    ) throws(WireError) -> KernelEvent.Content {
        var known = NothingKnown()
        let policy = try SecurityPolicy.read(fromXFRM: &info, attributes: attributes, devices, knowing: &known)
        return policy.map { .policy(.deleted, $0) } ?? ignored
    }

    /// After the hard limit the policy is gone, and nothing else tells it; the soft one is told every half minute.
    private func expiredPolicy(_ reader: inout WireReader) throws(WireError) -> KernelEvent.Content {
        var info = try reader.slice(byteCount: 168)
        let isHard = try reader.read(UInt8.self) != 0
        // Padding.
        try reader.skip(7)
        var known = NothingKnown()
        let policy = try SecurityPolicy.read(
            fromXFRM: &info, attributes: try XFRMPolicyAttributes(from: &reader), devices, knowing: &known)
        return policy.map { .policyExpired($0, isHard ? .hard : .soft) } ?? ignored
    }

    /// The sub policies are a second table, and not ours; a kernel without them names none.
    private func flushedPolicies(_ reader: inout WireReader) throws(WireError) -> KernelEvent.Content {
        try XFRMPolicyAttributes(from: &reader).saysMore ? ignored : .policiesFlushed
    }
}

extension Acquire {
    /// `xfrm_user_acquire`: what is wanted, from where, for which traffic, and the policy that wants it.
    fileprivate init(fromXFRM reader: inout WireReader) throws(WireError) {
        let destination = try XFRMAddress(from: &reader)
        try reader.skip(4)
        let ipsecProtocol = IPsecProtocol(rawValue: try reader.read(UInt8.self))
        try reader.skip(3)
        let source = try XFRMAddress(from: &reader)
        let selector = try XFRMSelector(from: &reader)
        // The policy's selector, limits and counters, and its priority.
        try reader.skip(XFRMSelector.byteCount + 64 + 32 + 4)
        let index = PolicyIndex(rawValue: try reader.read(UInt32.self))
        guard let family = IPAddress.Family(xfrmNumber: selector.family) else {
            throw WireError(.addressFamily(selector.family), at: reader.offset)
        }
        self.init(
            source: source.address(family), destination: destination.address(family), ipsecProtocol: ipsecProtocol,
            policy: index)
    }
}
