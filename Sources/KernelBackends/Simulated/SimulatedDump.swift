internal import CLinux
internal import IPsec

/// A running DUMP or SPDDUMP of one socket: where it is, and the record that it holds back (kernel-facts 3.1, 3.2).
struct SimulatedDump: Sendable {
    enum Walk: Sendable {
        case associations(next: SimulatedSAD.Handle?, AssociationFilter)
        case policies(next: SimulatedSPD.Handle?)
    }

    /// What its records begin with.
    let header: PFKeyHeader
    var walk: Walk
    /// How many records have been made.
    var count: UInt32 = 0
    /// The record made last; it goes out when the next one is made, or as the last one.
    var held: [UInt8]?
    /// What goes wrong with the request, and with its records, too.
    let fault: RequestFault?
}

/// Which SAs a DUMP is about: the SA type of its header, and `sadb_x_filter`.
struct AssociationFilter: Sendable {
    /// `nil` is all.
    private let ipsecProtocol: IPsecProtocol?
    private let filter: PFKeyFilter?

    /// Reads SA type and filter of a DUMP.
    ///
    /// - Throws: `EINVAL` for an SA type that is none, and for a prefix longer than an address.
    init(_ message: PFKeyDatagram) throws(KernelErrno) {
        ipsecProtocol = message.header.saType.ipsecProtocol
        filter = message.filter
        guard message.header.saType == .unspecified || ipsecProtocol != nil,
            filter?.source.length ?? 0 <= 128, filter?.destination.length ?? 0 <= 128
        else { throw .invalidArgument }
    }

    func matches(_ association: SimulatedAssociation) -> Bool {
        guard ipsecProtocol == nil || ipsecProtocol == association.ipsecProtocol else { return false }
        guard let filter else { return true }
        return filter.acceptsFamily(association.source.family) && filter.source.matches(association.source)
            && filter.destination.matches(association.destination)
    }
}

extension PFKeyFilter {
    /// A number that is no family stands for any.
    fileprivate func acceptsFamily(_ wanted: IPAddress.Family) -> Bool {
        switch Int32(family) {
        case AF_INET: wanted == .ipv4
        case AF_INET6: wanted == .ipv6
        default: true
        }
    }
}

extension PFKeyFilter.Prefix {
    /// Whether `address` begins with these bits, IPv4 addresses seen as the first 32 of 128.
    fileprivate func matches(_ address: IPAddress) -> Bool {
        let other =
            address.family == .ipv4
            ? UInt128(address.ipv4Bits) << 96 : UInt128(address.high) << 64 | UInt128(address.low)
        let own = UInt128(high) << 64 | UInt128(low)
        return length == 0 || (own ^ other) >> UInt128(128 - length) == 0
    }
}
