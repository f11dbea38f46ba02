import IPsec
import TestSupport

extension SecurityAssociation {
    /// An SA with the algorithm of a row, and whatever else; `nil` where the row has no key length.
    static func random(with row: Algorithm, _ random: inout SplitMix) -> SecurityAssociation? {
        let isIPv6 = Bool.random(using: &random)
        func address() -> IPAddress {
            isIPv6
                ? IPAddress(ipv6: .random(in: 0...(.max), using: &random), .random(in: 0...(.max), using: &random))
                : IPAddress(ipv4: .random(in: .min ... .max, using: &random))
        }
        guard let bits = row.keyLengths.all.randomElement(using: &random) else { return nil }
        let key = bits == 0 ? nil : KeyMaterial((0..<bits / 8).map { _ in UInt8.random(in: 0...255, using: &random) })
        let ipsecProtocol: IPsecProtocol = row.kind == .compression ? .ipcomp : row.kind == .integrity ? .ah : .esp
        let destination = address()
        var sa = SecurityAssociation(
            identity: SAIdentity(
                destination: destination, ipsecProtocol: ipsecProtocol,
                spi: SPI(rawValue: .random(in: 1...(.max), using: &random))), source: address())
        switch row.kind {
        case .encryption, .combined: (sa.encryption, sa.encryptionKey) = (.init(rawValue: row.number), key)
        case .integrity: (sa.integrity, sa.integrityKey) = (.init(rawValue: row.number), key)
        case .compression: sa.compression = .init(rawValue: row.number)
        }
        sa.mode = [.transport, .tunnel, .beet].randomElement(using: &random) ?? .tunnel
        sa.reqID = ReqID(rawValue: .random(in: .min ... .max, using: &random))
        sa.replayWindow = ReplayWindow(
            rawValue: .random(in: 0...(Bool.random(using: &random) ? 32 : 4096), using: &random))
        sa.flags = SAFlags(rawValue: .random(in: .min ... .max, using: &random)).asStored
        sa.options = .random(with: row, sa.source.family, &random)
        if Bool.random(using: &random) {
            sa.numbers = .random(isExtended: sa.flags.contains(.extendedSequence), &random)
        }
        sa.limits = LifetimeLimits(soft: .random(&random), hard: .random(&random))
        return sa
    }
}

extension AssociationOptions {
    fileprivate static func random(
        with row: Algorithm, _ family: IPAddress.Family, _ random: inout SplitMix
    ) -> AssociationOptions {
        var options = AssociationOptions.none
        func chance() -> Bool { Bool.random(using: &random) }
        if row.kind == .integrity, row.icvBits > 0, chance() {
            let algorithm = IntegrityAlgorithm(rawValue: row.number)
            let bits = algorithm.icvLengths?.all.randomElement(using: &random).map { UInt16($0) } ?? 0
            // What has a name of its own is called by it.
            let (truncated, icvBits) = algorithm.truncated(to: bits)
            if truncated == algorithm { options.icvBits = icvBits }
        }
        if chance() { options.paddedLength = .random(in: .min ... .max, using: &random) }
        if chance() { options.direction = chance() ? .inbound : .outbound }
        if chance() {
            options.careOfAddress = family == .ipv4 ? IPAddress(ipv4: 7) : IPAddress(ipv6: random.next(), random.next())
        }
        if chance() {
            let address = IPAddress(ipv4: UInt32(truncatingIfNeeded: random.next()))
            options.selector = Selector(
                source: AddressPrefix(address: address, length: UInt8.random(in: 1...32, using: &random)),
                destination: AddressPrefix(address: address), nextLayer: .udp, sourcePort: 53)
        }
        return options
    }
}

extension PacketNumbers {
    fileprivate static func random(isExtended: Bool, _ random: inout SplitMix) -> PacketNumbers {
        let bound: UInt64 = isExtended ? .max : 0xffff_ffff
        var numbers = PacketNumbers.zero
        numbers.sent = .random(in: 0...bound, using: &random)
        numbers.received = .random(in: 0...bound, using: &random)
        return numbers
    }
}

extension Lifetime {
    fileprivate static func random(_ random: inout SplitMix) -> Lifetime {
        func number() -> UInt64 { Bool.random(using: &random) ? 0 : .random(in: 1..<1 << 62, using: &random) }
        return Lifetime(
            allocations: number(), bytes: number(), addTime: number(), useTime: number())
    }
}
