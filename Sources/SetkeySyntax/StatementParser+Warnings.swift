import IPsec

/// What is legal and probably not meant; `setkey -n` says it.
extension StatementParser {
    /// A replay window where several senders count their packets.
    ///
    /// It is said of statements that run, too: what ran with ipsec-tools, whose default was 0, is cut off.
    mutating func warnOfReplayWindow(_ association: SecurityAssociation, _ destination: Range<Int>) {
        guard let found = SharedWindows.remark(on: association) else { return }
        remark(.sharedReplayWindow, destination, found.message, found.advice)
    }

    /// - Parameter isTruncated: whether the length of the ICV is written, and thus meant.
    mutating func warnOfAssociation(
        _ association: SecurityAssociation, _ encryption: AssociationClauses.Chosen?,
        _ integrity: AssociationClauses.Chosen?, isTruncated: Bool
    ) {
        if let integrity { warnOfIntegrity(association, integrity, isTruncated: isTruncated) }
        guard let encryption else { return }
        switch association.encryption.rawValue {
        case 2: warn(encryption.range, "DES has keys of 56 bits and protects nothing", "use aes-cbc")
        case 3, 6, 7:
            warn(encryption.range, "a cipher with blocks of 64 bits (RFC 8221 advises against it)", "use aes-cbc")
        default: break
        }
        if association.encryption == .null, association.integrity == .none || association.integrity == .null {
            warn(encryption.range, "neither encryption nor authentication: this SA protects nothing")
        } else if !encryption.isCombined, association.integrity == .none || association.integrity == .null {
            warn(
                encryption.range, "encryption without authentication can be forged (RFC 8221, 4)", "add -A hmac-sha512")
        }
    }

    private mutating func warnOfIntegrity(
        _ association: SecurityAssociation, _ integrity: AssociationClauses.Chosen, isTruncated: Bool
    ) {
        switch association.integrity.rawValue {
        case 5 where !isTruncated:
            let standard = association.integrity.truncated(to: 128).algorithm
            let algorithms = [options.traits.algorithms, options.richerTraits?.algorithms].compactMap(\.self)
            let isThere = standard.row.map { row in algorithms.contains { $0.contains(row.position) } } ?? false
            let advice =
                isThere
                ? "write \(standard.name) on both ends, as RFC 4868 has it"
                : "peers that follow RFC 4868 use 128, which needs the XFRM interface; hmac-sha512 agrees everywhere"
            let algorithm = association.integrity
            warn(
                integrity.range, "Linux truncates \(algorithm.name) to \(algorithm.row?.icvBits ?? 0) bits", advice)
        case 2: warn(integrity.range, "RFC 8221 forbids HMAC-MD5", "use hmac-sha512")
        case 8: warn(integrity.range, "kernels since 2026 no longer have hmac-ripemd160", "use hmac-sha512")
        default: break
        }
    }

    mutating func warnOfSelector(_ selector: Selector, _ source: Range<Int>, _ destination: Range<Int>) {
        for (prefix, range) in [(selector.source, source), (selector.destination, destination)] where prefix.hasHostBits
        {
            let network = AddressPrefix(address: prefix.address.masked(toPrefix: prefix.length), length: prefix.length)
            warn(
                range, "host bits are set after the prefix; to Linux this is a different policy from \(network)",
                "write \(network)")
        }
    }
}
