internal import IPsec

/// `xfrm_usersa_info` as the kernel has it: what NEWSA sends, and what every account of an SA begins with.
///
/// Put down apart from the codec, so that a mistake of the codec does not hide in its own mirror.
struct XFRMStateInfo: Sendable {
    /// How many bytes it has.
    static let byteCount = 224

    var selector: XFRMSelector
    var destination: XFRMAddress
    var spi: SPI
    var ipsecProtocol: UInt8
    var source: XFRMAddress
    var limits: LifetimeLimits
    var current: Lifetime
    var sequence: UInt32
    var reqID: ReqID
    var family: UInt16
    var mode: UInt8
    var replayWindow: UInt8
    var flags: UInt8

    init(from reader: inout WireReader) throws(WireError) {
        selector = try XFRMSelector(from: &reader)
        destination = try XFRMAddress(from: &reader)
        spi = SPI(rawValue: try reader.readBigEndian(UInt32.self))
        ipsecProtocol = try reader.read(UInt8.self)
        try reader.skip(3)
        source = try XFRMAddress(from: &reader)
        limits = try LifetimeLimits(fromXFRM: &reader)
        current = try Lifetime(fromXFRM: &reader)
        // Statistics are the kernel's own.
        try reader.skip(12)
        sequence = try reader.read(UInt32.self)
        reqID = ReqID(rawValue: try reader.read(UInt32.self))
        family = try reader.read(UInt16.self)
        mode = try reader.read(UInt8.self)
        replayWindow = try reader.read(UInt8.self)
        flags = try reader.read(UInt8.self)
    }

    /// What the kernel tells of an SA.
    init(_ association: SimulatedAssociation) {
        selector = association.xfrmSelector
        destination = XFRMAddress(association.destination)
        spi = association.spi
        ipsecProtocol = association.ipsecProtocol.rawValue
        source = XFRMAddress(association.source)
        limits = association.limits
        current = association.current
        sequence = association.sequence
        reqID = association.reqID
        family = association.destination.family.xfrmNumber
        mode = association.mode.simulatedXFRMNumber
        replayWindow = association.replayWindow
        flags = association.xfrm?.flags ?? association.flags.xfrmBits
    }

    func write(to writer: inout WireWriter) {
        selector.write(to: &writer)
        destination.write(to: &writer)
        writer.append(bigEndian: spi.rawValue)
        writer.append(ipsecProtocol)
        writer.append(zeros: 3)
        source.write(to: &writer)
        limits.writeXFRM(to: &writer)
        for count in [current.bytes, UInt64(current.allocations), current.addTime, current.useTime] {
            writer.append(count)
        }
        writer.append(zeros: 12)
        writer.append(sequence)
        writer.append(reqID.rawValue)
        writer.append(family)
        writer.append(mode)
        writer.append(replayWindow)
        writer.append(flags)
        writer.append(zeros: 7)
    }
}

/// What names an SA in GETSA and DELSA (`xfrm_usersa_id`).
struct XFRMStateID: Sendable {
    /// How many bytes it has.
    static let byteCount = 24

    let destination: XFRMAddress
    let spi: SPI
    let family: UInt16
    let ipsecProtocol: UInt8

    init(from reader: inout WireReader) throws(WireError) {
        destination = try XFRMAddress(from: &reader)
        spi = SPI(rawValue: try reader.readBigEndian(UInt32.self))
        family = try reader.read(UInt16.self)
        ipsecProtocol = try reader.read(UInt8.self)
    }

    /// What the event of a deletion begins with.
    init(_ association: SimulatedAssociation) {
        destination = XFRMAddress(association.destination)
        spi = association.spi
        family = association.destination.family.xfrmNumber
        ipsecProtocol = association.ipsecProtocol.rawValue
    }

    func write(to writer: inout WireWriter) {
        destination.write(to: &writer)
        writer.append(bigEndian: spi.rawValue)
        writer.append(family)
        writer.append(ipsecProtocol)
        writer.append(zeros: 1)
    }
}
