internal import CLinux
package import IPsec

extension SecurityAssociation {
    /// The SA that a message tells of, whatever is known.
    ///
    /// - Throws: where an extension is missing, or a number has no meaning here.
    package init(from message: borrowing PFKeyDatagram) throws(WireError) {
        var known = NothingKnown()
        try self.init(from: message, knowing: &known)
    }

    /// The SA that a message tells of.
    ///
    /// - Parameter known: where it is in the message as it is known, it is the known one.
    /// - Throws: where an extension is missing, or a number has no meaning here.
    package init(
        from message: borrowing PFKeyDatagram, knowing known: inout some KnownEntries
    ) throws(WireError) {
        guard let ipsecProtocol = message.header.saType.ipsecProtocol else {
            throw WireError(.value(field: "the SA type", UInt32(message.header.saType.rawValue)), at: 0)
        }
        guard let association = message.association else { throw .missing(.association) }
        guard let source = message.source else { throw .missing(.source) }
        guard let destination = message.destination else { throw .missing(.destination) }
        guard source.address.family == destination.address.family else { throw WireError(.mixedFamilies, at: 0) }
        guard let state = SAState(rawValue: association.state) else {
            throw WireError(.value(field: "the SA's state", UInt32(association.state)), at: 0)
        }
        var fields = Fields(
            identity: SAIdentity(
                destination: destination.address, ipsecProtocol: ipsecProtocol, spi: association.spi),
            source: source.address)
        fields.state = state
        fields.replayWindow = ReplayWindow(rawValue: UInt16(association.replayWindow))
        fields.flags = SAFlags(rawValue: association.flags.pfKeyBits)
        fields.setAlgorithms(from: association)
        fields.setRest(from: message)
        // Once, from the datagram to where they stay.
        let (encryption, integrity) = (message.keyBytes(.encryptionKey), message.keyBytes(.integrityKey))
        // CMAC over ESP shows no number, yet its key.
        if fields.integrity.rawValue == 0, integrity != nil { fields.isDegraded = true }
        let former = known.association(fields.identity)
        self.init(consume fields, encryption: encryption, integrity: integrity, knowing: former)
    }
}

extension SecurityAssociation.Fields {
    fileprivate mutating func setAlgorithms(from association: PFKeyAssociation) {
        if identity.ipsecProtocol == .ipcomp {
            compression = CompressionAlgorithm(rawValue: UInt16(association.encryption))
        } else {
            encryption = EncryptionAlgorithm(rawValue: UInt16(association.encryption))
            integrity = IntegrityAlgorithm(rawValue: UInt16(association.integrity))
        }
        isDegraded = state != .larval && lacksAlgorithm
    }

    /// Whether a protocol's own algorithm has no PF_KEY number: AEAD in ESP, CMAC in AH (kernel-facts 4).
    private var lacksAlgorithm: Bool {
        switch identity.ipsecProtocol {
        case .esp: encryption.rawValue == 0
        case .ah: integrity.rawValue == 0
        case .ipcomp: compression.rawValue == 0
        }
    }

    fileprivate mutating func setRest(from message: borrowing PFKeyDatagram) {
        if let association2 = message.association2 {
            mode = association2.mode
            reqID = association2.reqID
        }
        limits = message.limits
        current = message.currentLifetime ?? .zero
        encapsulation = message.natTraversal
        if let address = message.natOriginalAddress { originalAddress = address.address }
        if let context = message.securityContext { securityContext = SecurityContext(context) }
    }
}

// MARK: Writing

extension SecurityAssociation {
    /// Says it as ADD and UPDATE do.
    ///
    /// - Throws: for an algorithm that PF_KEY has no number for, and a key or label that is too long for its length field.
    func write(to writer: inout WireWriter) throws(WireError) {
        try identity.requireNoMark()
        guard outputMark.isNone, interfaceID == .none else { throw WireError(.value(field: "a binding", 0), at: 0) }
        try PFKeyAssociation(self).write(to: &writer)
        try limits.writeIfAny(to: &writer)
        try PFKeyAddress(AddressPrefix(address: source)).write(.source, to: &writer)
        try PFKeyAddress(AddressPrefix(address: identity.destination)).write(.destination, to: &writer)
        try writeKeys(to: &writer)
        try PFKeyAssociation2(mode: mode, reqID: reqID).write(to: &writer)
        try encapsulation?.write(to: &writer)
        if let originalAddress {
            try PFKeyAddress(AddressPrefix(address: originalAddress)).write(.natOriginalAddress, to: &writer)
        }
        if let securityContext { try PFKeySecurityContext(securityContext).write(to: &writer) }
    }

