import ControlProtocol
import Glibc
import Testing

@testable import SetkeyDaemon

/// What the service manager is told, by a socket that nobody reads for a while.
@Suite struct NotificationsTests {
    /// The manager's end.
    private final class Reader {
        let path: String
        let descriptor: FileDescriptor
        private let directory: String

        init() throws {
            directory = ControlServerFixture.temporaryDirectory()
            path = directory + "/notify"
            descriptor = FileDescriptor(owning: socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0))
            descriptor.setNonBlocking()
            #expect(try #require(UnixAddress(path: path)).bind(descriptor.rawValue) == 0)
        }

        deinit {
            _ = unsafe unlink(path)
            _ = unsafe rmdir(directory)
        }

        /// Fills the queue, so that it takes nothing more from anybody.
        func fill() throws {
            let address = try #require(UnixAddress(path: path))
            let sender = FileDescriptor(owning: socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0))
            while address.send([0x2e], from: sender.rawValue) == 1 {}
            #expect(errno == EAGAIN)
        }

        /// What has come, without what filled it.
        func texts() -> [String] {
            var texts: [String] = []
            var buffer = [UInt8](repeating: 0, count: 4096)
            while case .bytes(let count) = descriptor.receive(into: &buffer) {
                texts.append(String(decoding: buffer[..<count], as: UTF8.self))
            }
            return texts.filter { $0 != "." }
        }
    }

    @Test func whatIsTakenIsToldAtOnce() throws {
        let reader = try Reader()
        let notifications = try #require(Notifications(path: reader.path))
        notifications.send(.ready, "READY=1")
        notifications.send(.status, "STATUS=a")
        #expect(reader.texts() == ["READY=1", "STATUS=a"])
        #expect(notifications.waitingCount == 0)
    }

    @Test func nobodyIsWaitedForAndTheLastOfEachKindIsToldLater() throws {
        let reader = try Reader()
        try reader.fill()
        let notifications = try #require(Notifications(path: reader.path))
        for number in 1...100 {
            notifications.send(.reloading, "RELOADING=\(number)")
            notifications.send(.ready, "READY=\(number)")
            notifications.send(.alive, "WATCHDOG=\(number)")
        }
        #expect(notifications.waitingCount == 3)
        #expect(reader.texts() == [])
        notifications.send(.status, "STATUS=b")
        #expect(reader.texts() == ["RELOADING=100", "READY=100", "WATCHDOG=100", "STATUS=b"])
    }

    @Test func whatWaitsIsToldWithoutAnotherChange() async throws {
        let reader = try Reader()
        try reader.fill()
        let notifications = try #require(Notifications(path: reader.path))
        notifications.send(.ready, "READY=1")
        #expect(reader.texts() == [])
        while notifications.waitingCount > 0 { await Task.yield() }
        #expect(reader.texts() == ["READY=1"])
    }

    @Test func aManagerThatIsGoneIsForgotten() throws {
        let notifications = try #require(Notifications(path: "/nonexistent/notify"))
        notifications.send(.ready, "READY=1")
        #expect(notifications.waitingCount == 0)
    }

    @Test func anAbstractNameIsAnAddressToo() throws {
        let name = "setkeyd-test-\(getpid())"
        let reader = FileDescriptor(owning: socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0))
        #expect(try #require(UnixAddress(abstract: name[...])).bind(reader.rawValue) == 0)
        let notifications = try #require(Notifications(path: "@" + name))
        notifications.send(.ready, "READY=1")
        var buffer = [UInt8](repeating: 0, count: 16)
        #expect(reader.receive(into: &buffer) == .bytes(7))
    }
}
