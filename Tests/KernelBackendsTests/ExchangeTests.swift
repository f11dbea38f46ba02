import IPsec
import Testing

@testable import KernelBackends

struct ExchangeTests {
    private var exchange = Exchange(awaiting: PFKeyAwaitedAnswer.self)
    private var link = ScriptedLink()
    private var stops = ExchangeStops()

    /// All that happens until nothing does; messages by their sequence numbers.
    private mutating func run() -> [String] {
        var told: [String] = []
        var buffer: [UInt8] = []
        while true {
            let step = exchange.next(on: &link, into: &buffer)
            if let stop = step.stop { stops.count(stop) }
            switch step {
            case .message: told.append(buffer[2] == 0 ? "\(buffer[8])" : "\(buffer[8]) refused")
            case .refused(let id, _, _): told.append("\(id.rawValue) not sent")
            case .unanswered(let id, _): told.append("nothing after \(id.rawValue)")
            case .unsent(let id, let count): told.append("\(count) unsent from \(id.rawValue)")
            case .overrun: told.append("overrun")
            case .failed: told.append("failed")
            case .idle: return told
            }
        }
    }

    @Test mutating func eachRequestIsSentWhenTheOneBeforeItIsAnswered() {
        exchange.submit(ScriptedLink.burst(1...3))
        var buffer: [UInt8] = []
        for sequence in 1...3 as ClosedRange<UInt32> {
            #expect(exchange.next(on: &link, into: &buffer) == .message(byteCount: 32, stop: nil))
            #expect(link.sent == Array(1...sequence))
        }
        #expect(exchange.next(on: &link, into: &buffer) == .unanswered(RequestID(rawValue: 3), stop: nil))
        #expect(exchange.next(on: &link, into: &buffer) == .idle)
    }

    @Test mutating func whatOthersCausedComesInItsOrder() {
        link.queue = [ScriptedLink.message(90, sender: 8)]
        link.reactions[2] = .messages([
            ScriptedLink.message(2, sender: 8), ScriptedLink.message(2, type: 4), ScriptedLink.message(2),
        ])
        exchange.submit(ScriptedLink.burst(1...3))
        #expect(run() == ["90", "1", "2", "2", "2", "3", "nothing after 3"])
        #expect(link.sent == [1, 2, 3])
    }

    @Test mutating func aRefusalStopsWhatIsToStop() {
        link.reactions[2] = .messages([ScriptedLink.message(2, error: 17)])
        exchange.submit(ScriptedLink.burst(1...4, stopsAtRefusal: true))
        // Handed over before anybody heard of the refusal.
        exchange.submit(ScriptedLink.burst(5...6, stopsAtRefusal: true))
        exchange.submit(ScriptedLink.burst(7...7))
        #expect(run() == ["1", "2 refused", "2 unsent from 3", "2 unsent from 5", "7", "nothing after 7"])
        // Now it is known.
        exchange.submit(ScriptedLink.burst(8...8, stopsAtRefusal: true, known: stops))
        #expect(run() == ["8", "nothing after 8"])
    }

    @Test mutating func aRefusalStopsNothingElse() {
        link.reactions[1] = .messages([ScriptedLink.message(1, error: 17)])
        exchange.submit(ScriptedLink.burst(1...2))
        exchange.submit(ScriptedLink.burst(3...3, stopsAtRefusal: true))
        #expect(run() == ["1 refused", "2", "3", "nothing after 3"])
    }

    @Test mutating func whatCannotBeSentIsRefused() {
        link.reactions[2] = .failure(.messageSize)
        exchange.submit(ScriptedLink.burst(1...3))
        #expect(run() == ["1", "2 not sent", "3", "nothing after 3"])
        exchange.submit(ScriptedLink.burst(2...3, stopsAtRefusal: true))
        #expect(run() == ["2 not sent", "1 unsent from 3", "nothing after 2"])
    }

    @Test mutating func whatCannotBeSaidIsRefusedInItsTurn() {
        var burst = EncodedBurst(
            from: RequestID(rawValue: 1), stopsAtRefusal: true, known: ExchangeStops(), reserving: 0)
        burst.append(ScriptedLink.message(1))
        burst.appendUnspeakable()
        burst.append(ScriptedLink.message(3))
        exchange.submit(burst)
        #expect(run() == ["1", "2 not sent", "1 unsent from 3", "nothing after 2"])
        #expect(link.sent == [1])
    }

    @Test mutating func aLostAnswerStopsEverything() {
        link.reactions[2] = .messages([])
        exchange.submit(ScriptedLink.burst(1...3))
        exchange.submit(ScriptedLink.burst(4...5, stopsAtRefusal: true))
        #expect(run() == ["1", "nothing after 2", "1 unsent from 3", "2 unsent from 4"])
        // It is asked again, and what follows with it.
        link.reactions = [:]
        exchange.submit(ScriptedLink.burst(6...8, known: stops))
        #expect(run() == ["6", "7", "8", "nothing after 8"])
    }

    // MARK: Several at once

    @Test mutating func whatIsUnorderedIsSentSeveralAtOnce() {
        link.takesSeveral = true
        exchange.submit(ScriptedLink.burst(1...19, isUnordered: true))
        exchange.submit(ScriptedLink.burst(20...21))
        #expect(run() == (1...21).map { "\($0)" } + ["nothing after 21"])
        #expect(link.datagrams == [8, 8, 3, 1, 1])
    }

