internal import IPsec

// ADD and UPDATE: the SA of a message, with the kernel's checks in the kernel's order (kernel-facts 1.2, 1.3).

extension SimulatedAssociation {
    /// Reads the SA of an ADD or UPDATE.
    ///
    /// - Throws: the errno of the answer.
    init(_ message: PFKeyDatagram, release: SimulatedKernel.Release) throws(KernelErrno) {
        guard let association = message.association else { throw .invalidArgument }
        let (source, destination) = try message.ends()
        let saType = message.header.saType
        try Self.checkExtensions(of: message)
        let (integrityKey, encryptionKey) = (message.integrityKey, message.encryptionKey)
        try SimulatedCrypto.checkNumbers(association, saType, integrityKey, encryptionKey)
        try SimulatedCrypto.checkKnown(association, isCompression: saType == .ipcomp)
        let association2 = message.association2
        let mode = association2?.mode ?? .any
        guard mode.rawValue <= Mode.beet.rawValue else { throw .invalidArgument }
        // SA type 0 has passed all checks so far; there is no protocol behind it.
        guard let ipsecProtocol = saType.ipsecProtocol else { throw .protocolUnsupported }

        self.init(from: source.address, to: destination.address, ipsecProtocol, spi: association.spi)
        self.mode = mode.inKernel
        reqID = association2?.reqID ?? .none
        replayWindow = min(association.replayWindow, UInt8(clamping: ReplayWindow.ordinary.rawValue))
        flags = association.flags.intersection(Self.keptFlags)
        integrity = association.integrity
        encryption = association.encryption
        self.integrityKey = integrity == 0 ? nil : integrityKey?.present
        self.encryptionKey = encryption == 0 || ipsecProtocol == .ipcomp ? nil : encryptionKey?.present
        sequence = message.header.sequence
        limits = message.limits.inKernel
        // The original address is not kept (kernel-facts K18).
        encapsulation = message.natTraversal
        try readSelector(of: message)
        try SimulatedCrypto.checkInstance(of: self, release: release)
    }

    /// What the kernel keeps of the flags of a request.
    private static let keptFlags = SAFlags.ofPFKey

    private static func checkExtensions(of message: PFKeyDatagram) throws(KernelErrno) {
        let saType = message.header.saType
        if saType == .esp, !message.has(.encryptionKey) { throw .invalidArgument }
        if saType == .ah, !message.has(.integrityKey) { throw .invalidArgument }
        guard message.has(.hardLifetime) == message.has(.softLifetime),
            saType == .unspecified || saType.ipsecProtocol != nil
        else { throw .invalidArgument }
    }

    /// The source half of the selector comes from ADDRESS_PROXY, address and prefix alone; without it, everything is
    /// selected.
    private mutating func readSelector(of message: PFKeyDatagram) throws(KernelErrno) {
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
    /// The limits as the kernel keeps them.
    var inKernel: LifetimeLimits { LifetimeLimits(soft: soft.inKernel, hard: hard.inKernel) }
}

extension Lifetime {
    /// All bits set is how the kernel keeps "no byte limit", so it reads back as 0.
    fileprivate var inKernel: Lifetime {
        var limit = self
        if limit.bytes == .max { limit.bytes = 0 }
        return limit
    }
}
