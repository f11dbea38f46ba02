import IPsec

/// Requests on their way to the kernel, in order and many at a time, and how to undo what they have done.
///
/// A client's statements, the application of a plan, a repair and an undo are all run by this. Whoever has one gives it
/// units (statements or steps), each of which is a few requests, and hears of each request how it ended. A request that
/// was not sent because one before it failed is asked again in its place, unless it was of no use any more.
struct RequestRun: Sendable {
    /// What a refusal by the kernel means.
    enum Temper: Hashable, Sendable {
        /// Everything done so far is undone, in reverse order.
        case undoing
        /// The other units are done all the same.
        case goingOn
    }

    /// One request, and what it is of.
    struct Item: Sendable {
        enum Role: Hashable, Sendable {
            /// It belongs to its unit.
            case step
            /// It undoes something.
            case undo
            /// It brings back what its unit has removed in vain.
            case restore
            /// It asks how things are, and what comes next depends on the answer.
            case question
        }

        var request: KernelRequest
        /// The number of the unit.
        let unit: Int
        let role: Role
        /// Whether it is the last of its unit.
        let endsUnit: Bool
        /// Whether what comes next depends on how it ends.
        let isAwaited: Bool
        /// Its place in the order in which requests were first given out.
        fileprivate var serial = 0

        init(request: KernelRequest, unit: Int, role: Role, endsUnit: Bool, isAwaited: Bool = false) {
            self.request = request
            self.unit = unit
            self.role = role
            self.endsUnit = endsUnit
            self.isAwaited = isAwaited || role == .question
        }

        /// A request that is all there is to ask.
        init(_ request: KernelRequest) {
            self.init(request: request, unit: 0, role: .step, endsUnit: true)
        }
    }

    let temper: Temper
    /// Requests that come before all others; the next one comes last.
    private var urgent: [Item] = []
    /// Requests that were not sent, in their order; those before `head` have been given out again.
    private var returned: [Item] = []
    private var head = 0
    /// How many requests have been given out for the first time.
    private var serials = 0
    /// The rest of the unit that has been begun; the next one comes last.
    private var waiting: [Item] = []
    /// Requests that have been given out, and have not ended.
    private(set) var inFlight = 0
    /// How many may be in flight: one after requests have come back unsent, and more with each that succeeds. Where one
    /// refusal follows another, a burst would be encoded for each of them, to come back.
    private var allowance = Self.fullAllowance
    private static let fullAllowance = 2 * Conversation.burst
    /// Whether nothing is given out before what is in flight has ended.
    private var isHeld = false
    /// The last unit of which a request has failed that others were to follow.
    private var failedUnit: Int?

    private var undoLog = UndoLog()
    private(set) var isUndoing = false
    /// How many requests have undone something.
    private(set) var undone = 0
    /// Requests that were to undo something and were refused.
    private(set) var notUndone: [KernelRequest] = []
    /// The deletion of an SA that was added, which waits until what was there before carries the traffic again.
    private var departure: KernelRequest?
    /// Whether something else has been undone.
    private var movesTraffic = false
    private var linger = Linger()

    init(temper: Temper) {
        self.temper = temper
    }

    /// How many entries it holds, about: to free many takes its time.
    var size: Int { undoLog.size }

    /// Whether everything that was begun has ended, and nothing is left to be undone.
    var isIdle: Bool { inFlight == 0 && !hasMore && (!isUndoing || undoLog.isEmpty && departure == nil) }

    /// Whether requests of what was begun are still to be given out.
    var hasMore: Bool { !urgent.isEmpty || head < returned.count || !waiting.isEmpty }

    /// The first of the units of which requests are still to be given out.
    var firstUnitLeft: Int? {
        let items = [urgent.last, head < returned.count ? returned[head] : nil, waiting.last]
        return items.compactMap { $0?.unit }.min()
    }

    /// Whether what a request replaces or removes is wanted, to undo it.
    var keepsFormer: Bool { temper == .undoing && !isUndoing }

    /// Until when it gives nothing out; `nil` if it does not linger. Both on the monotonic clock.
    func deadline(at now: UInt64) -> UInt64? { linger.deadline(at: now) }

    /// Whether it has lingered, and may go on.
    func isDue(at now: UInt64) -> Bool { linger.isDue(at: now) }

    // MARK: Giving out

    /// Begins a unit of a request or two; call it when nothing is left of the one before.
    mutating func begin(_ unit: Int, _ request: KernelRequest, then second: KernelRequest? = nil) {
        if let second { waiting.append(Item(request: second, unit: unit, role: .step, endsUnit: true)) }
        waiting.append(Item(request: request, unit: unit, role: .step, endsUnit: second == nil))
    }

    /// Begins a unit; call it when nothing is left of the one before.
    mutating func begin(_ unit: Int, _ requests: [KernelRequest]) {
        for (index, request) in requests.enumerated().reversed() {
            waiting.append(
                Item(request: request, unit: unit, role: .step, endsUnit: index + 1 == requests.count))
        }
    }

