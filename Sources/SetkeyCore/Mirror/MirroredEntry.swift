package import IPsec

/// What a ``MirroredTable`` holds.
package protocol MirroredEntry: TableEntry {
    /// When it goes without being asked to.
    var limits: LifetimeLimits { get }
    /// How far its packets are numbered, as far as is told.
    var numbers: PacketNumbers { get }

    /// A hash of its keys, if these are known, and have been used with all numbers by then.
    func spentKeys(at numbers: PacketNumbers) -> Int?

    /// Whether the kernel may make or remove it without a message.
    var comesAndGoesSilently: Bool { get }

    /// Whether another entry of the same name is not this one, but one that the kernel interface cannot tell from it by name.
    func isTwin(of known: Self) -> Bool
}

extension SecurityAssociation: MirroredEntry {
    package func spentKeys(at numbers: PacketNumbers) -> Int? {
        let isEndless = flags.contains(.extendedSequence) || flags.contains(.sequenceMayWrap)
        return isEndless || hidesKeys || numbers.sent < UInt64(UInt32.max) ? nil : keyHash
    }

    /// A larval SA.
    package var comesAndGoesSilently: Bool { state == .larval }

    /// Through XFRM the mark is part of the name; PF_KEY does not tell it, nor a number to tell SAs by.
    package func isTwin(of known: SecurityAssociation) -> Bool { false }
}

extension SecurityPolicy: MirroredEntry {
    package func spentKeys(at numbers: PacketNumbers) -> Int? { nil }

    /// Its packets have none of its own.
    package var numbers: PacketNumbers { .zero }

    /// A socket's, or one with a lifetime.
    package var comesAndGoesSilently: Bool { identity.direction.isPerSocket || limits.hard != .zero }

    /// The kernel keeps a policy's number as long as the policy lives, and through every update.
    package func isTwin(of known: SecurityPolicy) -> Bool {
        guard let index, let other = known.index else { return false }
        return index != other
    }
}
