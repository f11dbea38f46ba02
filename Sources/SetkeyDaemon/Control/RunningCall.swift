import ControlProtocol

/// A call that is being carried out, with the replies that a caller who did not say `more` gets as one.
struct RunningCall {
    let more: Bool
    let oneway: Bool
    /// Whether it is a part of a run of which the next part follows.
    let isUnfinishedRun: Bool
    /// Whether it is one that is not begun before the next one has come.
    let isAhead: Bool
    private var gathered: Reply?
    /// About how many bytes that has.
    private(set) var gatheredBytes = 0
    /// Whether the caller has been refused already: the answer is too long for one reply.
    private(set) var isRefused = false

    init(_ call: IncomingCall) {
        more = call.more
        oneway = call.oneway
        if case .execute(let parameters) = call.call {
            isUnfinishedRun = parameters.unfinished == true
            isAhead = isUnfinishedRun && parameters.ahead == true
        } else {
            (isUnfinishedRun, isAhead) = (false, false)
        }
    }

    /// How many calls may be running while the next part of the run is read; one more of those ahead than may be, since
    /// the daemon refuses it.
    var runningLimit: Int { isAhead ? ExecuteParameters.aheadLimit : 1 }

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