    /// Begins a unit with a request before whose end nothing else is asked; call it when nothing is left of the one before.
    mutating func begin(_ unit: Int, awaiting request: KernelRequest) {
        waiting.append(Item(request: request, unit: unit, role: .step, endsUnit: false, isAwaited: true))
    }

    /// A request that comes before all others.
    mutating func interpose(_ requests: [KernelRequest], _ role: Item.Role, of unit: Int) {
        for request in requests.reversed() {
            urgent.append(Item(request: request, unit: unit, role: role, endsUnit: false))
        }
    }

    /// The next request; `nil` if there is none now.
    ///
    /// - Parameter now: on the monotonic clock.
    mutating func next(at now: UInt64) -> Item? {
        if isHeld {
            guard inFlight == 0 else { return nil }
            isHeld = false
        }
        guard inFlight < allowance, var item = take(at: now) else { return nil }
        if item.serial == 0 {
            serials += 1
            item.serial = serials
        }
        inFlight += 1
        isHeld = item.isAwaited
        return item
    }

    private mutating func take(at now: UInt64) -> Item? {
        if let item = urgent.popLast() { return item }
        if head < returned.count {
            defer { head += 1 }
            return returned[head]
        }
        if !returned.isEmpty {
            returned.removeAll(keepingCapacity: true)
            head = 0
        }
        guard isUndoing else { return waiting.popLast() }
        return nextUndo(at: now).map { Item(request: $0, unit: 0, role: .undo, endsUnit: false) }
    }

    private mutating func nextUndo(at now: UInt64) -> KernelRequest? {
        guard let request = departure.take() ?? undoLog.next() else { return nil }
        guard case .delete = request else {
            movesTraffic = true
            return request
        }
        guard movesTraffic, !linger.hasPassed else { return request }
        if inFlight == 0, linger.isOver(at: now) { return request }
        departure = request
        return nil
    }

    // MARK: Ending

    /// The kernel did what was asked.
    mutating func succeeded(_ item: Item, answer: KernelEvent.Content, former: FormerEntries) {
        inFlight -= 1
        allowance = min(2 * allowance, Self.fullAllowance)
        switch item.role {
        case .undo: undone += 1
        case .question: break
        case .step, .restore: if temper == .undoing { undoLog.note(item.request, answer: answer, former: former) }
        }
    }

    /// The kernel did less than was asked, which counts as a failure: what it did is undone. Tell ``failed(_:lost:)``
    /// as well.
    mutating func curtailed(_ item: Item, answer: KernelEvent.Content) {
        guard case .association(_, let association) = answer else { return }
        if temper == .undoing { return undoLog.note(item.request, answer: answer, former: .none) }
        interpose([.delete(association.reference)], .restore, of: item.unit)
    }

    /// The kernel did it, and nobody can undo it.
    mutating func succeededForGood(_ item: Item) {
        inFlight -= 1
    }

    /// The kernel did not do it, and that does no harm.
    mutating func passed(_ item: Item) {
        inFlight -= 1
    }

    /// The kernel did not do it, or it may have and did not answer: the rest of its unit is of no use.
    ///
    /// - Parameter former: what it was to replace or remove, if it may have been done all the same.
    mutating func failed(_ item: Item, lost former: FormerEntries? = nil) {
        inFlight -= 1
        guard item.role != .undo else { return notUndone.append(item.request) }
        if !item.endsUnit { failedUnit = item.unit }
        fail(item.unit)
        if isUndoing, let former { undoLog.note(item.request, answer: .refused(.timedOut), former: former) }
    }

    /// A unit has failed, perhaps without having asked anything.
    mutating func fail(_ unit: Int) {
        waiting.removeAll { $0.unit == unit }
        returned.removeFirst(head)
        head = 0
        returned.removeAll { $0.unit == unit }
        guard temper == .undoing else { return }
        isUndoing = true
        // Not before everything has ended that may have to be undone.
        isHeld = true
        waiting = []
        returned = []
    }

    /// It was not sent.
    mutating func unsent(_ item: Item) {
        inFlight -= 1
        allowance = 1
        if isUndoing ? item.role == .undo : item.unit != failedUnit { putBack(item) }
    }

    /// Takes back a request that is not to be asked at all, while others before it are on their way: how these end comes
    /// first.
    ///
    /// - Returns: whether there are any; else it is to be ended.
    mutating func postpone(_ item: Item) -> Bool {
        guard inFlight > 1 else { return false }
        unsent(item)
        return true
    }

    /// Puts a request back in its place: others that were not sent may wait behind it since an earlier time.
    private mutating func putBack(_ item: Item) {
        var index = returned.count
        while index > head, item.precedes(returned[index - 1]) { index -= 1 }
        returned.insert(item, at: index)
    }

    /// Ends the undoing.
    mutating func endUndo() {
        isUndoing = false
    }
}

extension RequestRun.Item {
    /// Whether it comes before another: units are in order, and so are the requests of each.
    fileprivate func precedes(_ other: RequestRun.Item) -> Bool { (unit, serial) < (other.unit, other.serial) }
}
