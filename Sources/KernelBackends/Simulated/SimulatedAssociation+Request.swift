internal import IPsec

// ADD and UPDATE: the SA of a message, with the kernel's checks in the kernel's order (kernel-facts 1.2, 1.3).

extension SimulatedAssociation {
    /// Reads the SA of an ADD or UPDATE.
    ///
    /// - Throws: the errno of the reply.
    init(_ message: PFKeyMessage, release: SimulatedKernel.Release) throws(KernelErrno) {
        guard let association = message.association else { throw .invalidArgument }
        let (source, destination) = try message.ends()
        let saType = message.header.saType
        try Self.checkExtensions(of: message)
        try SimulatedCrypto.checkNumbers(message, association)
        try SimulatedCrypto.checkKnown(association, isCompression: saType == .ipcomp)
        let mode = message.association2?.mode ?? .any
        guard mode.rawValue <= Mode.beet.rawValue else { throw .invalidArgument }
        // SA type 0 has passed all checks so far; there is no protocol behind it.
        guard let ipsecProtocol = saType.ipsecProtocol else { throw .protocolUnsupported }

        self.init(from: source.address, to: destination.address, ipsecProtocol, spi: association.spi)
        self.mode = mode.inKernel
        reqID = message.association2?.reqID ?? .none
        replayWindow = min(association.replayWindow, KernelTraits.pfKey.maximumReplayWindow.rawValue)
        flags = association.flags.intersection(Self.keptFlags)
        integrity = association.integrity
        encryption = association.encryption
        integrityKey = integrity == 0 ? nil : message.integrityKey?.present
        encryptionKey = encryption == 0 || ipsecProtocol == .ipcomp ? nil : message.encryptionKey?.present
        sequence = message.header.sequence
        limits = LifetimeLimits(message)
        encapsulation = NATTraversal(message)
        try readSelector(of: message)
        try SimulatedCrypto.checkInstance(of: self, release: release)
    }

    /// What the kernel keeps of the flags of a request.
    private static let keptFlags: SAFlags = [.noECN, .decapsulateDSCP, .noPathMTUDiscovery]

    private static func checkExtensions(of message: PFKeyMessage) throws(KernelErrno) {
        let saType = message.header.saType
        if saType == .esp, message.encryptionKey == nil { throw .invalidArgument }
        if saType == .ah, message.integrityKey == nil { throw .invalidArgument }
        guard (message.hardLifetime == nil) == (message.softLifetime == nil),
            saType == .unspecified || saType.ipsecProtocol != nil
        else { throw .invalidArgument }
    }

    /// The source half of the selector comes from ADDRESS_PROXY, address and prefix alone; without it, everything is
    /// selected.
    private mutating func readSelector(of message: PFKeyMessage) throws(KernelErrno) {
        guard let proxy = message.proxy else { return }
        // In transport mode the family must be the SA's.
        guard proxy.address.family == source.family || mode != .transport else { throw .protocolUnsupported }
        selector = PFKeyAddress(
            AddressPrefix(address: proxy.address.reinterpreted(as: source.family), length: proxy.prefixLength))
    }
}

extension Mode {
    /// The mode that the kernel makes of PF_KEY's: any is transport.
    var inKernel: Mode { self == .any ? .transport : self }
}

extension PFKeyKey {
    /// The key, if it has bits: messages show no other.
    fileprivate var present: PFKeyKey? { bitCount == 0 ? nil : self }
}

extension IPAddress {
    /// The first bits of this address seen as one of `family`, which is what the kernel shows of a selector whose
    /// family is not the SA's (kernel-facts 4).
    func reinterpreted(as family: Family) -> IPAddress {
        switch (self.family, family) {
        case (.ipv4, .ipv6): IPAddress(ipv6: UInt64(ipv4Bits) << 32, 0)
        case (.ipv6, .ipv4): IPAddress(ipv4: UInt32(truncatingIfNeeded: high >> 32))
        default: self
        }
    }
}

extension LifetimeLimits {
    /// The limits of a request; none where the extensions are missing.
    init(_ message: PFKeyMessage) {
        self.init(soft: message.softLifetime?.inKernel ?? .zero, hard: message.hardLifetime?.inKernel ?? .zero)
    }
}

extension Lifetime {
    /// All bits set is how the kernel keeps "no byte limit", so it reads back as 0.
    fileprivate var inKernel: Lifetime {
        var limit = self
        if limit.bytes == .max { limit.bytes = 0 }
        return limit
    }
}

extension NATTraversal {
    /// The encapsulation of a request; `nil` without NAT_T_TYPE. The original address is not kept (kernel-facts K18).
    fileprivate init?(_ message: PFKeyMessage) {
        guard let type = message.natType else { return nil }
        self.init(
            type: type, sourcePort: message.natSourcePort ?? 0, destinationPort: message.natDestinationPort ?? 0)
    }
}
