import IPsec

/// How things stand between the kernel and the file, and what the service manager has been told of that.
struct Standing: Sendable {
    /// What keeps the kernel from holding what the file declares; `nil` if nothing is known to.
    private(set) var trouble: String? = "starting"
    /// Whether whoever waits for readiness has been told.
    private(set) var isReady = false
    /// How the last reload, revert or start ended.
    private(set) var last: LastTransition?
    /// How many have done what they were to do, and how many have not.
    private(set) var ended = (done: 0, failed: 0)
    /// Whether the last one has.
    private(set) var isLastDone = false
    /// What was told last.
    private var told = ""

    /// The kernel holds what the file declares.
    mutating func settle() { trouble = nil }

    /// Something keeps the kernel from that.
    mutating func hinder(_ trouble: String) { self.trouble = trouble }

    /// A reload, revert or start has ended.
    ///
    /// - Parameters:
    ///   - errno: with what the start has failed.
    ///   - status: how things stand now.
    /// - Returns: what the shell has to do.
    mutating func end(_ last: LastTransition, failedWith errno: KernelErrno?, status: String) -> Effect {
        defer { isReady = true }
        self.last = last
        isLastDone = errno == nil
        if isLastDone { ended.done += 1 } else { ended.failed += 1 }
        told = status
        if !isReady, let errno { return .startFailed(errno, status: last.outcome) }
        return .ready(status: status)
    }

    /// What began as a reload was none: all is as it was.
    ///
    /// - Returns: what the shell has to do.
    mutating func goOn(_ status: String) -> Effect {
        told = status
        return .ready(status: status)
    }

    /// The start has to wait.
    ///
    /// - Returns: what the shell has to do.
    mutating func putOff(_ why: String) -> Effect? {
        guard !isReady else { return nil }
        trouble = why
        return .status(why)
    }

    /// Has it told how things stand, if that is news.
    ///
    /// - Returns: what the shell has to do.
    mutating func news(_ status: String) -> Effect? {
        guard isReady, status != told else { return nil }
        told = status
        return .status(status)
    }
}
