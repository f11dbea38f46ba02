internal import CLinux
internal import IPsec

extension SecurityAssociation {
    /// The SA that a message tells of: `xfrm_usersa_info`, at which `reader` stands, and the attributes behind it.
    ///
    /// Its state is not told (xfrm-facts 4): one that has no algorithm yet is larval, and every other one mature.
    /// - Parameters:
    ///   - message: the whole message, in which the keys lie.
    ///   - withAlgorithms: whether the message tells them of every SA that has any.
    ///   - known: where it is in the message as it is known, it is the known one.
    init(
        fromXFRM reader: inout WireReader, in message: Span<UInt8>, withAlgorithms: Bool = true,
        knowing known: inout some KnownEntries
    ) throws(WireError) {
        var info = try reader.slice(byteCount: XFRMAssociation.byteCount)
        let attributes = try XFRMAssociationAttributes(from: &reader)
        try self.init(
            fromXFRM: &info, attributes, in: message, withAlgorithms: withAlgorithms, knowing: &known)
    }

    /// The same where other things stand between the two.
    init(
        fromXFRM reader: inout WireReader, _ attributes: XFRMAssociationAttributes, in message: Span<UInt8>,
        withAlgorithms: Bool, knowing known: inout some KnownEntries
    ) throws(WireError) {
        let info = try XFRMAssociation(from: &reader)
        var fields = info.fields
        fields.isDegraded = info.saysMore || attributes.saysMore
        fields.setAlgorithms(attributes)
        if withAlgorithms, !attributes.hasAlgorithm { fields.state = .larval }
        if let window = attributes.replayWindow {
            fields.replayWindow = ReplayWindow(rawValue: UInt8(clamping: window))
            if window > UInt32(UInt8.max) { fields.isDegraded = true }
        }
        fields.encapsulation = attributes.encapsulation
        if let address = attributes.originalAddress, !address.isZero {
            fields.originalAddress = address.address(fields.source.family)
        }
        fields.securityContext = attributes.securityContext
        fields.bind(attributes.bindings)
        let former = known.association(fields.identity)
        self.init(
            consume fields, encryption: XFRMAlgorithm.key(of: attributes.cipher, in: message),
            integrity: XFRMAlgorithm.key(of: attributes.integrity, in: message), knowing: former)
    }

    // MARK: Writing

    /// Says it as NEWSA and UPDSA do.
    ///
    /// - Throws: for what XFRM has no bytes for.
    func writeXFRM(to writer: inout WireWriter) throws(WireError) {
        try writeXFRMInfo(to: &writer)
        try writeAlgorithms(to: &writer)
        if let encapsulation {
            try writer.appendAttribute(.encapsulation) { writer throws(WireError) in
                writer.append(UInt16(encapsulation.type))
                writer.append(bigEndian: encapsulation.sourcePort)
                writer.append(bigEndian: encapsulation.destinationPort)
                writer.append(zeros: 2)
                // Of another family it would be read back as another address.
                let address = originalAddress.flatMap { $0.family == source.family ? $0 : nil }
                XFRMAddress(address ?? .unspecified(source.family)).write(to: &writer)
            }
        }
        if let securityContext { try securityContext.writeXFRM(to: &writer) }
        try XFRMBindings(of: self).write(to: &writer)
    }

    /// `xfrm_usersa_info`.
    private func writeXFRMInfo(to writer: inout WireWriter) throws(WireError) {
        let family = identity.destination.family
        XFRMSelector(all: family).write(to: &writer)
        identity.writeXFRM(to: &writer)
        XFRMAddress(source).write(to: &writer)
        limits.writeXFRM(to: &writer)
        // Counters (32 bytes), statistics (12) and the sequence number of an ACQUIRE are the kernel's.
        writer.append(zeros: 48)
        writer.append(reqID.rawValue)
        writer.append(family.xfrmNumber)
        writer.append(try mode.xfrmNumber)
        writer.append(min(replayWindow.rawValue, ReplayWindow.ordinary.rawValue))
        writer.append(flags.xfrmBits)
        writer.append(zeros: 7)
    }

    /// Asks for an SPI as ALLOCSPI does: says everything but the SPI, which is what the kernel is to find.
    func writeXFRMReservation(_ range: ClosedRange<UInt32>, to writer: inout WireWriter) throws(WireError) {
        try writeXFRMInfo(to: &writer)
        writer.append(range.lowerBound)
        writer.append(range.upperBound)
        var bindings = XFRMBindings(of: self)
        bindings.outputMark = .none
        try bindings.write(to: &writer)
    }
}

