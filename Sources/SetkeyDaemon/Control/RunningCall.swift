import ControlProtocol

/// A call that is being carried out, with the replies that a caller who did not say `more` gets as one.
struct RunningCall {
    let more: Bool
    let oneway: Bool
    private(set) var gathered: Reply?
    /// About how many bytes that has.
    private(set) var gatheredBytes = 0
    /// Whether the caller has been refused already: the answer is too long for one reply.
    private(set) var isRefused = false

    init(_ call: IncomingCall) {
        more = call.more
        oneway = call.oneway
    }

    /// Adds a part of the answer.
    ///
    /// - Returns: Whether the answer is now longer than `limit` allows, for the first time.
    mutating func gather(_ reply: Reply, limit: Int) -> Bool {
        guard !isRefused else { return false }
        gatheredBytes += reply.approximateByteCount
        guard gatheredBytes <= limit else {
            isRefused = true
            gathered = nil
            gatheredBytes = 0
            return true
        }
        var whole = gathered ?? reply
        if gathered != nil { whole.append(reply) }
        gathered = whole
        return false
    }
}
