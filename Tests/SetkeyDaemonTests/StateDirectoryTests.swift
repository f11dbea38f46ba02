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
        let complaint = try #require(directory.write(.confirm(Self.record)))
        #expect(complaint.contains(path + "/confirmation.new") && complaint.contains("unconfirmed reload"))
        #expect(directory.write(.forget) == nil)
    }

    @Test func theRecordOfAReloadReadsBack() throws {
        let record = ConfirmationRecord(
            status: .reverted, seconds: 60, deadline: 1000, fingerprint: Fingerprint(rawValue: .max), endedAt: 940)
        #expect(ConfirmationRecord(parsing: String(decoding: record.text, as: UTF8.self)) == record)
        #expect(ConfirmationRecord(parsing: "") == nil)
        let endless = "status waiting\nseconds 20000000000\ndeadline 4611686018427387904\nfile 1\nended 0\n"
        #expect(ConfirmationRecord(parsing: endless) == nil)
    }

    // MARK: What is too much

    @Test(arguments: ["owned", "former", "confirmation"])
    func aFileLargerThanADaemonWritesIsNotRead(name: String) throws {
        let directory = try state()
        #expect(directory.write(.confirm(Self.record)) == nil)
        write("life a\n", to: name)
        // Nothing but a hole: it takes no room on the disk, and would take it in memory.
        #expect(unsafe truncate("\(path)/\(name)", 1 << 40) == 0)
        let (restored, complaints) = directory.load()
        #expect(restored.ownership == OwnershipRecord() && restored.confirmation == nil)
        #expect(
            complaints.contains { $0.contains("\(path)/\(name)") && $0.contains("1099511627776 bytes") },
            "\(complaints)")
    }

    @Test func whatWouldNotBeReadIsNotWritten() throws {
        let file = try state().file("some", sizeLimit: 8)
        #expect(file.replace(with: Array("a line\n".utf8)) == nil)
        let complaint = try #require(file.append(Array("b\n".utf8)))
        #expect(complaint.contains("more than 8 bytes"))
        #expect(file.replace(with: Array("too long\n".utf8)) != nil)
        #expect(file.read().bytes == Array("a line\n".utf8))
    }

    @Test func anOverlongLineIsLeftOutAndTheNextOneIsRead() throws {
        let text = "life a\n+ sa esp 10.0.0.2 " + String(repeating: "0", count: 100_000) + "1\n+ sa esp 10.0.0.2 4097\n"
        write(text, to: "owned")
        let (restored, complaints) = try state().load()
        #expect(restored.ownership.identities.associations.count == 1)
        #expect(complaints.count == 1 && complaints.allSatisfy { $0.contains("lines that are not readable: 1") })
    }

    // MARK: What is not ours

    @Test(arguments: [0o770, 0o707, 0o1777] as [mode_t])
    func oneThatOthersMayWriteToIsRefused(mode: mode_t) throws {
        #expect(unsafe chmod(path, mode) == 0)
        let error = try #require(throws: StartError.self) { try state() }
        #expect(error.description.contains("chmod go-w") && error.description.contains(path))
    }

    @Test(arguments: ["", "/"]) func aLinkIsNotFollowed(end: String) throws {
        let link = path + "/link"
        #expect(unsafe symlink(path, link) == 0)
        let error = try #require(throws: StartError.self) { try StateDirectory(path: link + end, life: "a") }
        #expect(error.description.contains("is not a directory"))
    }

    @Test func aDirectoryOfAnotherUserIsNotOurs() {
        var status = stat()
        #expect(unsafe stat(path, &status) == 0 && StateDirectory.distrust(status) == nil)
        status.st_uid += 1
        #expect(StateDirectory.distrust(status)?.contains("belongs to user \(status.st_uid)") == true)
    }

    @Test func aFileOfAnotherUserOrOneThatOthersMayWriteToIsNotOurs() throws {
        write("life a\n", to: "owned")
        var status = stat()
        let owned = try state().file("owned")
        #expect(unsafe stat(path + "/owned", &status) == 0 && owned.distrust(status) == nil)
        status.st_uid += 1
        #expect(owned.distrust(status)?.contains("belongs to user \(status.st_uid)") == true)
        #expect(unsafe chmod(path + "/owned", 0o620) == 0)
        let (restored, complaints) = try state().load()
        #expect(restored.ownership.life == nil)
        #expect(complaints.count == 1 && complaints.allSatisfy { $0.contains("chmod go-w") })
    }

    @Test func aFIFOInPlaceOfAFileHoldsNobodyUp() throws {
        let directory = try state()
        for name in ["owned", "owned.new", "former", "former.new", "confirmation", "confirmation.new"] {
            #expect(unsafe mkfifo("\(path)/\(name)", 0o600) == 0)
        }
        let (restored, complaints) = directory.load()
        #expect(restored.ownership == OwnershipRecord() && restored.confirmation == nil)
        #expect(complaints.count == 2 && complaints.allSatisfy { $0.contains("not a regular file") })
        // It is no file of ours, and what is written replaces it.
        #expect(directory.write(.confirm(Self.record)) == nil)
        #expect(directory.file("confirmation").isTrusted)
        #expect(unsafe mkfifo(path + "/lock", 0o600) == 0)
        #expect(throws: StartError.self) { try directory.lock() }
    }

    @Test func aLinkInPlaceOfAFileIsNeverWrittenThrough() throws {
        let directory = try state()
        write("precious", to: "target")
        for name in ["owned", "confirmation", "confirmation.new"] {
            #expect(unsafe symlink(path + "/target", "\(path)/\(name)") == 0)
        }
        #expect(directory.load().complaints.count == 2)
        #expect(directory.file("owned").append([35]) != nil)
        #expect(directory.write(.confirm(Self.record)) == nil)
        #expect(directory.file("target").read().bytes == Array("precious".utf8))
        #expect(directory.file("confirmation").read().bytes == Self.record.text)
    }

    @Test func thePathMayLeadElsewhereMeanwhile() throws {
        let directory = try state()
        #expect(unsafe rename(path, path + ".moved") == 0 && mkdir(path, 0o700) == 0)
        #expect(directory.write(.confirm(Self.record)) == nil)
        #expect(unsafe access(path + ".moved/confirmation", F_OK) == 0 && rmdir(path) == 0)
    }

    private static let record = ConfirmationRecord(
        status: .waiting, seconds: 9, deadline: 100, fingerprint: Fingerprint(rawValue: 7), endedAt: 91)

    private func write(_ text: String, to name: String) {
        let bytes = Array(text.utf8)
        let descriptor = unsafe open("\(path)/\(name)", O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        #expect(unsafe Glibc.write(descriptor, bytes, bytes.count) == bytes.count)
        close(descriptor)
    }
}
