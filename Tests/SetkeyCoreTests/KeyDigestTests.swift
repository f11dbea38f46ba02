import ControlProtocol
import IPsec
import Testing

@testable import SetkeyCore

/// Keys that are compared with another machine's.
@Suite struct KeyDigestTests {
    private static let nonce = "00112233445566778899aabbccddeeff"
    private static let text =
        #"add 1.1.1.1 2.2.2.2 esp 300 -E aes-cbc "secretsecretsecr" -A hmac-sha1 "secretsecretsecretse" ;"#

    private func parameters() -> ListAssociationsParameters {
        var parameters = ListAssociationsParameters()
        parameters.keyDigest = DigestNonce(digits: Self.nonce)
        #expect(parameters.keyDigest != nil)
        return parameters
    }

    private func record(_ machine: inout Machine, _ parameters: ListAssociationsParameters) throws -> AssociationRecord
    {
        machine.replies = []
        machine.post(.called(Machine.root, .listAssociations(parameters)))
        let records = machine.replies.flatMap { reply in
            if case .associations(let part) = reply.reply { part.associations } else { [AssociationRecord]() }
        }
        return try #require(records.first)
    }

    @Test func aRecordHasDigestsInPlaceOfKeys() throws {
        var machine = Machine.started()
        machine.execute(Self.text)
        var asked = parameters()
        let record = try record(&machine, asked)
        // HMAC-SHA-256 of `setkey cbc(aes)`, NUL and the key, and the same of hmac(sha1).
        #expect(record.encryptionDigest == "cfc6e5b64fbde388f740d123af3be131ff7501166a5eb6981f60ba1130f4fce5")
        #expect(record.integrityDigest == "4e685f4cc76a22910edf9a7ca3062a196a3fc55a7a6742e9e1d6ca675c1483ea")
        #expect(record.encryptionKey == nil && record.integrityKey == nil)
        // Not even if somebody wants both.
        asked.showKeys = true
        #expect(try self.record(&machine, asked).encryptionKey == nil)
        #expect(try self.record(&machine, ListAssociationsParameters()).encryptionDigest == nil)
    }

    @Test func onlyThoseGetOneWhoMaySeeKeys() throws {
        var machine = Machine.started()
        let member = ClientID(rawValue: 100)
        machine.post(.connected(member, Peer(uid: 1000, gid: 1000, pid: 1, access: .reading)))
        machine.replies = []
        machine.post(.called(member, .listAssociations(parameters())))
        #expect(machine.replies.isEmpty && machine.errors.map(\.client) == [member])
        machine.post(.called(member, .listAssociations(ListAssociationsParameters())))
        #expect(machine.replies.count == 1)
    }
}
