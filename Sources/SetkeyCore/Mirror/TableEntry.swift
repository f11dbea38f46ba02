package import IPsec

/// What an ``EntryTable`` holds.
package protocol TableEntry: Named, Equatable {
    /// A hash of what its kin have in common, who are found without a walk; others may share it by chance. `nil` for
    /// entries that nobody seeks so.
    var kinship: UInt32? { get }

    /// The part of the table that it is in, 0 to 3: the entries of one can be removed together.
    var division: UInt8 { get }

    /// A hash of a name; collisions must not be foreseeable, for others choose names.
    static func hash(of identity: Identity) -> UInt32

    /// Uses the secrets of `known` in place of equal ones of its own, so that each is in memory once.
    mutating func share(_ known: Self)
}

extension TableEntry {
    /// Swift's own.
    package static func hash(of identity: Identity) -> UInt32 {
        UInt32(truncatingIfNeeded: identity.hashValue)
    }

    /// Most tables are not divided.
    package var division: UInt8 { 0 }

    /// Most have none.
    package mutating func share(_ known: Self) {}
}

/// The ends of the order of a table.
package enum TableEnd: Sendable {
    /// What came last.
    case newest
    /// What came first.
    case oldest
}

extension SecurityAssociation: TableEntry {
    /// Of the address pair, which `deleteall` names.
    package var kinship: UInt32? { Self.kinship(source, identity.destination) }

    package var division: UInt8 { Self.division(of: identity.ipsecProtocol) }

    /// The SAs of a protocol, which a flush can name.
    static func division(of ipsecProtocol: IPsecProtocol) -> UInt8 {
        switch ipsecProtocol {
        case .esp: 0
        case .ah: 1
        case .ipcomp: 2
        }
    }

    package mutating func share(_ known: SecurityAssociation) {
        shareKeys(with: known)
    }

    fileprivate static func kinship(_ source: IPAddress, _ destination: IPAddress) -> UInt32 {
        var hash = SeededHash()
        hash.combine(source)
        hash.combine(destination)
        return hash.finish()
    }
}

extension SecurityPolicy: TableEntry {
    /// Of those that a flush of the SPD leaves alone.
    package var kinship: UInt32? { identity.outlivesFlush ? Self.kinshipOfOutliving : nil }

    fileprivate static var kinshipOfOutliving: UInt32 { 0 }
}

extension EntryTable<SecurityPolicy> {
    /// Begins a walk over the policies that a flush of the SPD leaves alone.
    mutating func openCursorOfOutliving() -> CursorID { openCursor(kinship: SecurityPolicy.kinshipOfOutliving) }
}

extension EntryTable<SecurityAssociation> {
    /// Begins a walk over the SAs from one address to another; ``next(_:)`` may give others among them.
    mutating func openCursor(between source: IPAddress, _ destination: IPAddress) -> CursorID {
        openCursor(kinship: SecurityAssociation.kinship(source, destination))
    }
}
