import Glibc
import Testing

@testable import SetkeyDaemon

/// Sockets that are watched, and what is told when their other ends hang up.
@MainActor struct SocketPollTests {
    private let poll = SocketPoll()

    private struct Pair {
        let own: FileDescriptor
        let other: FileDescriptor

        init() throws {
            var ends: [Int32] = [0, 0]
            let status = unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends)
            try #require(status == 0)
            (own, other) = (FileDescriptor(owning: ends[0]), FileDescriptor(owning: ends[1]))
        }

        /// As the process at the other end does that ends.
        func hangUp() { shutdown(other.rawValue, Int32(SHUT_RDWR)) }
    }

    private enum Told: Equatable { case readable, writable, hungUp, failed }

    /// Watches, and hands on what is told, once for each time that it is watched anew.
    private func watch(_ pair: Pair) -> (SocketWatch, AsyncStream<Told>) {
        let (stream, told) = AsyncStream.makeStream(of: Told.self)
        var watch: SocketWatch?
        let made = poll.watch(
            pair.own,
            readable: {
                watch?.reads = false
                told.yield(.readable)
            },
            writable: {
                watch?.writes = false
                told.yield(.writable)
            },
            hungUp: {
                watch?.hearsHangUp = false
                told.yield(.hungUp)
            }, failed: { _ in told.yield(.failed) })
        watch = made
        return (made, stream)
    }

    @Test func bytesAndRoomAreTold() async throws {
        let pair = try Pair()
        let (watch, stream) = watch(pair)
        var told = stream.makeAsyncIterator()
        watch.writes = true
        #expect(await told.next() == .writable)
        let count = unsafe Glibc.write(pair.other.rawValue, "x", 1)
        #expect(count == 1)
        watch.reads = true
        #expect(await told.next() == .readable)
        watch.cancel()
    }

    @Test func aHangUpIsSomethingToReadAndEndsWriting() async throws {
        let pair = try Pair()
        let (watch, stream) = watch(pair)
        var told = stream.makeAsyncIterator()
        watch.reads = true
        pair.hangUp()
        #expect(await told.next() == .readable)
        watch.writes = true
        #expect(await told.next() == .writable)
        watch.cancel()
    }

    /// What nobody wants to read or write is not told to have ended, again and again; when it is wanted, it is.
    @Test func aHangUpOfWhatIsNotWatchedWaits() async throws {
        let (silent, other) = (try Pair(), try Pair())
        let (watch, stream) = watch(silent)
        watch.reads = true
        watch.reads = false
        silent.hangUp()
        let (second, secondStream) = self.watch(other)
        var (told, secondTold) = (stream.makeAsyncIterator(), secondStream.makeAsyncIterator())
        second.writes = true
        #expect(await secondTold.next() == .writable)
        watch.reads = true
        #expect(await told.next() == .readable)
        watch.cancel()
        second.cancel()
    }

    /// Of an end that has sent its last the going can be heard.
    @Test func aHangUpAloneIsToldWhereItIsAskedFor() async throws {
        let pair = try Pair()
        let (watch, stream) = watch(pair)
        var told = stream.makeAsyncIterator()
        shutdown(pair.other.rawValue, Int32(SHUT_WR))
        watch.reads = true
        #expect(await told.next() == .readable)
        watch.hearsHangUp = true
        pair.hangUp()
        #expect(await told.next() == .hungUp)
        watch.cancel()
    }

    /// One that is told may end others that are about to be.
    @Test func whatIsCancelledByAnotherIsNotTold() async throws {
        let (one, other) = (try Pair(), try Pair())
        let (stream, told) = AsyncStream.makeStream(of: Int.self)
        var watches: [SocketWatch] = []
        for (number, pair) in [one, other].enumerated() {
            let watch = poll.watch(
                pair.own,
                readable: {
                    for watch in watches { watch.cancel() }
                    told.yield(number)
                    onNextTurn { told.finish() }
                }, writable: {}, hungUp: {}, failed: { _ in })
            watches.append(watch)
        }
        one.hangUp()
        other.hangUp()
        for watch in watches { watch.reads = true }
        var count = 0
        for await _ in stream { count += 1 }
        #expect(count == 1)
    }

    @Test func whatCannotBeWatchedIsSaid() async throws {
        let file = try FileDescriptor.open("/etc/passwd", O_RDONLY)
        let (stream, told) = AsyncStream.makeStream(of: Int32.self)
        let watch = poll.watch(file, readable: {}, writable: {}, hungUp: {}, failed: { told.yield($0) })
        watch.reads = true
        var errnos = stream.makeAsyncIterator()
        #expect(await errnos.next() == EPERM)
        watch.cancel()
    }
}
