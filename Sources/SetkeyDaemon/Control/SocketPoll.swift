import CLinux
import Glibc
import KernelBackends

/// Sockets whose other ends can hang up, watched on the main queue.
///
/// They have no sources of Dispatch, which mends no hang-up safely: it tells the source's queue, and then goes on, on a
/// thread of its own, in what that queue may have freed by then. One disconnection in some thousand ended the daemon by
/// SIGSEGV. Dispatch watches one descriptor for all of them, an epoll(7), which never hangs up.
final class SocketPoll {
    /// So many events are taken in one turn of the loop.
    private static let eventsPerTurn = 16

    /// `nil` if the process may have no more descriptors.
    private let epoll: FileDescriptor?
    private var source: MainQueueSource?
    private var watches: [UInt64: SocketWatch] = [:]
    private var lastToken: UInt64 = 0

    init() {
        let rawValue = epoll_create1(Int32(EPOLL_CLOEXEC))
        epoll = rawValue < 0 ? nil : FileDescriptor(owning: rawValue)
        guard let epoll else { return }
        source = .reading(epoll) { [weak self] in self?.takeEvents() }
        source?.resume()
    }

    /// Watches `descriptor` as its ``SocketWatch`` is told to, until that is cancelled.
    ///
    /// - Parameters:
    ///   - readable: there is something to read, or the end.
    ///   - writable: it takes bytes, or never will again.
    ///   - hungUp: the other end has gone, and neither of the two is waited for.
    ///   - failed: it cannot be watched, with an errno.
    func watch(
        _ descriptor: FileDescriptor, readable: @escaping () -> Void, writable: @escaping () -> Void,
        hungUp: @escaping () -> Void, failed: @escaping (Int32) -> Void
    ) -> SocketWatch {
        lastToken &+= 1
        let watch = SocketWatch(descriptor, lastToken, on: self, readable, writable, hungUp, failed)
        watches[lastToken] = watch
        return watch
    }

    private func takeEvents() {
        // A handler may end other watches, or begin some: no token comes twice.
        for (token, events) in epoll?.takeEvents(upTo: Self.eventsPerTurn) ?? [] { watches[token]?.take(events) }
    }

    /// Has the kernel tell of `events` from now on; of nothing, not even of a hang-up, if there are none.
    fileprivate func set(_ events: UInt32, of watch: SocketWatch, isWatched: Bool) -> Int32 {
        guard let epoll else { return EMFILE }
        let operation = events == 0 ? EPOLL_CTL_DEL : isWatched ? EPOLL_CTL_MOD : EPOLL_CTL_ADD
        return setkeyd_set_events(epoll.rawValue, operation, watch.descriptor.rawValue, events, watch.token) == 0
            ? 0 : errno
    }

    fileprivate func forget(_ token: UInt64) { watches[token] = nil }
}

/// One socket of a ``SocketPoll``.
final class SocketWatch {
    fileprivate let descriptor: FileDescriptor
    fileprivate let token: UInt64
    private weak var poll: SocketPoll?
    private let readable: () -> Void
    private let writable: () -> Void
    private let hungUp: () -> Void
    private let failed: (Int32) -> Void
    private var watched: UInt32 = 0

    /// Whether there being something to read is an event.
    var reads = false { didSet { if reads != oldValue { update() } } }
    /// Whether its taking bytes is one.
    var writes = false { didSet { if writes != oldValue { update() } } }
    /// Whether the other end's going is one where neither of these is; else whoever reads or writes meets it.
    var hearsHangUp = false { didSet { if hearsHangUp != oldValue { update() } } }

    fileprivate init(
        _ descriptor: FileDescriptor, _ token: UInt64, on poll: SocketPoll, _ readable: @escaping () -> Void,
        _ writable: @escaping () -> Void, _ hungUp: @escaping () -> Void, _ failed: @escaping (Int32) -> Void
    ) {
        (self.descriptor, self.token, self.poll) = (descriptor, token, poll)
        (self.readable, self.writable, self.hungUp, self.failed) = (readable, writable, hungUp, failed)
    }

    /// Ends the watch: there are no more events.
    func cancel() {
        (reads, writes, hearsHangUp) = (false, false, false)
        poll?.forget(token)
        poll = nil
    }

    private func update() {
        guard let poll else { return }
        var wanted = (reads ? EPOLLIN.rawValue : 0) | (writes ? EPOLLOUT.rawValue : 0)
        // A hang-up is told unasked, and once is enough.
        if wanted == 0, hearsHangUp { wanted = EPOLLET.rawValue }
        guard wanted != watched else { return }
        let errno = poll.set(wanted, of: self, isWatched: watched != 0)
        guard errno == 0 else { return onNextTurn { [weak self] in self?.failed(errno) } }
        watched = wanted
    }

    fileprivate func take(_ events: UInt32) {
        // A hang-up and an error are told unasked; whoever reads or writes finds out which it is.
        let ends = EPOLLHUP.rawValue | EPOLLERR.rawValue
        if !reads, !writes, hearsHangUp, events & ends != 0 { return hungUp() }
        if reads, events & (EPOLLIN.rawValue | ends) != 0 { readable() }
        if writes, events & (EPOLLOUT.rawValue | ends) != 0 { writable() }
    }
}