    @Test mutating func whereOneIsTakenOneIsSent() {
        exchange.submit(ScriptedLink.burst(1...3, isUnordered: true))
        #expect(run() == ["1", "2", "3", "nothing after 3"])
        #expect(link.datagrams == [1, 1, 1])
    }

    /// As netlink tells it: first what was done, and then that it was.
    @Test mutating func whatComesInAnyOrderIsTakenForWhatItAnswers() {
        link.takesSeveral = true
        link.reactions[1] = .messages([])
        link.reactions[2] = .messages([ScriptedLink.message(3), ScriptedLink.message(90, sender: 8)])
        link.reactions[3] = .messages([ScriptedLink.message(2, error: 17), ScriptedLink.message(1)])
        exchange.submit(ScriptedLink.burst(1...3, isUnordered: true))
        exchange.submit(ScriptedLink.burst(4...4))
        #expect(run() == ["3", "90", "2 refused", "1", "4", "nothing after 4"])
        #expect(link.datagrams == [3, 1])
    }

    /// One after the other, to know which of them it is.
    @Test mutating func whatCannotBeSentTogetherIsSentSingly() {
        link.takesSeveral = true
        link.reactions[2] = .failure(.messageSize)
        exchange.submit(ScriptedLink.burst(1...3, isUnordered: true))
        #expect(run() == ["1", "2 not sent", "3", "nothing after 3"])
        #expect(link.datagrams == [1, 1])
    }

    @Test mutating func whatCannotBeSaidEndsWhatIsSentTogether() {
        link.takesSeveral = true
        var burst = EncodedBurst(
            from: RequestID(rawValue: 1), stopsAtRefusal: false, isUnordered: true, known: stops, reserving: 0)
        burst.append(ScriptedLink.message(1))
        burst.append(ScriptedLink.message(2))
        burst.appendUnspeakable()
        burst.append(ScriptedLink.message(4))
        exchange.submit(burst)
        #expect(run() == ["1", "2", "3 not sent", "4", "nothing after 4"])
        #expect(link.datagrams == [2, 1])
    }

    @Test mutating func everyAnswerThatIsLostIsTold() {
        link.takesSeveral = true
        link.reactions = [1: .messages([]), 3: .messages([]), 4: .messages([])]
        exchange.submit(ScriptedLink.burst(1...5, isUnordered: true))
        exchange.submit(ScriptedLink.burst(6...6))
        #expect(
            run() == [
                "2", "5", "nothing after 1", "nothing after 3", "nothing after 4", "1 unsent from 6", "nothing after 5",
            ])
        // The first has stopped what was behind, and what is asked now knows of it.
        exchange.submit(ScriptedLink.burst(7...7, known: stops))
        #expect(run() == ["7", "nothing after 7"])
    }

    // MARK: Dumps

    @Test mutating func aDumpIsOneAnswer() {
        link.reactions[1] = .messages([
            ScriptedLink.message(1, type: 10), ScriptedLink.message(9, sender: 8), ScriptedLink.message(2, type: 10),
            ScriptedLink.message(0, type: 10),
        ])
        link.reactions[2] = .messages([ScriptedLink.message(2, type: 10, error: 2)])
        exchange.submit(ScriptedLink.burst(1...1, type: 10))
        exchange.submit(ScriptedLink.burst(2...2, type: 10))
        exchange.submit(ScriptedLink.burst(3...3))
        #expect(run() == ["1", "9", "2", "0", "2 refused", "3", "nothing after 3"])
    }

    @Test mutating func aDumpThatBreaksOffHasEnded() {
        link.reactions[1] = .messages([
            ScriptedLink.message(1, type: 18), ScriptedLink.message(0, type: 18, error: 234),
        ])
        exchange.submit(ScriptedLink.burst(1...1, type: 18))
        exchange.submit(ScriptedLink.burst(2...2))
        #expect(run() == ["1", "0 refused", "2", "nothing after 2"])
    }

    /// Sixteen reads lie between two measurements, however long nobody reads; what fits one of them is no false alarm.
    @Test mutating func aFullSocketIsToldBeforeItIsRead() {
        link.queue = (0..<40).map { _ in ScriptedLink.message(1, sender: 8) }
        link.memory = (allocated: 934_465, limit: 1_000_000)
        #expect(run().indices(of: "overrun").ranges.map(\.lowerBound) == [0, 17, 34])
        link.queue = (0..<40).map { _ in ScriptedLink.message(1, sender: 8) }
        link.memory = (allocated: 934_464, limit: 1_000_000)
        exchange = Exchange(awaiting: PFKeyAwaitedAnswer.self)
        #expect(!run().contains("overrun"))
    }

    @Test mutating func whatIsSentIsWiped() {
        var burst = ScriptedLink.burst(1...1)
        let range = burst.datagrams[0] ?? 0..<0
        #expect(burst.bytes.contains(0x6b))
        burst.wipe(range)
        #expect(burst.bytes.allSatisfy { $0 == 0 })
        #expect(burst.bytes.count == range.count)
    }
}
