import Glibc
import Testing

@testable import SetkeyDaemon

/// Signals that become events of the main queue.
@MainActor struct CaughtSignalTests {
    @Test func oneThatComesBeforeTheHandlerIsTold() async throws {
        let signal = try CaughtSignal(SIGUSR1)
        try #require(kill(getpid(), SIGUSR1) == 0)
        await withCheckedContinuation { continuation in
            signal.activate { continuation.resume() }
        }
        withExtendedLifetime(signal) {}
    }

    /// Whatever thread takes it, and however short that thread lives.
    @Test func noneIsLostThatAThreadTakesBeforeItEnds() async throws {
        let signal = try CaughtSignal(SIGUSR2)
        let (comings, coming) = AsyncStream.makeStream(of: Void.self)
        signal.activate { coming.yield() }
        var told = comings.makeAsyncIterator()
        for _ in 1...200 {
            try raiseOnAThreadOfItsOwn()
            await told.next()
        }
        withExtendedLifetime(signal) {}
    }

    private func raiseOnAThreadOfItsOwn() throws {
        var thread = pthread_t()
        let body: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { _ in
            // A thread begins with what its maker blocks, and Dispatch's threads block all of them.
            var all = sigset_t()
            unsafe sigfillset(&all)
            unsafe pthread_sigmask(SIG_UNBLOCK, &all, nil)
            _ = raise(SIGUSR2)
            return nil
        }
        let status = unsafe pthread_create(&thread, nil, body, nil)
        try #require(status == 0)
        pthread_join(thread, nil)
    }
}
