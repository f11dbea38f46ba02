import ControlProtocol
import IPsec

/// What is wanted while a transition is under way; what comes several times folds into one.
struct Wishes: Sendable {
    private var reload: ReloadWish?
    private var reversal: ReversalWish?
    private var devices: DevicesWish?

    /// Whether somebody wants to go back.
    var wantsReversal: Bool { reversal != nil }

    mutating func add(_ wish: ReloadWish) {
        reload = reload?.joined(by: wish) ?? wish
    }

    mutating func add(_ wish: ReversalWish) {
        reversal = reversal?.joined(by: wish) ?? wish
    }

    mutating func add(_ wish: DevicesWish) {
        devices = devices?.joined(by: wish) ?? wish
    }

    /// What is to be done next: to go back comes first.
    mutating func next() -> Transition.Cause? {
        if let wish = reversal {
            reversal = nil
            return .revert(wish)
        }
        if let wish = reload {
            reload = nil
            return .reload(wish)
        }
        return devices.take().map { .devices($0) }
    }

    /// Nobody waits any longer for what is wanted all the same.
    ///
    /// - Returns: who has waited.
    mutating func dismissClients() -> [ClientID] {
        let clients = (reload?.clients ?? []) + (reversal?.clients ?? [])
        reload?.clients = []
        reversal?.clients = []
        return clients
    }
}

/// The file is to be read again and applied.
struct ReloadWish: Hashable, Sendable {
    /// Clients that wait for its end; if there are none, SIGHUP alone asked for it.
    var clients: [ClientID] = []
    /// Whether it must be confirmed, and within how many seconds.
    var confirmSeconds: Int?

    /// Of several times within which to confirm the shortest counts: whoever wants a confirmation gets one.
    func joined(by other: ReloadWish) -> ReloadWish {
        ReloadWish(
            clients: clients + other.clients,
            confirmSeconds: [confirmSeconds, other.confirmSeconds].compactMap { $0 }.min())
    }
}

/// The former state is to be in force again.
struct ReversalWish: Hashable, Sendable {
    /// Why one goes back.
    enum Reversal: Hashable, Sendable {
        /// A client asks for it.
        case asked
        /// The reload was not confirmed in time.
        case unconfirmed
        /// The daemon finds, at its start, that the file was rolled back before.
        case remembered
    }

    let reversal: Reversal
    /// The file that is rolled back; `nil` for none that could be read.
    let file: Fingerprint?
    /// Clients that wait for its end.
    var clients: [ClientID] = []

    /// The later reason counts, and all who asked wait.
    func joined(by other: ReversalWish) -> ReversalWish {
        ReversalWish(reversal: other.reversal, file: other.file, clients: clients + other.clients)
    }
}
