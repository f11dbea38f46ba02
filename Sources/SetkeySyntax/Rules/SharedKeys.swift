import IPsec

/// One key in two SAs: what is recorded of one can be replayed in the other, and a counter mode loses its secrecy.
///
/// The SAs of a group (RFC 4552) share their key by design; they are those to a multicast address, or from any source. So do
/// the two of a virtual link, which have one SPI as well: that is a note, since it may be meant, as what one SA keeps from one of
/// its times to another is.
enum SharedKeys {
    static func remarks(on state: DesiredState, _ file: FileKeys) -> [LoadedDiagnostic] {
        var remarks = RuleRemarks(of: .sharedKey)
        var first = FirstKeys(of: file.keys.count)
        var told: Int?
        for (index, key) in file.keys.enumerated() where !key.isZero && key.owner != told {
            guard !state.associations[key.owner].entry.isOfGroup else { continue }
            let other = file.keys[first.index(of: key.digest, orNew: index, in: file.keys)].owner
            guard other != key.owner, let bytes = file.material(of: key, in: state) else { continue }
            let association = state.associations[other].entry
            guard association.encryptionKey == bytes || association.integrityKey == bytes else { continue }
            let declared = state.associations[key.owner]
            told = key.owner
            guard declared.entry.identity != association.identity else {
                remarks.add(
                    .note, at: declared.origin, "this SA keeps a key that it has at another time",
                    advice: "give it other keys, under an SPI of its own, unless something else is to change")
                continue
            }
            let isLink = declared.entry.isMirrored(association)
            remarks.add(
                isLink ? .note : .warning, at: declared.origin, "this SA has a key of \(association.identity)",
                advice: isLink
                    ? "give each SA keys of its own, except on a link of OSPFv3 (RFC 4552)"
                    : "give each SA keys of its own")
        }
        return remarks.diagnostics
    }
}

/// Which key was the first one with its digest: open addressing, half empty. A digest is a hash already.
private struct FirstKeys {
    /// One more than the place of a key; 0 where there is none.
    private var slots: [Int32]

    /// - Parameter count: how many keys there are at most.
    init(of count: Int) {
        var capacity = 16
        while capacity < 2 * count { capacity *= 2 }
        slots = [Int32](repeating: 0, count: capacity)
    }

    /// The place of the first key with a digest, which is `new` where there was none.
    mutating func index(of digest: Int, orNew new: Int, in keys: [FileKeys.Key]) -> Int {
        var slot = digest & (slots.count - 1)
        while slots[slot] != 0 {
            let known = Int(slots[slot]) - 1
            if keys[known].digest == digest { return known }
            slot = (slot + 1) & (slots.count - 1)
        }
        slots[slot] = Int32(new + 1)
        return new
    }
}

extension SecurityAssociation {
    /// Whether `other` is for the way back under the same SPI, and no nonce comes twice if both have one key.
    fileprivate func isMirrored(_ other: SecurityAssociation) -> Bool {
        source == other.identity.destination && identity.destination == other.source
            && identity.spi == other.identity.spi && identity.ipsecProtocol == other.identity.ipsecProtocol
            && encryption.row?.countsNonces != true && other.encryption.row?.countsNonces != true
    }

    /// Whether several senders may use it.
    var isOfGroup: Bool { source.isUnspecified || identity.destination.isMulticast }
}
