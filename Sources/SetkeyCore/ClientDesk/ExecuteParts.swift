import ControlProtocol
import SetkeySyntax

/// The parts of a run that have not been answered in full; the first one is under way, unless they are all read ahead, and
/// the one after it may have been begun.
struct ExecuteParts: Sendable {
    private var parts: [ExecutePart] = []
    /// How many statements the run has had.
    private var statementCount = 0
    /// Whether all parts so far are only read ahead.
    private(set) var areHeld = true
    private var aheadByteCount = 0
    /// Whether the last part is not executed: those that come are not, either.
    private var isBroken = false

    var count: Int { parts.count }
    var isEmpty: Bool { parts.isEmpty }
    var first: ExecutePart? { parts.first }

    /// The oldest one; only if there is one.
    var oldest: ExecutePart {
        get { parts[0] }
        _modify { yield &parts[0] }
    }

    /// The one to which a statement belongs, by its number in the run; only if there is one.
    subscript(of unit: Int) -> ExecutePart {
        get { parts[index(of: unit)] }
        _modify { yield &parts[index(of: unit)] }
    }

    private func index(of unit: Int) -> Int { parts.count > 1 && unit >= parts[1].first ? 1 : 0 }

    /// How many statements their texts have, about.
    var size: Int { statementCount - (parts.first?.first ?? statementCount) }

    /// Takes the next part of the run over. Of one that is not to be executed, and those behind it, the text is not read.
    ///
    /// - Returns: whether those that may now be begun need the richer kernel interface.
    mutating func append(_ text: WireText, of parameters: ExecuteParameters, options: ParserOptions) -> Bool {
        let isAhead = parameters.ahead == true && parameters.unfinished == true
        if isAhead { aheadByteCount += text.bytes.count }
        let objection = isAhead ? objectionToReadAhead : nil
        let refusal = isBroken ? ControlError.runAborted : objection
        var part = ExecutePart(
            refusal == nil ? text : WireText(reserving: 0), of: parameters, numberedFrom: statementCount,
            options: options)
        if let refusal { part.refuse(refusal) }
        parts.append(part)
        statementCount = part.end
        isBroken = isBroken || part.isRefused
        let wereHeld = areHeld
        areHeld = areHeld && isAhead && objection == nil
        guard !areHeld else { return false }
        if wereHeld, isBroken { abort(from: 0) }
        return parts.suffix(wereHeld ? parts.count : 1).contains { $0.needsRicherInterface && !$0.isRefused }
    }

    /// Why the next part cannot be read ahead.
    private var objectionToReadAhead: ControlError? {
        let limits = (count: ExecuteParameters.aheadLimit, bytes: ExecuteParameters.aheadByteLimit)
        if !areHeld { return .busy(reason: "only the beginning of a run can be read ahead") }
        guard parts.count >= limits.count || aheadByteCount > limits.bytes else { return nil }
        return .busy(reason: "more than \(limits.count) parts, or \(limits.bytes >> 20) MiB, are read ahead")
    }

    /// Refuses the first part that needs the richer kernel interface, and all behind it: nothing of them has been begun.
    ///
    /// - Returns: whether there is one. Those that are held ask for it when they may begin.
    mutating func refuseRicher(_ refusal: ControlError) -> Bool {
        guard !areHeld, let first = parts.firstIndex(where: { $0.needsRicherInterface && !$0.isRefused }) else {
            return false
        }
        parts[first].refuse(refusal)
        abort(from: first)
        isBroken = true
        return true
    }

    /// Executes none of them from there on, since one cannot be.
    private mutating func abort(from first: Int) {
        for index in first..<parts.count where !parts[index].isRefused { parts[index].refuse(.runAborted) }
    }

    mutating func removeOldest() { parts.removeFirst() }

    /// The number of the statement that is to be begun next: of the oldest part, or, unless that is where the run ends, of
    /// the one after it while the oldest is in flight.
    func next(isEnded: Bool) -> (unit: Int, kind: Statement.Kind)? {
        guard let first = parts.first else { return nil }
        if first.hasNext { return (first.nextUnit, first.next) }
        guard parts.count > 1, parts[1].hasNext, !isEnded else { return nil }
        return (parts[1].nextUnit, parts[1].next)
    }
}