    /// ESP wants an encryption key even where there is none, AH an authentication key (kernel-facts 1.2).
    private func writeKeys(to writer: inout WireWriter) throws(WireError) {
        let (ipsecProtocol, keys) = (identity.ipsecProtocol, keyBytes)
        if ipsecProtocol == .ah || keys.integrity != nil {
            try PFKeyKey.write(keys.integrity, .integrityKey, to: &writer)
        }
        if ipsecProtocol == .esp || keys.encryption != nil {
            try PFKeyKey.write(keys.encryption, .encryptionKey, to: &writer)
        }
    }

    /// Asks for an SPI as GETSPI does: says everything but the SPI, which is what the kernel is to find.
    func writeReservation(_ range: ClosedRange<UInt32>, to writer: inout WireWriter) throws(WireError) {
        try PFKeyAddress(AddressPrefix(address: source)).write(.source, to: &writer)
        try PFKeyAddress(AddressPrefix(address: identity.destination)).write(.destination, to: &writer)
        try PFKeyAssociation2(mode: mode, reqID: reqID).write(to: &writer)
        try PFKeySPIRange(minimum: range.lowerBound, maximum: range.upperBound).write(to: &writer)
    }
}

extension SAIdentity {
    /// PF_KEY has no marks: without its own, another SA would be meant.
    fileprivate func requireNoMark() throws(WireError) {
        guard mark.isNone else { throw WireError(.value(field: "a mark", mark.value), at: 0) }
    }
}

extension SAReference {
    /// Says which SA is meant, as GET and DELETE do.
    func write(to writer: inout WireWriter) throws(WireError) {
        try identity.requireNoMark()
        try PFKeyAssociation(spi: identity.spi).write(to: &writer)
        try PFKeyAddress(AddressPrefix(address: source)).write(.source, to: &writer)
        try PFKeyAddress(AddressPrefix(address: identity.destination)).write(.destination, to: &writer)
    }
}

extension LifetimeLimits {
    /// Both extensions or neither: the kernel refuses one alone for an SA (kernel-facts K5).
    func writeIfAny(to writer: inout WireWriter) throws(WireError) {
        guard !isNone else { return }
        try write(to: &writer)
    }

    func write(to writer: inout WireWriter) throws(WireError) {
        try hard.write(.hardLifetime, to: &writer)
        try soft.write(.softLifetime, to: &writer)
    }
}

extension NATTraversal {
    /// All three always: Linux 6.1 leaves a missing port uninitialised (kernel-facts 4).
    func write(to writer: inout WireWriter) throws(WireError) {
        try PFKeyNATExtension.write(type: type, to: &writer)
        try PFKeyNATExtension.write(port: sourcePort, .natSourcePort, to: &writer)
        try PFKeyNATExtension.write(port: destinationPort, .natDestinationPort, to: &writer)
    }
}

extension PFKeyAssociation {
    /// The part of `sa` that the SA extension carries.
    fileprivate init(_ sa: SecurityAssociation) throws(WireError) {
        self.init(spi: sa.identity.spi)
        replayWindow = UInt8(clamping: sa.replayWindow.rawValue)
        state = sa.state.rawValue
        flags = SAFlags(rawValue: sa.flags.pfKeyBits)
        if sa.identity.ipsecProtocol == .ipcomp {
            encryption = try Self.octet(sa.compression.rawValue)
        } else {
            encryption = try Self.octet(sa.encryption.rawValue)
            integrity = try Self.octet(sa.integrity.rawValue)
        }
    }

    /// Numbers from 256 are the algorithm table's own: PF_KEY has none for them.
    private static func octet(_ number: UInt16) throws(WireError) -> UInt8 {
        guard let octet = UInt8(exactly: number) else {
            throw WireError(.value(field: "a PF_KEY algorithm", UInt32(number)), at: 0)
        }
        return octet
    }
}

extension SecurityContext {
    /// The label as text; its NUL, which travels, is left off.
    init(_ context: PFKeySecurityContext) {
        let text = context.label.last == 0 ? context.label.dropLast() : context.label[...]
        self.init(
            domain: context.domain, algorithm: context.algorithm, label: String(decoding: text, as: UTF8.self))
    }
}

extension PFKeySecurityContext {
    /// The label as it travels, with the NUL that setkey sends.
    init(_ context: SecurityContext) {
        self.init(algorithm: context.algorithm, domain: context.domain, label: Array(context.label.utf8) + [0])
    }
}

extension WireError {
    /// A message lacks an extension that its type needs.
    static func missing(_ type: PFKeyExtensionType) -> WireError {
        WireError(.missingExtension(type: type.rawValue), at: 0)
    }
}
