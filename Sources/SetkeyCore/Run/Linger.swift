/// Keeps SAs for a while after the last change that took traffic away from them.
///
/// The kernel resolves a packet's SA before it encrypts: what is on its way through an SA that is deleted is lost, 11 to 27
/// packets in 100 where the deletion follows at once, and none after 20 ms (xfrm-facts B7).
struct Linger: Sendable {
    /// In nanoseconds.
    static let time: UInt64 = 50_000_000

    private enum Stage: Sendable {
        case notBegun
        case until(UInt64)
        case over
    }

    private var stage = Stage.notBegun

    /// When it ends, on the monotonic clock; `nil` if it is not under way, or due.
    func deadline(at now: UInt64) -> UInt64? {
        if case .until(let moment) = stage, moment > now { moment } else { nil }
    }

    /// Whether its time has come, and nobody has found it to be over.
    func isDue(at now: UInt64) -> Bool {
        if case .until(let moment) = stage { moment <= now } else { false }
    }

    /// Whether it has been found to be over.
    var hasPassed: Bool {
        if case .over = stage { true } else { false }
    }

    /// Whether it is over; the first one to ask begins it.
    mutating func isOver(at now: UInt64) -> Bool {
        switch stage {
        case .notBegun: stage = .until(now &+ Self.time)
        case .until(let moment): if moment <= now { stage = .over }
        case .over: break
        }
        return hasPassed
    }
}
