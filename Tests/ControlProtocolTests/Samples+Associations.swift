import IPsec

@testable import ControlProtocol

extension Samples {
    /// The shortest one.
    static let nonce = "000102030405060708090a0b0c0d0e0f"

    /// What PF_KEY tells of most.
    static var plainAssociation: AssociationRecord {
        AssociationRecord(
            source: "2001:db8::1", destination: "2001:db8::2", protocol: "ah", spi: 256, mode: "transport",
            state: "dying",
            reqid: 0, replay: 0, flags: 0, current: lifetime)
    }

    /// What only XFRM tells, and what a newer daemon may.
    static var richAssociation: AssociationRecord {
        var record = association
        record.mark = "0x1/0xff"
        record.outputMark = "0x2/0xffffffff"
        record.interfaceID = 7
        record.owner = "a \"file\":1:2, drifted"
        record.state = "ne\"w"
        let prefix = AddressPrefix(address: .unspecified(.ipv4), length: 0)
        var rich = SecurityAssociation(
            identity: SAIdentity(destination: .unspecified(.ipv4), ipsecProtocol: .esp, spi: SPI(rawValue: 256)),
            source: .unspecified(.ipv4))
        rich.options.selector = Selector(source: prefix, destination: prefix)
        rich.flags.insert(.extendedSequence)
        record.extensions = ExtensionsRecord(rich)
        record.numbers = NumbersRecord(.zero)
        record.spi = -1
        return record
    }

    static var association: AssociationRecord {
        AssociationRecord(
            source: "10.0.11.41", destination: "10.0.11.33", protocol: "esp", spi: 0xffff_ffff, mode: "tunnel",
            state: "mature", reqid: 1, replay: 32, flags: 64, encryption: "aes-cbc", integrity: "hmac-sha256",
            compression: "deflate", encryptionKey: "00", integrityKey: "ff",
            encryptionFingerprint: "3f9a", integrityFingerprint: "0000",
            encryptionDigest: String(repeating: "0a", count: 32), integrityDigest: String(repeating: "f0", count: 32),
            encapsulation: EncapsulationRecord(sourcePort: 4500, destinationPort: 4501), current: lifetime,
            soft: lifetime, hard: lifetime, degraded: true)
    }
}
