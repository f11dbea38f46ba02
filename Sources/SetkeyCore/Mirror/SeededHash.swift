package import IPsec

/// A quick hash of names that others may have chosen: whoever does not know the keys, which are drawn anew in each
/// process, cannot tell which names fall together.
///
/// Each step multiplies two words, each of them hidden by what is secret, and folds the product's halves.
struct SeededHash {
    private static let seed = UInt64.random(in: 0 ... .max)
    // Odd, so that no bit of a word is lost.
    private static let multiplier = UInt64.random(in: 0 ... .max) | 1

    private var state = seed

    mutating func combine(_ first: UInt64, _ second: UInt64) {
        let product = (first ^ state).multipliedFullWidth(by: second ^ Self.multiplier)
        state = product.high ^ product.low ^ Self.seed
    }

    mutating func combine(_ address: IPAddress) {
        combine(address.high, address.low)
    }

    /// The hash of what has been combined.
    consuming func finish() -> UInt32 {
        combine(0, state)
        return UInt32(truncatingIfNeeded: state ^ state >> 32)
    }
}

extension SecurityAssociation {
    package static func hash(of identity: SAIdentity) -> UInt32 {
        let rest = UInt64(identity.spi.rawValue) | UInt64(identity.ipsecProtocol.rawValue) << 32
        var hash = SeededHash()
        hash.combine(identity.destination)
        if !identity.mark.isNone { hash.combine(identity.mark.word, 0) }
        hash.combine(rest, UInt64(identity.destination.family.rawValue))
        return hash.finish()
    }
}

extension SecurityPolicy {
    package static func hash(of identity: PolicyIdentity) -> UInt32 {
        let selector = identity.selector
        let ports = UInt64(selector.sourcePort) << 16 | UInt64(selector.destinationPort)
        let lengths = UInt64(selector.source.length) << 8 | UInt64(selector.destination.length)
        let rest = UInt64(selector.nextLayer.rawValue) << 16 | UInt64(identity.direction.rawValue) << 8
        var hash = SeededHash()
        hash.combine(selector.source.address)
        hash.combine(selector.destination.address)
        if identity.isBound {
            // Swift's own is seeded, too.
            let device = UInt64(truncatingIfNeeded: identity.device.hashValue)
            hash.combine(identity.mark.word, UInt64(identity.interfaceID.rawValue) ^ device)
        }
        hash.combine(ports << 16 | lengths, rest | UInt64(selector.source.address.family.rawValue))
        return hash.finish()
    }
}
