internal import CLinux
internal import IPsec

extension SecurityAssociation {
    /// The SA that a message tells of: `xfrm_usersa_info`, at which `reader` stands, and the attributes behind it.
    ///
    /// Its state is not told (xfrm-facts 4): one that has no algorithm yet is larval, and every other one mature.
    /// - Parameters:
    ///   - message: the whole message, in which the keys lie.
    ///   - withAlgorithms: whether the message tells them of every SA that has any.
    ///   - devices: those that there are.
    ///   - known: where it is in the message as it is known, it is the known one.
    init(
        fromXFRM reader: inout WireReader, _ devices: Devices, in message: Span<UInt8>, withAlgorithms: Bool = true,
        knowing known: inout some KnownEntries
    ) throws(WireError) {
        var info = try reader.slice(byteCount: XFRMAssociation.byteCount)
        let attributes = try XFRMAssociationAttributes(from: &reader, devices)
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
        fields.setOptions(attributes, info.selector)
        if let replay = attributes.replay { fields.setReplay(replay) }
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
    /// - Parameter devices: those that there are.
    /// - Throws: for what XFRM has no bytes for.
    func writeXFRM(to writer: inout WireWriter, _ devices: Devices) throws(WireError) {
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
        if flags.rawValue != 0 { try flags.writeXFRMExtraFlags(to: &writer) }
        if hasOptions { try options.writeXFRM(to: &writer, devices) }
        try XFRMReplay(of: self).write(to: &writer)
    }

    /// `xfrm_usersa_info`.
    private func writeXFRMInfo(to writer: inout WireWriter) throws(WireError) {
        let family = identity.destination.family
        xfrmSelector.write(to: &writer)
        identity.writeXFRM(to: &writer)
        XFRMAddress(source).write(to: &writer)
        limits.writeXFRM(to: &writer)
        // Counters (32 bytes), statistics (12) and the sequence number of an ACQUIRE are the kernel's.
        writer.append(zeros: 48)
        writer.append(reqID.rawValue)
        writer.append(family.xfrmNumber)
        writer.append(try mode.xfrmNumber)
        // A wide one, and one of extended sequence numbers, is in an attribute.
        writer.append(needsExtendedReplay ? 0 : UInt8(clamping: replayWindow.rawValue))
        writer.append(flags.xfrmBits)
        writer.append(zeros: 7)
    }

    /// What it is for: everything, unless it says what.
    private var xfrmSelector: XFRMSelector {
        if hasOptions, let selector = options.selector { return XFRMSelector(selector) }
        var all = XFRMSelector(all: identity.destination.family)
        // Of no family is of both (xfrm-facts 3.3).
        if flags.contains(.anyFamily) { all.family = 0 }
        return all
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
    let selector: XFRMSelector
    /// Whether it says something that the language has no word for.
    let saysMore: Bool

    init(from whole: inout WireReader) throws(WireError) {
        let start = whole.offset
        var reader = try whole.slice(byteCount: Self.byteCount)
        var ahead = reader.from(start + Self.familyOffset)
        let family = try IPAddress.Family.read(from: &ahead)
        selector = try XFRMSelector(from: &reader)
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
        try fields.readStatistics(from: &reader)
        // The sequence number of an ACQUIRE.
        try reader.skip(4)
        fields.reqID = ReqID(rawValue: try reader.read(UInt32.self))
        try reader.skip(2)
        let mode = try reader.read(UInt8.self)
        fields.mode = Mode(xfrmNumber: mode)
        fields.replayWindow = ReplayWindow(rawValue: UInt16(try reader.read(UInt8.self)))
        let bits = try reader.read(UInt8.self)
        fields.flags = SAFlags(xfrmBits: bits)
        saysMore = fields.mode.word == nil
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
            setIntegrity(algorithm)
        }
    }

    /// Takes over how it authenticates, and how much of that its packets carry.
    private mutating func setIntegrity(_ algorithm: XFRMAlgorithm) {
        integrity = IntegrityAlgorithm(rawValue: XFRMAlgorithms.integrity.number(algorithm.name))
        guard integrity != .none, algorithm.icvBits != integrity.row.map({ UInt32($0.icvBits) }) else {
            if integrity == .none { isDegraded = true }
            return
        }
        let (truncated, icvBits) = integrity.truncated(to: UInt16(clamping: algorithm.icvBits))
        integrity = truncated
        guard let icvBits else { return }
        options.icvBits = icvBits
        if truncated.icvLengths?.contains(Int(icvBits)) != true { isDegraded = true }
    }

    /// Takes over what is in attributes of its own, and what it is for.
    fileprivate mutating func setOptions(_ attributes: XFRMAssociationAttributes, _ selector: XFRMSelector) {
        if let extraFlags = attributes.extraFlags {
            flags.formUnion(SAFlags(xfrmExtraBits: extraFlags))
            if flags.xfrmExtraBits != extraFlags { isDegraded = true }
        }
        if attributes.sayOptions { attributes.add(to: &options, source.family) }
        // The kernel's own, of one that is reserved.
        guard state != .larval else { return }
        let isOfBoth = selector.family == 0 && flags.contains(.anyFamily)
        if selector.isAll, isOfBoth || selector.family == source.family.xfrmNumber && !flags.contains(.anyFamily) {
            return
        }
        guard selector.isSayable, let sayable = try? selector.selector() else { return isDegraded = true }
        options.selector = sayable
    }

    /// Takes over how its packets are numbered.
    fileprivate mutating func setReplay(_ replay: XFRMReplay) {
        if let window = replay.window {
            replayWindow = ReplayWindow(rawValue: UInt16(clamping: window))
            if replayWindow > .widest { isDegraded = true }
        }
        guard replay.sent != 0 || replay.received != 0 else { return }
        numbers.sent = replay.sent
        numbers.received = replay.received
    }

    /// `xfrm_stats`.
    fileprivate mutating func readStatistics(from reader: inout WireReader) throws(WireError) {
        let late = try reader.read(UInt32.self)
        let replayed = try reader.read(UInt32.self)
        let forged = try reader.read(UInt32.self)
        guard late | replayed | forged != 0 else { return }
        numbers.late = late
        numbers.replayed = replayed
        numbers.forged = forged
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
