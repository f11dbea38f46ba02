internal import IPsec

/// What traffic an SA or a policy is for (`xfrm_selector`).
struct XFRMSelector: Hashable, Sendable {
    /// How many bytes it has.
    static let byteCount = 56

    var destination: XFRMAddress
    var source: XFRMAddress
    var destinationPort: UInt16 = 0
    var destinationPortMask: UInt16 = 0
    var sourcePort: UInt16 = 0
    var sourcePortMask: UInt16 = 0
    /// `AF_*`; 0 for both.
    var family: UInt16
    var destinationPrefix: UInt8 = 0
    var sourcePrefix: UInt8 = 0
    /// 0 for any (xfrm-facts 1).
    var nextLayer: UInt8 = 0
    var interfaceIndex: Int32 = 0
    var user: UInt32 = 0

    /// All traffic of a family.
    init(all family: IPAddress.Family) {
        destination = XFRMAddress(.unspecified(family))
        source = destination
        self.family = family.xfrmNumber
    }

    /// As PF_KEY writes it for the kernel: a port of 0 is any port (xfrm-facts 4).
    init(_ selector: Selector) {
        self.init(all: selector.source.address.family)
        source = XFRMAddress(selector.source.address)
        destination = XFRMAddress(selector.destination.address)
        sourcePrefix = selector.source.length
        destinationPrefix = selector.destination.length
        (sourcePort, sourcePortMask) = (selector.sourcePort, selector.sourcePort == 0 ? 0 : .max)
        (destinationPort, destinationPortMask) = (selector.destinationPort, selector.destinationPort == 0 ? 0 : .max)
        nextLayer = selector.nextLayer == .any ? 0 : selector.nextLayer.rawValue
    }

    init(from reader: inout WireReader) throws(WireError) {
        destination = try XFRMAddress(from: &reader)
        source = try XFRMAddress(from: &reader)
        destinationPort = try reader.readBigEndian(UInt16.self)
        destinationPortMask = try reader.readBigEndian(UInt16.self)
        sourcePort = try reader.readBigEndian(UInt16.self)
        sourcePortMask = try reader.readBigEndian(UInt16.self)
        family = try reader.read(UInt16.self)
        destinationPrefix = try reader.read(UInt8.self)
        sourcePrefix = try reader.read(UInt8.self)
        nextLayer = try reader.read(UInt8.self)
        try reader.skip(3)
        interfaceIndex = try reader.read(Int32.self)
        user = try reader.read(UInt32.self)
    }

    func write(to writer: inout WireWriter) {
        destination.write(to: &writer)
        source.write(to: &writer)
        writer.append(bigEndian: destinationPort)
        writer.append(bigEndian: destinationPortMask)
        writer.append(bigEndian: sourcePort)
        writer.append(bigEndian: sourcePortMask)
        writer.append(family)
        writer.append(destinationPrefix)
        writer.append(sourcePrefix)
        writer.append(nextLayer)
        writer.append(zeros: 3)
        writer.append(interfaceIndex)
        writer.append(user)
    }

    /// Whether it leaves nothing out: what an SA has that nobody gave a selector.
    var isAll: Bool {
        var all = self
        all.family = 0
        return all == XFRMSelector.nothing
    }

    private static let nothing: XFRMSelector = {
        var selector = XFRMSelector(all: .ipv4)
        selector.family = 0
        return selector
    }()

    /// Whether the language can say it.
    var isSayable: Bool {
        // 0 is any protocol; 255, which is any to PF_KEY, is none that a packet has.
        interfaceIndex >= 0 && user == 0 && nextLayer != .max && sourcePortMask == (sourcePort == 0 ? 0 : .max)
            && destinationPortMask == (destinationPort == 0 ? 0 : .max)
    }

    /// As policies have it.
    func selector() throws(WireError) -> Selector {
        guard let family = IPAddress.Family(xfrmNumber: family) else { throw WireError(.addressFamily(family), at: 0) }
        for length in [sourcePrefix, destinationPrefix] where length > family.bitCount {
            throw WireError(.prefixLength(length), at: 0)
        }
        return Selector(
            source: AddressPrefix(address: source.address(family), length: sourcePrefix),
            destination: AddressPrefix(address: destination.address(family), length: destinationPrefix),
            nextLayer: nextLayer == 0 ? .any : NextLayerProtocol(rawValue: nextLayer), sourcePort: sourcePort,
            destinationPort: destinationPort)
    }
}
