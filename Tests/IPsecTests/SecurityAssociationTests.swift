import IPsec
import Testing

/// An SA is a value, though all of it is behind one reference.
struct SecurityAssociationTests {
    private static var association: SecurityAssociation {
        let identity = SAIdentity(
            destination: IPAddress(ipv4: 0x0a00_0002), ipsecProtocol: .esp, spi: SPI(rawValue: 0x1000))
        var fields = SecurityAssociation.Fields(identity: identity, source: IPAddress(ipv4: 0x0a00_0001))
        fields.mode = .tunnel
        fields.setKeys(encryption: KeyMaterial([1, 2, 3, 4]), integrity: KeyMaterial([5, 6]))
        return SecurityAssociation(fields)
    }

    @Test func aChangeOfOneCopyLeavesTheOtherAsItWas() {
        let first = Self.association
        var second = first
        second.mode = .transport
        second.limits.hard.addTime = 60
        second.encryptionKey = KeyMaterial([9])
        #expect(first == Self.association)
        #expect(first.mode == .tunnel && first.limits.isNone && first.encryptionKey == KeyMaterial([1, 2, 3, 4]))
        #expect(second.mode == .transport && second.limits.hard.addTime == 60)
        // The other key stays what it is.
        #expect(second.encryptionKey == KeyMaterial([9]) && second.integrityKey == KeyMaterial([5, 6]))
    }

    @Test func everyFieldCountsInAComparison() {
        let changes: [(inout SecurityAssociation) -> Void] = [
            { $0.source = IPAddress(ipv4: 7) }, { $0.mode = .transport }, { $0.state = .dying },
            { $0.replayWindow = ReplayWindow(rawValue: 4) }, { $0.isDegraded = true }, { $0.flags = .noECN },
            { $0.reqID = ReqID(rawValue: 3) }, { $0.encryption = .null }, { $0.integrity = .null },
            { $0.compression = .deflate }, { $0.encapsulation = NATTraversal(sourcePort: 1, destinationPort: 2) },
            { $0.current.bytes = 1 }, { $0.limits.soft.bytes = 1 }, { $0.originalAddress = IPAddress(ipv4: 1) },
            { $0.securityContext = SecurityContext(domain: 1, algorithm: 1, label: "a") },
            { $0.encryptionKey = KeyMaterial([1, 2, 3, 5]) }, { $0.integrityKey = nil },
        ]
        for (number, change) in changes.enumerated() {
            var association = Self.association
            change(&association)
            #expect(association != Self.association, "change \(number)")
        }
        #expect(Self.association == Self.association)
    }

    @Test func whatIsSetBackLeavesNoTrace() {
        var association = Self.association
        association.limits.hard.bytes = 5
        association.limits = .none
        association.originalAddress = IPAddress(ipv4: 1)
        association.originalAddress = nil
        #expect(association == Self.association)
    }

    @Test func oneKeyAloneAndAKeyWithoutBytesAreTold() {
        var association = Self.association
        association.encryptionKey = nil
        #expect(association.encryptionKey == nil && association.integrityKey == KeyMaterial([5, 6]))
        association.integrityKey = KeyMaterial([])
        #expect(association.integrityKey?.byteCount == 0)
        association.integrityKey = nil
        #expect(association.integrityKey == nil)
    }

    @Test func keysThatAreFilledInPlaceAreThose() {
        var fields = Self.association.fields
        fields.setKeys(encryption: 2, integrity: 3) { encryption, integrity in
            for index in encryption.indices { encryption[index] = 1 }
            integrity[2] = 7
        }
        #expect(fields.encryptionKey == KeyMaterial([1, 1]) && fields.integrityKey == KeyMaterial([0, 0, 7]))
    }

    @Test func toShareKeysChangesNothing() {
        var association = Self.association
        association.shareKeys(with: Self.association)
        #expect(association == Self.association)
        var other = Self.association
        other.encryptionKey = KeyMaterial([8])
        association.shareKeys(with: other)
        #expect(association == Self.association)
    }
}
