import IPsec
import KernelBackends
import TestSupport
import Testing

/// A dump that tells of what is known gives the known entries back, and never anything else than it tells.
struct KnownEntriesTests {
    private struct Known: KnownEntries {
        var association: SecurityAssociation?
        var policy: SecurityPolicy?

        func association(_ identity: SAIdentity) -> SecurityAssociation? {
            association?.identity == identity ? association : nil
        }

        func policy(_ identity: PolicyIdentity) -> SecurityPolicy? {
            policy?.identity == identity ? policy : nil
        }
    }

    /// Every datagram that differs from `bytes` in one bit, and that itself.
    private static func variants(of bytes: [UInt8]) -> [[UInt8]] {
        [bytes]
            + bytes.indices.flatMap { index in
                (0..<8).map { bit in
                    var variant = bytes
                    variant[index] ^= 1 << UInt8(bit)
                    return variant
                }
            }
    }

    private static func read<Value>(
        _ bytes: [UInt8], _ make: (borrowing PFKeyDatagram) throws(WireError) -> Value
    ) -> Value? {
        guard let datagram = try? PFKeyDatagram(bytes.span) else { return nil }
        return try? make(datagram)
    }

    @Test func anSAIsTheKnownOneWhereItIsToldSo() throws {
        let bytes = try PFKeySamples.kernelRecord(.dump).bytes()
        let association =
            try #require(Self.read(bytes) { message throws(WireError) in try .init(from: message) })
            as SecurityAssociation
        var known = Known(association: association)
        var (same, others) = (0, 0)
        for variant in Self.variants(of: bytes) {
            let made = Self.read(variant) { message throws(WireError) in try SecurityAssociation(from: message) }
            let told = Self.read(variant) { message throws(WireError) in
                try SecurityAssociation(from: message, knowing: &known)
            }
            #expect(made == told)
            guard let made, let told else { continue }
            #expect(told.isIdentical(to: association) == (made == association))
            if made == association { same += 1 } else { others += 1 }
        }
        #expect(same > 0 && others > 500)
    }

    @Test func aPolicyIsTheKnownOneWhereItIsToldSo() throws {
        let bytes = try PFKeySamples.kernelPolicy(.spdDump).bytes()
        let policy =
            try #require(Self.read(bytes) { message throws(WireError) in try .init(from: message) })
            as SecurityPolicy
        var known = Known(policy: policy)
        var (same, others) = (0, 0)
        for variant in Self.variants(of: bytes) {
            let made = Self.read(variant) { message throws(WireError) in try SecurityPolicy(from: message) }
            let told = Self.read(variant) { message throws(WireError) in
                try SecurityPolicy(from: message, knowing: &known)
            }
            #expect(made == told)
            guard let made, let told else { continue }
            #expect(told.isIdentical(to: policy) == (made == policy))
            if made == policy { same += 1 } else { others += 1 }
        }
        #expect(same > 0 && others > 500)
    }

    @Test func keysAreTheKnownOnesOnlyIfAllBytesAre() throws {
        let association = PFKeySamples.espSA()
        var fields = association.fields
        fields.current = Lifetime(bytes: 5)
        let (encryption, integrity) = (PFKeySamples.key(16), PFKeySamples.key(20))
        func made(_ encryption: KeyMaterial?, _ integrity: KeyMaterial?) -> SecurityAssociation {
            SecurityAssociation(
                fields, encryption: encryption?.span, integrity: integrity?.span, knowing: association)
        }
        let keys = [encryption, integrity, KeyMaterial([1]), KeyMaterial([UInt8]()), PFKeySamples.key(15), nil]
        for first in keys {
            for second in keys {
                let other = made(first, second)
                #expect(other.encryptionKey == first && other.integrityKey == second)
                #expect(other.current == fields.current && !other.isIdentical(to: association))
            }
        }
        fields.current = association.current
        #expect(made(encryption, integrity).isIdentical(to: association))
        #expect(!made(encryption, nil).isIdentical(to: association))
    }
}
