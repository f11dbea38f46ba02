import ControlProtocol
import IPsec
import SetkeySyntax
import TestSupport
import Testing

@testable import SetkeyCore

/// An algorithm that a newer kernel has, and the table of algorithms has not.
@Suite struct NamelessAlgorithmTests {
    private func association() throws -> SecurityAssociation {
        let address = try #require(IPAddress("192.0.2.1"))
        var association = SecurityAssociation(
            identity: SAIdentity(destination: address, ipsecProtocol: .esp, spi: SPI(rawValue: 256)), source: address)
        association.encryption = EncryptionAlgorithm(rawValue: 99)
        association.encryptionKey = KeyMaterial([1, 2, 3, 4])
        association.integrity = IntegrityAlgorithm(rawValue: 77)
        association.integrityKey = KeyMaterial([5])
        return association
    }

    @Test func itsNumberIsPrintedInTheSameWayEverywhere() throws {
        let association = try association()
        let record = AssociationRecord(association, showKeys: false)
        #expect(record.encryption == "99" && record.integrity == "77" && record.compression == nil)
        var format = DumpFormat(options: DumpFormat.Options(showKeys: true, processID: 1), now: 0)
        var dump: [UInt8] = []
        format.append(association, isLast: true, to: &dump)
        #expect(dumpText(dump).contains("\tE: 99  01020304\n\tA: 77  05\n"))
        let statement = Statement.Kind.add(association).text()
        #expect(statement.contains("-E 99 <hidden> -A 77 <hidden>"), "\(statement)")
        let (declared, present) = (try self.association(), association)
        var changed = declared
        changed.encryption = EncryptionAlgorithm(rawValue: 98)
        #expect(differences(of: declared, from: present).isEmpty)
        #expect(differences(of: changed, from: present) == [.algorithm])
    }

    /// What is declared of a number that PF_KEY would have drawn.
    @Test func theWayBackKnowsALargeReqID() throws {
        var parser = Parser(
            Array(
                """
                spdadd 10.1.0.0/24 10.2.0.0/24 any -P out ipsec esp/transport//unique:20000 ;
                spdadd 10.1.0.0/24 10.3.0.0/24 any -P out discard ;
                """.utf8), options: ParserOptions(traits: .xfrm))
        var evaluation = DesiredState.Evaluation()
        while let statement = parser.next() {
            evaluation.add(statement.kind, at: StatementOrigin(source: 0, range: statement.range))
        }
        let state = FormerState(declared: evaluation.finish(), endedAt: 1)
        var unreadable = 0
        let read = try #require(FormerState(parsing: state.text, endedAt: 1, .xfrm, unreadable: &unreadable))
        #expect(unreadable == 0)
        #expect(read.declared.policies.map(\.entry) == state.declared.policies.map(\.entry))
        #expect(read.declared.policies.count == 2)
    }

    @Test func theWayBackKnowsIt() throws {
        var state = FormerState(declared: DesiredState.Evaluation().finish(), endedAt: 1)
        state.foreignAssociations = [try association()]
        var unreadable = 0
        let read = try #require(FormerState(parsing: state.text, endedAt: 1, unreadable: &unreadable))
        #expect(unreadable == 0 && read.foreignAssociations == state.foreignAssociations)
        // An interface that calls algorithms by name has no word for it.
        let named = KernelTraits(
            name: "TOY", algorithms: KernelTraits.pfKey.algorithms, numbersAlgorithms: false,
            maximumReplayWindow: .ordinary, maximumUniqueReqID: .none, keepsOriginalAddress: true)
        let less = try #require(FormerState(parsing: state.text, endedAt: 1, named, unreadable: &unreadable))
        #expect(unreadable > 0 && less.foreignAssociations.isEmpty)
    }

    @Test func aKernelThatDoesNotHaveItSaysSo() throws {
        var machine = Machine.started()
        let reply = try machine.run("add 192.0.2.1 192.0.2.2 esp 256 -E 99 0x01020304 ;")
        #expect(reply.failures?.map(\.errno) == [38])
        #expect(machine.daemon.mirror.associations.count == 0)
    }
}
