import TextBytes

/// One row of THE table of algorithms: names read, name printed, key and ICV lengths, numbers.
///
/// Parser, printer, codecs, validation and documentation use these rows; nothing repeats them. Rows are looked up several
/// times for each SA: they are handed out by reference, since a copy would take hold of each of their texts.
package final class Algorithm: Sendable {
    /// What an algorithm does; rows of different kinds have separate number spaces, except that combined-mode
    /// ciphers share the one of the encryption algorithms.
    package enum Kind: Sendable {
        /// Hides what a packet says (RFC 4301, 4.4.2.1: "ESP Encryption algorithm").
        case encryption
        /// Hides and authenticates in one (AEAD; RFC 4301, 4.4.2.1: "ESP combined mode algorithms").
        case combined
        /// Authenticates (RFC 4301, 4.4.2.1: "ESP integrity algorithm", "AH Authentication algorithm").
        case integrity
        /// Compresses (IPComp, RFC 3173).
        case compression
    }

    /// A place in the table; a set of rows has a bit for each.
    package typealias Position = UInt8

    /// The kernel interfaces that can carry an algorithm.
    package enum Interfaces: Sendable {
        /// PF_KEY and XFRM.
        case all
        /// XFRM netlink alone: PF_KEY has no way to say it (kernel-facts K2, K3).
        case xfrmOnly
        /// Known to the language's history, unknown to Linux.
        case none
    }

    /// What it does.
    package let kind: Kind
    /// The name printed, and the first one read.
    package let name: String
    /// The same where bytes are written.
    let word: StaticString
    /// Further names read.
    package let aliases: [String]
    /// What other programs call it, beside ``xfrmName``; not read, but understood well enough to say what to write.
    package let foreignNames: [String]
    /// The `SADB_*ALG_*` number of `linux/pfkeyv2.h`; numbers from 256 are ours, for rows without one.
    package let number: UInt16
    /// The key lengths that the kernel really accepts.
    package let keyLengths: KeyLengths
    /// The Integrity Check Value in bits; 0 for a cipher that has none.
    package let icvBits: UInt16
    /// The name in the kernel's crypto API, which XFRM netlink wants.
    package let xfrmName: String
    /// What Wireshark calls it in its table of SAs of ESP (`esp_sa`); empty for what it does not know.
    package let wiresharkName: String
    /// Which kernel interfaces can carry it.
    package let interfaces: Interfaces
    /// Where the row stands in the table.
    package let position: Position

    init(
        _ kind: Kind, _ name: StaticString, _ aliases: [String] = [], foreign foreignNames: [String] = [],
        number: UInt16,
        keys: KeyLengths = .none, icv: UInt16 = 0, xfrm: String = "", wireshark: String = "",
        on interfaces: Interfaces = .all, position: Position = 0
    ) {
        self.kind = kind
        self.name = name.description
        self.word = name
        self.aliases = aliases
        self.foreignNames = foreignNames
        self.number = number
        self.keyLengths = keys
        self.icvBits = icv
        self.xfrmName = xfrm
        self.wiresharkName = wireshark
        self.interfaces = interfaces
        self.position = position
    }

    /// The row at its place in the table.
    func placed(at position: Int) -> Algorithm {
        Algorithm(
            kind, word, aliases, foreign: foreignNames, number: number, keys: keyLengths, icv: icvBits, xfrm: xfrmName,
            wireshark: wiresharkName, on: interfaces, position: Position(position))
    }
}

/// Key lengths in bits, as an arithmetic sequence: `first`, `first + step`, ... `last`.
package struct KeyLengths: Hashable, Sendable {
    /// The algorithm takes no key.
    package static let none = KeyLengths(exactly: 0)
    /// Whole bytes, as many as have a length on the wire.
    package static let any = KeyLengths(from: 8, through: 0xfff8, by: 8)

    /// The shortest length, in bits.
    package let first: Int
    /// The longest length, in bits; `first` where there is only one.
    package let last: Int
    /// From one length to the next, in bits; at least 8.
    package let step: Int

    init(exactly bits: Int) {
        self.init(from: bits, through: bits, by: 8)
    }

    init(from first: Int, through last: Int, by step: Int) {
        self.first = first
        self.last = last
        self.step = step
    }

    /// Whether a key of `bits` bits is accepted.
    package func contains(_ bits: Int) -> Bool {
        bits >= first && bits <= last && (bits - first) % step == 0
    }

    /// Every accepted length, for messages; a range where listing would be long.
    package var all: [Int] { Array(stride(from: first, through: last, by: step)) }
}

