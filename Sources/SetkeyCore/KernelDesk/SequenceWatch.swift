import IPsec
import TextBytes

/// SAs that come near the end of their sequence numbers, after which they stop for good without an event
/// (xfrm-facts B5). Only dumps tell how far they are.
///
/// The audit of every ten minutes dumps anyway. Another dump is due before that only if an SA that goes on could come to
/// its end until then: the more is left, the later.
struct SequenceWatch: Sendable {
    /// No SA sends more, by far: one processor encrypts for it.
    private static let packetsPerSecond: UInt64 = 4_000_000
    /// So long the audit lets it go, and so short is the time between two dumps at least.
    private static let seconds: ClosedRange<UInt64> = 10...600

    private struct Watched: Sendable {
        var association: SecurityAssociation
        var mark: SequenceMark?
        var hasMoved = true
        var isTold = true
    }

    private var watched: [SAIdentity: Watched] = [:]
    /// When to dump again, on the monotonic clock; `nil` if the audit is early enough.
    private(set) var nextPoll: UInt64?

    /// Takes in how far an SA is.
    ///
    /// - Returns: the mark that it has passed, if nobody has been told of that.
    mutating func note(_ association: SecurityAssociation) -> SequenceMark? {
        guard association.numbers != .zero, let left = association.sequenceNumbersLeft,
            left < Self.packetsPerSecond * Self.seconds.upperBound
        else {
            if !watched.isEmpty { watched[association.identity] = nil }
            return nil
        }
        let former = watched[association.identity]
        let mark = SequenceMark(association)
        watched[association.identity] = Watched(
            association: association, mark: mark, hasMoved: former?.association.numbers != association.numbers)
        guard let mark, mark > former?.mark ?? .none else { return nil }
        return mark
    }

    /// A dump is over: what it did not tell of is gone.
    mutating func endDump(at now: UInt64) {
        nextPoll = nil
        guard !watched.isEmpty else { return }
        var least: UInt64?
        for (identity, entry) in watched {
            guard entry.isTold else {
                watched[identity] = nil
                continue
            }
            watched[identity]?.isTold = false
            guard entry.hasMoved, let left = entry.association.sequenceNumbersLeft, left > 0 else { continue }
            least = min(least ?? .max, left)
        }
        guard let least else { return }
        let seconds = min(max(least / Self.packetsPerSecond, Self.seconds.lowerBound), Self.seconds.upperBound)
        nextPoll = now &+ seconds * 1_000_000_000
    }

    /// Whether a dump is due; it is then begun.
    mutating func isDue(at now: UInt64) -> Bool {
        guard let moment = nextPoll, moment <= now else { return false }
        nextPoll = nil
        return true
    }

    /// One sentence for each SA that has passed a mark, the one with the least left first.
    var complaints: [String] {
        watched.values.filter { $0.mark != nil }
            .sorted { $0.association.sequenceNumbersLeft ?? 0 < $1.association.sequenceNumbersLeft ?? 0 }
            .map(\.association.sequenceComplaint)
    }
}

/// How near an SA is to the end of its sequence numbers.
enum SequenceMark: Int, Comparable, Sendable {
    case none = 0
    case threeQuarters = 75
    case ninety = 90
    case ninetyNine = 99
    case all = 100

    /// The mark that an SA has passed last; `nil` for none.
    init?(_ association: SecurityAssociation) {
        guard let last = association.lastSequenceNumber, let left = association.sequenceNumbersLeft else { return nil }
        switch left {
        case 0: self = .all
        case ...(last / 100): self = .ninetyNine
        case ...(last / 10): self = .ninety
        case ...(last / 4): self = .threeQuarters
        default: return nil
        }
    }

    static func < (left: SequenceMark, right: SequenceMark) -> Bool { left.rawValue < right.rawValue }

    /// How its passing is logged.
    var priority: LogEntry.Priority { self >= .ninetyNine ? .error : .warning }
}

extension SecurityAssociation {
    /// The highest sequence number that it can use; `nil` if there is no end.
    var lastSequenceNumber: UInt64? {
        if flags.contains(.sequenceMayWrap) { return nil }
        return flags.contains(.extendedSequence) ? .max : UInt64(UInt32.max)
    }

    /// How many sequence numbers the end that sends has left; `nil` if there is no end.
    var sequenceNumbersLeft: UInt64? {
        lastSequenceNumber.map { last in last - min(last, max(numbers.sent, numbers.received)) }
    }

    /// That it comes near to the end of its sequence numbers, and what to do.
    var sequenceComplaint: String {
        let (last, left) = (lastSequenceNumber ?? 0, sequenceNumbersLeft ?? 0)
        let name = "\(identity.ipsecProtocol.word) \(source) -> \(identity.destination) spi \(identity.spi)"
        guard left > 0 else {
            return "\(name) has used all of its \(last) sequence numbers and carries nothing any more: "
                + "replace it with an SA with another SPI"
        }
        let used = last - left
        // Not all of them as long as one is left.
        let percent = min(99, used > .max / 100 ? used / (last / 100) : used * 100 / last)
        return
            "\(name) has used \(percent) % of its sequence numbers (\(used) of \(last)); after the last one it stops for "
            + "good: replace it with an SA with another SPI"
    }
}
