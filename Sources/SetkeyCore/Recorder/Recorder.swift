import ControlProtocol

/// What is being written down, in order, and the replies that wait for it.
///
/// Writing is the shell's, on a thread of its own; each change that is asked for ends once, in the order of asking.
struct Recorder: Sendable {
    /// The changes that have not ended, the oldest first: whether they write all that is owned.
    private var underWay: [Bool] = []
    /// Replies that promise what must hold after a kill as well.
    private var heldReplies: [Effect] = []
    /// Lines of the ownership file, history included.
    private var lineCount = 0
    /// Why the state directory lacks something; `nil` again when all that is owned has been written down.
    private(set) var complaint: String?

    /// Whether all that was to be written down has been, or could not be.
    var isIdle: Bool { underWay.isEmpty }

    /// The last daemon has left an ownership file of so many lines.
    mutating func restore(lineCount: Int) {
        self.lineCount = lineCount
    }

    /// A change that is not of the ownership file.
    /// - Returns: what the shell has to do.
    mutating func write(_ change: StateChange) -> Effect {
        underWay.append(false)
        return .record(change)
    }

    /// Adds to the ownership file; if that lacks something, it is written whole before.
    ///
    /// - Parameter snapshot: all that is owned before this.
    /// - Returns: what the shell has to do.
    mutating func append(_ addition: OwnershipAddition, to snapshot: OwnershipSnapshot) -> [Effect] {
        var effects: [Effect] = []
        if complaint != nil { effects.append(rewrite(snapshot)) }
        guard !addition.isEmpty else { return effects }
        lineCount += addition.lineCount
        effects.append(write(.append(addition)))
        return effects
    }

    /// Writes the ownership file anew.
    /// - Returns: what the shell has to do.
    mutating func rewrite(_ snapshot: OwnershipSnapshot) -> Effect {
        underWay.append(true)
        lineCount = snapshot.entryCount
        return .record(.rewrite(snapshot))
    }

    /// Whether most of the ownership file is history.
    func isLong(for entryCount: Int) -> Bool { lineCount > 2 * entryCount + 1000 }

    /// The oldest change has ended.
    ///
    /// - Parameter complaint: why it could not be written down.
    /// - Returns: the replies that no longer have to wait.
    mutating func ended(_ complaint: String?) -> [Effect] {
        guard !underWay.isEmpty else { return [] }
        let isWhole = underWay.removeFirst()
        if let complaint { self.complaint = complaint } else if isWhole { self.complaint = nil }
        guard isIdle else { return [] }
        defer { heldReplies = [] }
        return heldReplies
    }

    /// A reply that promises what must hold after a kill as well.
    ///
    /// - Returns: the reply, if it need not wait.
    mutating func hold(_ reply: Effect) -> [Effect] {
        if isIdle { return [reply] }
        heldReplies.append(reply)
        return []
    }
}