/// An encryption or combined-mode algorithm by number (`SADB_EALG_*`); open, because the kernel gives it.
package struct EncryptionAlgorithm: RawRepresentable, Hashable, Sendable {
    /// No encryption extension at all (AH), or an algorithm that PF_KEY cannot name.
    package static let none = EncryptionAlgorithm(rawValue: 0)
    /// ESP without confidentiality, RFC 2410.
    package static let null = EncryptionAlgorithm(rawValue: 11)

    /// The number, 0...65,535, as `sadb_sa_encrypt` has it.
    package let rawValue: UInt16

    package init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// The row; `nil` for a number that the table does not have.
    package var row: Algorithm? { Algorithm.row(in: Algorithm.encryptionRows, rawValue) }

    /// What it is called wherever something is printed; the language reads it back.
    package var name: String { Algorithm.name(of: row, rawValue) }

    /// Appends the name: at most 20 bytes, for which there must be room.
    package func appendName(to output: inout OutputSpan<UInt8>) {
        Algorithm.appendName(in: Algorithm.encryptionRows, rawValue, to: &output)
    }
}

/// An integrity algorithm by number (`SADB_AALG_*`); open, because the kernel gives it.
package struct IntegrityAlgorithm: RawRepresentable, Hashable, Sendable {
    /// No integrity extension at all.
    package static let none = IntegrityAlgorithm(rawValue: 0)
    /// Integrity that is no integrity (`SADB_X_AALG_NULL`): to Linux the same as none.
    package static let null = IntegrityAlgorithm(rawValue: 251)

    /// The number, 0...65,535, as `sadb_sa_auth` has it.
    package let rawValue: UInt16

    package init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// The row; `nil` for a number that the table does not have.
    package var row: Algorithm? { Algorithm.row(in: Algorithm.integrityRows, rawValue) }

    /// The same function, with an ICV of so many bits: the algorithm that is called so, or the first one of the function
    /// and the length apart.
    package func truncated(to bits: UInt16) -> (algorithm: IntegrityAlgorithm, icvBits: UInt16?) {
        guard let row else { return (self, bits) }
        let rows = Algorithm.table.filter { $0.kind == .integrity && $0.xfrmName == row.xfrmName }
        if let named = rows.first(where: { $0.icvBits == bits }) { return (Self(rawValue: named.number), nil) }
        return (rows.first.map { Self(rawValue: $0.number) } ?? self, bits)
    }

    /// The lengths of an ICV that the language has: whole bytes, from 64 bits to all of the function's output, which is
    /// as long as its key (RFC 4868, 2.1.1; RFC 4494, 2); `nil` for what has no ICV.
    package var icvLengths: KeyLengths? {
        guard let row, row.icvBits > 0 else { return nil }
        return KeyLengths(from: 64, through: row.keyLengths.last, by: 8)
    }

    /// What it is called wherever something is printed; the language reads it back.
    package var name: String { Algorithm.name(of: row, rawValue) }

    /// Appends the name: at most 20 bytes, for which there must be room.
    package func appendName(to output: inout OutputSpan<UInt8>) {
        Algorithm.appendName(in: Algorithm.integrityRows, rawValue, to: &output)
    }
}

/// A compression algorithm by number (`SADB_X_CALG_*`); open, because the kernel gives it.
package struct CompressionAlgorithm: RawRepresentable, Hashable, Sendable {
    /// No IPComp SA.
    package static let none = CompressionAlgorithm(rawValue: 0)
    /// DEFLATE, RFC 2394 (`SADB_X_CALG_DEFLATE`); the only one that Linux has.
    package static let deflate = CompressionAlgorithm(rawValue: 2)

    /// The number, 0...65,535; PF_KEY carries it in `sadb_sa_encrypt`.
    package let rawValue: UInt16

    package init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// The row; `nil` for a number that the table does not have.
    package var row: Algorithm? { Algorithm.row(in: Algorithm.compressionRows, rawValue) }

    /// What it is called wherever something is printed; the language reads it back.
    package var name: String { Algorithm.name(of: row, rawValue) }

    /// Appends the name: at most 20 bytes, for which there must be room.
    package func appendName(to output: inout OutputSpan<UInt8>) {
        Algorithm.appendName(in: Algorithm.compressionRows, rawValue, to: &output)
    }
}
