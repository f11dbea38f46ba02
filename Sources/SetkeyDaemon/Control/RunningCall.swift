import ControlProtocol

/// A call that is being carried out, with the replies that a caller who did not say `more` gets as one.
struct RunningCall {
    let more: Bool
    let oneway: Bool
    /// Whether it is a part of a run of which the next part follows.
    let isUnfinishedRun: Bool
    private var gathered: Reply?
    /// About how many bytes that has.
    private(set) var gatheredBytes = 0
    /// Whether the caller has been refused already: the answer is too long for one reply.
    private(set) var isRefused = false

    init(_ call: IncomingCall) {
        more = call.more
        oneway = call.oneway
        isUnfinishedRun = if case .execute(let parameters) = call.call { parameters.unfinished == true } else { false }
    }

    /// What the parts of an answer have come to.
    enum Gathered {
        /// It is now longer than it may be, for the first time.
        case tooLong
        case whole(Reply)
    }

    /// Puts the parts of an answer together, for a caller who wants one.
    mutating func gather(_ reply: Reply, isLast: Bool, limit: Int) -> Gathered? {
        guard !isRefused else { return nil }
        gatheredBytes += reply.approximateByteCount
        guard gatheredBytes <= limit else {
            isRefused = true
            gathered = nil
            gatheredBytes = 0
            return .tooLong
        }
        var whole = gathered ?? reply
        if gathered != nil { whole.append(reply) }
        gathered = whole
        return isLast ? .whole(whole) : nil
    }
}
