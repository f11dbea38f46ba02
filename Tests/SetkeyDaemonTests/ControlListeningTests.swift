import ControlProtocol
import Glibc
import SetkeyClient
import Testing

@testable import SetkeyDaemon

@Suite struct ControlListeningTests {
    @Test func theSocketHasTheModeAsked() throws {
        let directory = ControlServerFixture.temporaryDirectory()
        let path = directory + "/s"
        let socket = try ListeningSocket(path: path, mode: 0o622)
        var status = stat()
        #expect(unsafe stat(path, &status) == 0)
        #expect(status.st_mode & 0o777 == 0o622)
        socket.removePath()
        #expect(unsafe rmdir(directory) == 0)
    }

    @Test func besideTheSocketOfAllIsOneThatOnlyItsOwnerAndRootOpen() throws {
        let directory = ControlServerFixture.temporaryDirectory()
        let path = directory + "/s"
        let sockets = try ListeningSocket.pair(at: path)
        var status = stat()
        #expect(unsafe stat(path + ".root", &status) == 0)
        #expect(status.st_mode & 0o777 == 0o600)
        #expect(unsafe stat(path, &status) == 0)
        #expect(status.st_mode & 0o777 == 0o660)
        for socket in sockets { socket.removePath() }
        #expect(unsafe rmdir(directory) == 0)
    }

    @Test func ofTwoSocketsBothAreMadeOrNone() throws {
        let directory = ControlServerFixture.temporaryDirectory()
        let path = directory + "/s"
        #expect(unsafe mkdir(path + ".root", 0o700) == 0)
        #expect(throws: ListenError.notASocket(path + ".root")) { try ListeningSocket.pair(at: path) }
        #expect(unsafe rmdir(path + ".root") == 0)
        #expect(unsafe rmdir(directory) == 0)
    }

    @Test func whoeverFillsTheQueueOfAllKeepsNobodyFromTheOther() async throws {
        let directory = ControlServerFixture.temporaryDirectory()
        let path = directory + "/s"
        let sockets = try ListeningSocket.pair(at: path)
        // Nobody accepts there, and its queue has room for one.
        #expect(listen(sockets[1].descriptor.rawValue, 0) == 0)
        let occupant = try RawClient(path: path)
        let fixture = try ControlServerFixture()
        fixture.server.listen(on: sockets[0])
        let reply = try await offMain {
            var client = try ControlClient(path: path)
            return try client.call(.status)
        }
        #expect(reply == .status(ControlServerFixture.status))
        withExtendedLifetime(occupant) { fixture.tearDown() }
        sockets[1].removePath()
        #expect(unsafe rmdir(directory) == 0)
    }

    @Test func aLeftoverIsReplacedAndALivingSocketIsNot() throws {
        let directory = ControlServerFixture.temporaryDirectory()
        let path = directory + "/s"
        // A socket that is dropped without removePath() leaves its file behind, as a crash does.
        _ = try ListeningSocket(path: path)
        let living = try ListeningSocket(path: path)
        #expect(throws: ListenError.inUse(path)) { try ListeningSocket(path: path) }
        living.removePath()
        #expect(unsafe rmdir(directory) == 0)
    }

    @Test func aDirectoryThatSomebodyKeepsLockedKeepsNobodyFromListening() throws {
        let directory = ControlServerFixture.temporaryDirectory()
        let holder = FileDescriptor(owning: unsafe open(directory, O_RDONLY | O_CLOEXEC))
        #expect(flock(holder.rawValue, LOCK_EX) == 0)
        try ListeningSocket(path: directory + "/s").removePath()
        #expect(unsafe rmdir(directory) == 0)
    }

    @Test func whatIsNoSocketIsLeftAlone() throws {
        let directory = ControlServerFixture.temporaryDirectory()
        let path = directory + "/file"
        close(unsafe open(path, O_CREAT | O_WRONLY, 0o600))
        #expect(throws: ListenError.notASocket(path)) { try ListeningSocket(path: path) }
        #expect(unsafe unlink(path) == 0)
        #expect(unsafe symlink("/nowhere", path) == 0)
        #expect(throws: ListenError.notASocket(path)) { try ListeningSocket(path: path) }
        #expect(unsafe unlink(path) == 0)
        #expect(unsafe rmdir(directory) == 0)
    }

    @Test func aSocketThatIsNoLongerOursIsNotRemoved() throws {
        let directory = ControlServerFixture.temporaryDirectory()
        let path = directory + "/s"
        let first = try ListeningSocket(path: path)
        #expect(unsafe unlink(path) == 0)
        let second = try ListeningSocket(path: path)
        first.removePath()
        #expect(unsafe access(path, F_OK) == 0)
        second.removePath()
        #expect(unsafe access(path, F_OK) != 0)
        #expect(unsafe rmdir(directory) == 0)
    }

    @Test func everyFailureNamesThePath() {
        let missing = "/nonexistent-directory/s"
        #expect(throws: ListenError.noDirectory("/nonexistent-directory/")) { try ListeningSocket(path: missing) }
        let long = "/tmp/" + String(repeating: "x", count: 200)
        #expect(throws: ListenError.pathTooLong(long)) { try ListeningSocket(path: long) }
    }

    @Test func theClientSaysWhatIsWrongWithThePath() throws {
        #expect(throws: ClientError.noSocket(path: "/nonexistent/s")) { _ = try ControlClient(path: "/nonexistent/s") }
        #expect(throws: ClientError.unusablePath("")) { _ = try ControlClient(path: "") }
        let directory = ControlServerFixture.temporaryDirectory()
        let path = directory + "/s"
        _ = try ListeningSocket(path: path)
        #expect(throws: ClientError.refused(path: path)) { _ = try ControlClient(path: path) }
        #expect(unsafe unlink(path) == 0)
        #expect(unsafe rmdir(directory) == 0)
    }

    @Test func aSocketThatWasPassedInKeepsItsPath() async throws {
        let directory = ControlServerFixture.temporaryDirectory()
        let path = directory + "/s"
        let made = try ListeningSocket(path: path)
        let passed = ListeningSocket(owning: dup(made.descriptor.rawValue))
        let server = ControlServer(version: "1")
        server.listen(on: passed)
        let frames = try await offMain {
            let client = try RawClient(path: path)
            client.send(#"{"method":"org.varlink.service.GetInfo"}"#)
            return try client.frames(1)
        }
        #expect(frames.count == 1)
        server.stop()
        #expect(unsafe access(path, F_OK) == 0)
        made.removePath()
        #expect(unsafe rmdir(directory) == 0)
    }
}
