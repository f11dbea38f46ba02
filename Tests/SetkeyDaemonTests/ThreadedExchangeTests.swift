import Dispatch
import IPsec
import KernelBackends
import Synchronization
import Testing

@testable import SetkeyDaemon

/// The thread between a socket and the main queue; in which order it asks, ``Exchange`` says.
struct ThreadedExchangeTests {
    private typealias TestedExchange = ThreadedExchange<SocketPairLink>

    /// What an exchange has told, one line a step.
    private final class Listener {
        let exchange: TestedExchange
        private(set) var told: [String] = []
        private let (arrivals, arrival) = AsyncStream.makeStream(of: Void.self)

        init(_ link: SocketPairLink) throws {
            exchange = try TestedExchange(link, awaiting: PFKeyAwaitedAnswer.self)
            exchange.activate { [arrival] in arrival.yield() }
        }

        /// Listens until `isEnough`.
        func listen(until isEnough: ([String]) -> Bool) async {
            for await _ in arrivals {
                read()
                if isEnough(told) { return }
            }
        }

        func read() {
            var buffer = [UInt8](repeating: 0, count: 4096)
            while true {
                switch exchange.next(into: &buffer) {
                case .message: told.append(buffer[2] == 0 ? "\(buffer[8])" : "\(buffer[8]) refused")
                case .refused(let id, _, _): told.append("\(id.rawValue) not sent")
                case .unanswered(let id, _): told.append("nothing after \(id.rawValue)")
                case .unsent(let id, let count): told.append("\(count) unsent from \(id.rawValue)")
                case .overrun: told.append("overrun")
                case .failed: told.append("failed")
                case .idle: return
                }
            }
        }
    }

    @Test func burstsAreAnsweredInOrder() async throws {
        let listener = try Listener(try SocketPairLink())
        listener.exchange.submit(SocketPairLink.burst(1...64))
        listener.exchange.submit(SocketPairLink.burst(65...128))
        await listener.listen { $0.count >= 128 }
        #expect(listener.told.filter { !$0.hasPrefix("nothing") } == (1...128).map { "\($0)" })
    }

    @Test func newsComeWhileNobodyAsks() async throws {
        let link = try SocketPairLink()
        let listener = try Listener(link)
        for sequence in 1...3 as ClosedRange<UInt8> {
            #expect(link.say(SocketPairLink.message(sequence, sender: 0)))
            await listener.listen { $0.count == Int(sequence) }
        }
        #expect(listener.told == ["1", "2", "3"])
    }

    @Test func whatFollowsARefusalIsNotSent() async throws {
        let log = SentLog()
        let link = try SocketPairLink { request in
            log.numbers.withLock { $0.append(request[8]) }
            return [SocketPairLink.message(request[8], error: request[8] == 2 ? 17 : 0)]
        }
        let listener = try Listener(link)
        listener.exchange.submit(SocketPairLink.burst(1...64, stopsAtRefusal: true))
        listener.exchange.submit(SocketPairLink.burst(65...128, stopsAtRefusal: true))
        await listener.listen { $0.contains("64 unsent from 65") }
        #expect(
            listener.told.filter { !$0.hasPrefix("nothing") } == [
                "1", "2 refused", "62 unsent from 3", "64 unsent from 65",
            ])
        #expect(log.numbers.withLock { $0 } == [1, 2])
    }

    private nonisolated final class SentLog: Sendable {
        let numbers = Mutex<[UInt8]>([])
    }

    @Test func anAnswerThatDoesNotComeIsTold() async throws {
        let link = try SocketPairLink { $0[8] == 2 ? [] : [$0] }
        let listener = try Listener(link)
        listener.exchange.submit(SocketPairLink.burst(1...3))
        await listener.listen { $0.contains("1 unsent from 3") }
        #expect(listener.told == ["1", "nothing after 2", "1 unsent from 3"])
    }

    @Test func anOverrunIsTold() async throws {
        let link = try SocketPairLink()
        link.fill.withLock { $0 = (allocated: 1000, limit: 1000) }
        let listener = try Listener(link)
        await listener.listen { $0.contains("overrun") }
        link.fill.withLock { $0 = nil }
        listener.exchange.submit(SocketPairLink.burst(1...1))
        await listener.listen { $0.contains("1") }
    }

    /// What the main queue has no time for waits in the socket, where the kernel counts it; nothing of it is lost.
    @Test func whatNobodyTakesStaysInTheSocket() async throws {
        let link = try SocketPairLink()
        let listener = try Listener(link)
        let message = SocketPairLink.message(9, sender: 0, byteCount: 1024)
        var said = 0
        // The test is on the main queue: nothing is taken meanwhile.
        while said < 16_384 {
            if link.say(message) { said += 1 } else if !link.hasRoom(within: 500) { break }
        }
        #expect(said < 16_384)
        await listener.listen { $0.count >= said }
        #expect(listener.told.count == said)
        // And it goes on.
        #expect(link.say(SocketPairLink.message(10, sender: 0)))
        await listener.listen { $0.last == "10" }
    }

    @Test func aKernelThatTakesItsTimeHoldsNobodyUp() async throws {
        let gate = Gate()
        let link = try SocketPairLink { request in
            gate.wait()
            return [request]
        }
        let listener = try Listener(link)
        listener.exchange.submit(SocketPairLink.burst(1...1))
        // The kernel is at it, and this goes on.
        listener.read()
        #expect(listener.told.isEmpty)
        gate.open()
        await listener.listen { $0.first == "1" }
    }

    @Test func closedInTheMidstItEnds() async throws {
        let gate = Gate()
        let (ends, end) = AsyncStream.makeStream(of: Void.self)
        var listener: Listener? = try Listener(
            try SocketPairLink { [token = EndToken(end)] request in
                gate.wait()
                return withExtendedLifetime(token) { [request] }
            })
        listener?.exchange.submit(SocketPairLink.burst(1...64))
        listener?.exchange.close()
        listener = nil
        gate.open()
        // The thread lets go of the link, and of its descriptor.
        for await _ in ends { break }
    }

    private nonisolated final class Gate: Sendable {
        private let isOpen = Mutex(false)
        private let changes = DispatchSemaphore(value: 0)

        func open() {
            isOpen.withLock { $0 = true }
            changes.signal()
        }

        /// Waits until it is open.
        func wait() {
            if isOpen.withLock({ $0 }) { return }
            changes.wait()
            changes.signal()
        }
    }

    /// Says when it is released.
    private nonisolated final class EndToken: Sendable {
        private let end: AsyncStream<Void>.Continuation

        init(_ end: AsyncStream<Void>.Continuation) { self.end = end }

        deinit { end.yield() }
    }
}
