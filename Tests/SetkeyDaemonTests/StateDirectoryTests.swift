import Glibc
import SetkeyCore
import SetkeySyntax
import Testing

@testable import SetkeyDaemon

@Suite struct StateDirectoryTests {
    private let path = ControlServerFixture.temporaryDirectory()

    private func state(life: String = "a") throws -> StateDirectory {
        try StateDirectory(path: path, life: life)
    }

    @Test func oneDaemonAtATimeUsesIt() throws {
        let first = try state().lock()
        #expect(throws: StartError.self) { try state().lock() }
        withExtendedLifetime(first) {}
    }

    @Test func anEmptyOneIsNothingToComplainOf() throws {
        let (restored, complaints) = try state().load()
        #expect(restored.ownership == OwnershipRecord())
        #expect(restored.confirmation == nil && complaints.isEmpty)
    }

    @Test func aHalfWrittenLineAtTheEndIsNotThere() throws {
        let directory = try state()
        let text = "life a\nat 5\n+ sa esp 10.0.0.2 4097\n+ sa esp 10.0.0.2 409"
        write(text, to: "owned")
        let (restored, complaints) = directory.load()
        #expect(complaints.isEmpty)
        #expect(restored.ownership.identities.associations.count == 1)
    }

    @Test func whatCannotBeReadIsSaid() throws {
        let directory = try state()
        write("nonsense\n", to: "owned")
        write("status maybe\n", to: "confirmation")
        let (restored, complaints) = directory.load()
        #expect(restored.ownership.identities.isEmpty && restored.confirmation == nil)
        #expect(complaints.count == 2)
        #expect(complaints.allSatisfy { $0.contains(path) })
    }

    @Test func aDirectoryThatCannotBeWrittenIsComplainedOf() throws {
        let directory = try state()
        #expect(unsafe mkdir(path + "/confirmation.new", 0o700) == 0)
        let record = ConfirmationRecord(
            status: .waiting, seconds: 9, deadline: 100, fingerprint: Fingerprint(rawValue: 7), endedAt: 91)
        let complaint = try #require(directory.write(.confirm(record)))
        #expect(complaint.contains(path + "/confirmation.new") && complaint.contains("unconfirmed reload"))
        #expect(directory.write(.forget) == nil)
    }

    @Test func theRecordOfAReloadReadsBack() throws {
        let record = ConfirmationRecord(
            status: .reverted, seconds: 60, deadline: 1000, fingerprint: Fingerprint(rawValue: .max), endedAt: 940)
        #expect(ConfirmationRecord(parsing: String(decoding: record.text, as: UTF8.self)) == record)
        #expect(ConfirmationRecord(parsing: "") == nil)
    }

    private func write(_ text: String, to name: String) {
        let bytes = Array(text.utf8)
        let descriptor = unsafe open("\(path)/\(name)", O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        #expect(unsafe Glibc.write(descriptor, bytes, bytes.count) == bytes.count)
        close(descriptor)
    }
}
