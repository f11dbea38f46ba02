import ControlProtocol
import SetkeySyntax

/// The parts of a run that have not been answered in full; the first one is under way, unless they are all read ahead, and
/// the one after it may have been begun.
struct ExecuteParts: Sendable {
    private var parts: [ExecutePart] = []
    /// How many statements the run has had.
    private var statementCount = 0

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

    /// Takes the next part of the run over.
    mutating func append(_ text: WireText, of parameters: ExecuteParameters, options: ParserOptions) {
        let part = ExecutePart(text, of: parameters, numberedFrom: statementCount, options: options)
        parts.append(part)
        statementCount = part.end
    }

    /// Whether the last ones need the richer kernel interface.
    func needRicherInterface(amongLast count: Int) -> Bool {
        parts.suffix(count).contains { $0.needsRicherInterface && !$0.isRefused }
    }

    /// The newest one; only if there is one.
    var newest: ExecutePart {
        get { parts[parts.count - 1] }
        _modify { yield &parts[parts.count - 1] }
    }

    /// Refuses the first part that needs the richer kernel interface, and all behind it: nothing of them has been begun.
    ///
    /// - Returns: whether there is one.
    mutating func refuseRicher(_ refusal: ControlError) -> Bool {
        guard let first = parts.firstIndex(where: { $0.needsRicherInterface && !$0.isRefused }) else { return false }
        parts[first].refuse(refusal)
        abort(from: first)
        return true
    }

    /// Executes none of them, since one cannot be: nothing of them has been begun.
    mutating func abort() { abort(from: 0) }

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
