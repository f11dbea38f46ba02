import ControlProtocol
import IPsec
import SetkeySyntax
import TestSupport
import Testing

@testable import SetkeyCore

/// What counts as a difference between the file and the kernel.
struct ComparisonTests {
    private struct NotAnEntry: Error {}

    private static let keys = "-E aes-cbc 0x000102030405060708090a0b0c0d0e0f -A hmac-sha1 \"01234567890123456789\""

    private static func association(_ options: String, _ keys: String = keys) throws -> SecurityAssociation {
        let text = "add 192.0.2.1 192.0.2.2 esp 0x1001 \(options) \(keys) ;"
        guard case .add(let association)? = ForeignProgram.statements(text).first?.kind else { throw NotAnEntry() }
        return association
    }

    private static func policy(_ action: String) throws -> SecurityPolicy {
        let text = "spdadd 10.0.1.0/24 10.0.2.0/24 any -P out \(action) ;"
        guard case .addPolicy(let policy)? = ForeignProgram.statements(text).first?.kind else { throw NotAnEntry() }
        return policy
    }

    @Test(arguments: [
        ("-m tunnel", "-m tunnel", [EntryField]()),
        ("", "-m transport", []),
        ("-m tunnel", "-m transport", [.mode]),
        ("-u 7", "-u 8", [.reqID]),
        ("-r 32", "-r 16", [.replayWindow]),
        ("-lh 100", "-lh 200", [.lifetime]),
        ("-ph 100", "-ph 200", [.lifetime]),
        ("-uh 100", "", [.lifetime]),
        ("-m tunnel -u 7 -lh 100", "-m transport -u 8 -lh 200", [.mode, .reqID, .lifetime]),
    ])
    func optionsOfAnSA(declared: String, present: String, fields: [EntryField]) throws {
        #expect(differences(of: try Self.association(declared), from: try Self.association(present)) == fields)
    }

    @Test func aTransformThatSaysMore() throws {
        let declared = try Self.policy("ipsec esp/transport//require")
        guard case .protect(var transforms) = declared.action else { throw NotAnEntry() }
        transforms[0].saysMore = true
        var present = declared
        present.action = .protect(transforms)
        #expect(differences(of: declared, from: present) == [.action])
    }

    @Test func keysAndAlgorithmsOfAnSA() throws {
        let declared = try Self.association("")
        let otherKey = try Self.association(
            "", "-E aes-cbc 0x000102030405060708090a0b0c0d0e10 -A hmac-sha1 \"01234567890123456789\"")
        #expect(differences(of: declared, from: otherKey) == [.key])
        let otherAlgorithm = try Self.association(
            "", "-E aes-cbc 0x000102030405060708090a0b0c0d0e0f -A hmac-sha256 \"01234567890123456789012345678901\"")
        #expect(differences(of: declared, from: otherAlgorithm) == [.algorithm, .key])
        // What it has carried is no difference.
        var used = declared
        used.current.bytes = 1000
        used.state = .dying
        #expect(differences(of: declared, from: used).isEmpty)
        var moved = declared
        moved.source = try #require(IPAddress("192.0.2.9"))
        #expect(differences(of: declared, from: moved) == [.source])
    }

    @Test func whatOnlyXFRMSaysIsCompared() throws {
        func difference(_ change: (inout SecurityAssociation) -> Void) throws -> [EntryField] {
            let declared = try Self.association("")
            var present = declared
            change(&present)
            return differences(of: declared, from: present)
        }
        #expect(try difference { $0.flags.insert(.extendedSequence) } == [.flags])
        #expect(try difference { $0.flags.insert(.icmp) } == [.flags])
        #expect(try difference { $0.options.icvBits = 80 } == [.algorithm])
        #expect(try difference { $0.options.paddedLength = 80 } == [.extensions])
        #expect(try difference { $0.options.direction = .inbound } == [.extensions])
        #expect(try difference { $0.numbers.sent = 80 } == [])
    }

    /// The sysctl `ip_no_pmtu_disc` gives it to every SA of IPv4.
    @Test func aFlagThatTheKernelAddsIsNoDifference() throws {
        let declared = try Self.association("")
        var present = declared
        present.flags = .noPathMTUDiscovery
        #expect(differences(of: declared, from: present).isEmpty)
        #expect(differences(of: present, from: declared) == [.flags])
        present.flags = [.noPathMTUDiscovery, .noECN]
        #expect(differences(of: declared, from: present) == [.flags])
    }

    /// PF_KEY keeps no original address of a NAT, and XFRM does.
    @Test func anOriginalAddressThatIsKeptIsCompared() throws {
        var declared = try Self.association("")
        declared.encapsulation = NATTraversal(sourcePort: 4500, destinationPort: 4500)
        var present = declared
        declared.originalAddress = IPAddress("10.0.0.1")
        #expect(differences(of: declared, from: present).isEmpty)
        present.originalAddress = declared.originalAddress
        #expect(differences(of: declared, from: present).isEmpty)
        declared.originalAddress = IPAddress("10.0.0.2")
        #expect(differences(of: declared, from: present) == [.encapsulation])
        declared.originalAddress = nil
        #expect(differences(of: declared, from: present) == [.encapsulation])
    }

    /// A null algorithm may or may not show its empty key, and null integrity is none.
    @Test func nothingIsNoDifference() throws {
        let declared = try Self.association("", "-E null")
        var present = declared
        present.integrity = .null
        present.encryptionKey = KeyMaterial([])
        #expect(differences(of: declared, from: present).isEmpty)
    }

    @Test(arguments: [
        ("none", "discard", [EntryField.action]),
        ("ipsec esp/transport//require", "ipsec esp/transport//use", [.action]),
        ("ipsec esp/transport//default", "ipsec esp/transport//require", []),
        ("ipsec esp/transport//unique:5", "ipsec esp/transport//unique:6", [.action]),
        ("ipsec esp/tunnel/192.0.2.1-192.0.2.2/require", "ipsec esp/tunnel/192.0.2.1-192.0.2.3/require", [.action]),
        ("ipsec esp/transport//require", "ipsec ah/transport//require", [.action]),
        ("prio 5 none", "prio 6 none", [.priority]),
    ])
    func actionsOfAPolicy(declared: String, present: String, fields: [EntryField]) throws {
        #expect(differences(of: try Self.policy(declared), from: try Self.policy(present)) == fields)
    }

    @Test func flagsOfAPolicy() throws {
        let plain = try Self.policy("none")
        var flagged = plain
        flagged.flags = .icmp
        #expect(differences(of: plain, from: flagged) == [.flags])
        #expect(differences(of: flagged, from: flagged).isEmpty)
    }
}
