package import IPsec
import TextBytes

/// An SA as a record for other programs. Keys are there only where the caller asked for them and may see them.
package struct AssociationRecord: Decodable, Hashable, Sendable {
    /// The source address, as `inet_ntop(3)` writes it.
    package var source: String
    /// The destination address; with protocol, SPI and mark the SA's identity.
    package var destination: String
    /// Whether it is AH, ESP or IPComp.
    package var `protocol`: Word<ProtocolName>
    /// The SPI as a number, 0...4,294,967,295.
    package var spi: Int
    /// Which packets it is for: `0x1/0xff`, value and mask; nothing without a mark.
    package var mark: String?
    /// A mode without a name is its number (`IPSEC_MODE_*`).
    package var mode: Word<ModeName>
    /// Whether it can be used.
    package var state: Word<StateName>
    /// The link to policies, 0...4,294,967,295; 0 for none.
    package var reqid: Int
    /// Anti-replay window in packets.
    package var replay: Int
    /// `sadb_sa_flags` as a number: those that PF_KEY has.
    package var flags: Int
    /// The encryption or combined-mode algorithm by its name in setkey.conf(5), or by its number if it has none;
    /// nothing if there is none.
    package var encryption: String?
    /// The integrity algorithm, in the same way.
    package var integrity: String?
    /// The compression algorithm, in the same way.
    package var compression: String?
    /// What only XFRM can say of it; nothing of most.
    package var extensions: ExtensionsRecord?
    /// Keys in hexadecimal.
    package var encryptionKey: String?
    /// The key of the integrity algorithm, in the same way.
    package var integrityKey: String?
    /// What is equal for equal keys of one algorithm, as four hexadecimal digits, and compares with no other daemon's, nor with
    /// this one's after a new start; nothing where the key is not known. Only in lists and dumps.
    package var encryptionFingerprint: String?
    /// Of the key of the integrity algorithm, in the same way.
    package var integrityFingerprint: String?
    /// The ``KeyDigest`` of the key by the nonce of the call, in hexadecimal; nothing where the key is not known.
    package var encryptionDigest: String?
    /// Of the key of the integrity algorithm, in the same way.
    package var integrityDigest: String?
    /// ESP in UDP: the two ports.
    package var encapsulation: EncapsulationRecord?
    /// The mark that its packets have afterwards, in the same way as ``mark``.
    package var outputMark: String?
    /// The XFRM interface that it is for, 1...4,294,967,295; nothing for none.
    package var interfaceID: Int?
    /// What it has carried, and since when.
    package var current: LifetimeRecord
    /// How its packets have been numbered; nothing where nothing was carried, or the kernel interface does not tell.
    package var numbers: NumbersRecord?
    /// The limits after which it is dying; nothing if it has neither soft nor hard ones.
    package var soft: LifetimeRecord?
    /// The limits after which it is gone; nothing if it has neither soft nor hard ones.
    package var hard: LifetimeRecord?
    /// Whether the kernel interface could tell only part of it.
    package var degraded: Bool?
    /// Whose it is: `FILE:LINE:COLUMN` of what the daemon's file declares, with `, drifted` behind it if the kernel has it
    /// otherwise; `undeclared` of what the file has declared once, `foreign` of anything else. Nothing in messages.
    package var owner: String?
}

extension AssociationRecord {
    /// The record of `association`, with its keys only if `showKeys`, and if they are known.
    package init(
        _ association: SecurityAssociation, showKeys: Bool, fingerprints: KeyFingerprints? = nil,
        digest: KeyDigest? = nil
    ) {
        let showKeys = showKeys && !association.hidesKeys
        source = association.source.description
        destination = association.identity.destination.description
        self.protocol = .known(ProtocolName(association.identity.ipsecProtocol))
        spi = Int(association.identity.spi.rawValue)
        mark = association.identity.mark.isNone ? nil : association.identity.mark.description
        mode = ModeName(association.mode).map { .known($0) } ?? .unknown("\(association.mode.rawValue)")
        state = .known(StateName(association.state))
        reqid = Int(association.reqID.rawValue)
        replay = Int(association.replayWindow.rawValue)
        flags = Int(association.flags.pfKeyBits)
        encryption = association.encryption == .none ? nil : association.encryption.name
        integrity = association.integrity == .none ? nil : association.integrity.name
        compression = association.compression == .none ? nil : association.compression.name
        encryptionKey = showKeys ? association.encryptionKey?.hexadecimal : nil
        integrityKey = showKeys ? association.integrityKey?.hexadecimal : nil
        encryptionFingerprint = fingerprints?.ofEncryption(association).map(Self.digits)
        integrityFingerprint = fingerprints?.ofIntegrity(association).map(Self.digits)
        encryptionDigest = digest?.ofEncryption(association).map(Self.digits)
        integrityDigest = digest?.ofIntegrity(association).map(Self.digits)
        encapsulation = association.encapsulation.map {
            EncapsulationRecord(sourcePort: Int($0.sourcePort), destinationPort: Int($0.destinationPort))
        }
        outputMark = association.outputMark.isNone ? nil : association.outputMark.description
        interfaceID = association.interfaceID == .none ? nil : Int(association.interfaceID.rawValue)
        current = LifetimeRecord(association.current)
        numbers = association.numbers == .zero ? nil : NumbersRecord(association.numbers)
        let saysMore = association.flags.rawValue != association.flags.pfKeyBits || association.hasOptions
        extensions = saysMore ? ExtensionsRecord(association) : nil
        soft = association.limits.isNone ? nil : LifetimeRecord(association.limits.soft)
        hard = association.limits.isNone ? nil : LifetimeRecord(association.limits.hard)
        degraded = association.isDegraded ? true : nil
    }
}

extension AssociationRecord {
    private static func digits(_ fingerprint: UInt16) -> String {
        var digits: [UInt8] = []
        digits.append(hexadecimal: UInt32(fingerprint), width: 4)
        return String(decoding: digits, as: UTF8.self)
    }

    private static func digits(_ digest: [UInt8]) -> String {
        var digits: [UInt8] = []
        for byte in digest { digits.append(hexadecimal: byte, width: 2) }
        return String(decoding: digits, as: UTF8.self)
    }
}
