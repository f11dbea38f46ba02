import IPsec

/// The way from one interface of the kernel to the richer one that it has as well: when a text needs that, once, and never
/// back.
///
/// The tables behind both are the same. Nothing is asked between the wish and the move, so that each answer comes by the
/// interface of its request.
struct InterfaceMove: Sendable {
    private enum State {
        case staying
        /// Nothing more is asked; what is in flight ends.
        case waiting
        /// The shell opens the other interface.
        case opening
    }

    /// Of the interface in use.
    private(set) var traits: KernelTraits
    /// Of the one that a text can need; `nil` if there is none.
    private(set) var richer: KernelTraits?
    private var state = State.staying
    /// Whether the other one could not be opened.
    private var hasFailed = false

    init(from traits: KernelTraits, to richer: KernelTraits?) {
        (self.traits, self.richer) = (traits, richer)
    }

    /// Whether the kernel may be asked something.
    var allowsRequests: Bool { state == .staying }

    /// Whether it is worth a move that the kernel holds what the interface in use does not tell: once.
    var isWorthIt: Bool { richer != nil && !hasFailed }

    /// The richer interface is needed.
    mutating func want() {
        if state == .staying, richer != nil { state = .waiting }
    }

    /// Whether the shell is to open it now; once.
    ///
    /// - Parameter isIdle: whether nothing is in flight.
    mutating func begins(isIdle: Bool) -> Bool {
        guard state == .waiting, isIdle else { return false }
        state = .opening
        return true
    }

    /// The shell has opened it, or could not.
    mutating func ended(isDone: Bool) {
        state = .staying
        hasFailed = !isDone
        guard isDone, let richer else { return }
        traits = richer
        self.richer = nil
    }
}