extension SAIdentity {
    /// `xfrm_id`.
    fileprivate func writeXFRM(to writer: inout WireWriter) {
        XFRMAddress(destination).write(to: &writer)
        writer.append(bigEndian: spi.rawValue)
        writer.append(ipsecProtocol.rawValue)
        writer.append(zeros: 3)
    }

    /// Says which SA is meant, as GETSA and DELSA do (`xfrm_usersa_id`).
    func writeXFRMReference(to writer: inout WireWriter) throws(WireError) {
        XFRMAddress(destination).write(to: &writer)
        writer.append(bigEndian: spi.rawValue)
        writer.append(destination.family.xfrmNumber)
        writer.append(ipsecProtocol.rawValue)
        writer.append(zeros: 1)
        try XFRMBindings(mark: mark).write(to: &writer)
    }
}

/// What `xfrm_usersa_info` says.
private struct XFRMAssociation {
    /// How many bytes it has.
    static let byteCount = 224
    /// Where it says the family of its addresses, which stand before that.
    private static let familyOffset = 212

    let fields: SecurityAssociation.Fields
    /// Whether it says something that the language has no word for.
    let saysMore: Bool

    init(from whole: inout WireReader) throws(WireError) {
        let start = whole.offset
        var reader = try whole.slice(byteCount: Self.byteCount)
        var ahead = reader.from(start + Self.familyOffset)
        let family = try IPAddress.Family.read(from: &ahead)
        let selector = try XFRMSelector(from: &reader)
        let destination = try XFRMAddress(from: &reader).address(family)
        let spi = SPI(rawValue: try reader.readBigEndian(UInt32.self))
        let number = try reader.read(UInt8.self)
        guard let ipsecProtocol = IPsecProtocol(rawValue: number) else {
            throw WireError(.value(field: "an SA's protocol", UInt32(number)), at: start)
        }
        try reader.skip(3)
        let source = try XFRMAddress(from: &reader).address(family)
        var fields = SecurityAssociation.Fields(
            identity: SAIdentity(destination: destination, ipsecProtocol: ipsecProtocol, spi: spi), source: source)
        fields.limits = try LifetimeLimits(fromXFRM: &reader)
        fields.current = try Lifetime(fromXFRM: &reader)
        // Statistics, and the sequence number of an ACQUIRE.
        try reader.skip(16)
        fields.reqID = ReqID(rawValue: try reader.read(UInt32.self))
        try reader.skip(2)
        let mode = try reader.read(UInt8.self)
        fields.mode = Mode(xfrmNumber: mode)
        fields.replayWindow = ReplayWindow(rawValue: try reader.read(UInt8.self))
        let bits = try reader.read(UInt8.self)
        fields.flags = SAFlags(xfrmBits: bits)
        saysMore = !selector.isAll || fields.mode.word == nil || fields.flags.xfrmBits != bits
        self.fields = fields
    }
}

extension SecurityAssociation.Fields {
    /// Takes over how it encrypts, authenticates and compresses.
    fileprivate mutating func setAlgorithms(_ attributes: XFRMAssociationAttributes) {
        if let algorithm = attributes.compression {
            compression = CompressionAlgorithm(rawValue: XFRMAlgorithms.compression.number(algorithm.name))
            if compression == .none { isDegraded = true }
        }
        if let algorithm = attributes.cipher {
            let number =
                attributes.combined == nil
                ? XFRMAlgorithms.encryption.number(algorithm.name)
                : XFRMAlgorithms.combined.number(algorithm.name, icvBits: algorithm.icvBits)
            encryption = EncryptionAlgorithm(rawValue: number)
            if encryption == .none { isDegraded = true }
        }
        if let algorithm = attributes.integrity {
            let number = XFRMAlgorithms.integrity.number(algorithm.name, icvBits: algorithm.icvBits)
            integrity = IntegrityAlgorithm(rawValue: number)
            if integrity == .none { isDegraded = true }
        }
    }
}

/// What the attributes of an SA say.
struct XFRMAssociationAttributes {
    fileprivate var encryption: XFRMAlgorithm?
    var combined: XFRMAlgorithm?
    /// With the length of the ICV: dumps always have this one, beside one without it (xfrm-facts 3.1).
    var integrity: XFRMAlgorithm?
    var compression: XFRMAlgorithm?
    var encapsulation: NATTraversal?
    var originalAddress: XFRMAddress?
    var securityContext: SecurityContext?
    var bindings = XFRMBindings()
    /// In packets, where it is not in the header.
    var replayWindow: UInt32?
    /// Whether there is something that the language has no word for.
    var saysMore = false

    /// What has the encryption key.
    var cipher: XFRMAlgorithm? { combined ?? encryption }

    var hasAlgorithm: Bool { encryption != nil || combined != nil || integrity != nil || compression != nil }

