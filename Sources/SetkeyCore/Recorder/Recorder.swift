import ControlProtocol

/// What is being written down, in order, and the replies that wait for it.
///
/// Writing is the shell's, on a thread of its own; each change that is asked for ends once, in the order of asking.
struct Recorder: Sendable {
    /// What a change that is under way is about.
    private enum Matter: Sendable {
        /// All that is owned.
        case ownership
        /// Whether anything is applied.
        case mainSwitch
        case other
    }

    /// The changes that have not ended, the oldest first.
    private var underWay: [Matter] = []
    /// Replies that promise what must hold after a kill as well.
    private var heldReplies: [Effect] = []
    /// Lines of the ownership file, history included.
    private var lineCount = 0
    /// Why the state directory lacks something; `nil` again when all that is owned has been written down.
    private var lack: String?
    /// Why what is written down of the switch is not true; `nil` again when it has been written down.
    private var switchLack: String?

    /// What is not written down as it should be, and why.
    var complaint: String? { switchLack ?? lack }

    /// Whether all that was to be written down has been, or could not be.
    var isIdle: Bool { underWay.isEmpty }

    /// The last daemon has left an ownership file of so many lines.
    mutating func restore(lineCount: Int) {
        self.lineCount = lineCount
    }

    /// A change that is not of the ownership file.
    /// - Returns: what the shell has to do.
    mutating func write(_ change: StateChange) -> Effect {
        switch change {
        case .turnOff, .turnOn: underWay.append(.mainSwitch)
        case .append, .rewrite, .keep, .confirm, .forget: underWay.append(.other)
        }
        return .record(change)
    }

    /// Adds to the ownership file; if that lacks something, it is written whole before.
    ///
    /// - Parameter snapshot: all that is owned before this.
    /// - Returns: what the shell has to do.
    mutating func append(_ addition: OwnershipAddition, to snapshot: OwnershipSnapshot) -> [Effect] {
        var effects: [Effect] = []
        if lack != nil { effects.append(rewrite(snapshot)) }
        guard !addition.isEmpty else { return effects }
        lineCount += addition.lineCount
        effects.append(write(.append(addition)))
        return effects
    }

    /// Writes the ownership file anew.
    /// - Returns: what the shell has to do.
    mutating func rewrite(_ snapshot: OwnershipSnapshot) -> Effect {
        underWay.append(.ownership)
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
        switch underWay.removeFirst() {
        case .mainSwitch: switchLack = complaint
        case .ownership: lack = complaint
        case .other: lack = complaint ?? lack
        }
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