    init(from reader: inout WireReader) throws(WireError) {
        try reader.forEachAttribute { type, content throws(WireError) in
            switch type {
            case .algorithmEncryption: encryption = try XFRMAlgorithm(from: &content, withICV: false)
            case .algorithmCombined: combined = try XFRMAlgorithm(from: &content, withICV: true)
            case .algorithmAuthenticationTruncated: integrity = try XFRMAlgorithm(from: &content, withICV: true)
            case .algorithmCompression: compression = try XFRMAlgorithm(from: &content, withICV: false)
            case .encapsulation: try readEncapsulation(from: &content)
            case .securityContext: securityContext = try SecurityContext(fromXFRM: &content)
            case .extendedReplay:
                // The words of the bitmap, and five numbers that move.
                try content.skip(20)
                replayWindow = try content.read(UInt32.self)
            case .padding, .extraFlags, .offload, .careOfAddress, .direction: saysMore = true
            default: try bindings.read(type, &content)
            }
        }
    }

    private mutating func readEncapsulation(from reader: inout WireReader) throws(WireError) {
        let type = try reader.read(UInt16.self)
        let source = try reader.readBigEndian(UInt16.self)
        let destination = try reader.readBigEndian(UInt16.self)
        try reader.skip(2)
        encapsulation = NATTraversal(
            type: UInt8(truncatingIfNeeded: type), sourcePort: source, destinationPort: destination)
        originalAddress = try XFRMAddress(from: &reader)
    }
}

extension SecurityAssociation.Fields {
    /// Takes over what binds it to packets and interfaces.
    fileprivate mutating func bind(_ bindings: XFRMBindings) {
        guard bindings != XFRMBindings() else { return }
        if !bindings.mark.isNone { identity = identity.marked(bindings.mark) }
        (outputMark, interfaceID) = (bindings.outputMark, bindings.interfaceID)
    }
}

extension Mode {
    /// `XFRM_MODE_*`; a number that the language has no word for is kept apart from those that it has.
    init(xfrmNumber: UInt8) {
        switch Int32(xfrmNumber) {
        case XFRM_MODE_TRANSPORT: self = .transport
        case XFRM_MODE_TUNNEL: self = .tunnel
        case XFRM_MODE_BEET: self = .beet
        default: self.init(rawValue: xfrmNumber | 0x80)
        }
    }

    /// - Throws: for a mode that XFRM has no number for.
    var xfrmNumber: UInt8 {
        get throws(WireError) {
            switch self {
            case .any, .transport: UInt8(XFRM_MODE_TRANSPORT)
            case .tunnel: UInt8(XFRM_MODE_TUNNEL)
            case .beet: UInt8(XFRM_MODE_BEET)
            default: throw WireError(.value(field: "a mode", UInt32(rawValue)), at: 0)
            }
        }
    }
}

extension SAFlags {
    private static let pairs: [(flag: SAFlags, bit: UInt8)] = [
        (.noECN, 1), (.decapsulateDSCP, 2), (.noPathMTUDiscovery, 4),
    ]

    /// Of `XFRM_STATE_*`, those that PF_KEY has, too.
    init(xfrmBits: UInt8) {
        self.init(rawValue: 0)
        guard xfrmBits != 0 else { return }
        for (flag, bit) in Self.pairs where xfrmBits & bit != 0 { insert(flag) }
    }

    /// As `xfrm_usersa_info` has them.
    var xfrmBits: UInt8 {
        guard rawValue != 0 else { return 0 }
        return Self.pairs.reduce(0) { bits, pair in contains(pair.flag) ? bits | pair.bit : bits }
    }
}

extension SecurityContext {
    /// `xfrm_user_sec_ctx`: its own length and type, the algorithm and the domain, the label's length, the label.
    init(fromXFRM reader: inout WireReader) throws(WireError) {
        try reader.skip(4)
        let algorithm = try reader.read(UInt8.self)
        let domain = try reader.read(UInt8.self)
        let byteCount = Int(try reader.read(UInt16.self))
        let label = try reader.readBytes(byteCount)
        let text = label.last == 0 ? label.dropLast() : label[...]
        self.init(domain: domain, algorithm: algorithm, label: String(decoding: text, as: UTF8.self))
    }

    func writeXFRM(to writer: inout WireWriter) throws(WireError) {
        try writer.appendAttribute(.securityContext) { writer throws(WireError) in
            let label = Array(label.utf8) + [0]
            guard let byteCount = UInt16(exactly: label.count + 8) else { throw WireError(.tooLong, at: writer.count) }
            writer.append(byteCount)
            writer.append(XFRMAttributeType.securityContext.rawValue)
            writer.append(algorithm)
            writer.append(domain)
            writer.append(UInt16(label.count))
            writer.append(label.span)
        }
    }
}
