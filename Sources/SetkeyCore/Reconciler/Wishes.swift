import ControlProtocol
import IPsec

/// Something that is wanted of the reconciler.
enum Wish: Sendable {
    case reload(ReloadWish)
    case reversal(ReversalWish)
    case devices(DevicesWish)
}

/// What is wanted while a transition is under way; what comes several times folds into one.
struct Wishes: Sendable {
    private var reload: ReloadWish?
    /// Those that turn the switch, in the order in which they came.
    private var turns: [ReloadWish] = []
    private var reversal: ReversalWish?
    private var devices: DevicesWish?

    /// Whether somebody wants to go back.
    var wantsReversal: Bool { reversal != nil }

    mutating func add(_ wish: ReloadWish) {
        guard wish.turn == nil else { return turns.append(wish) }
        reload = reload?.joined(by: wish) ?? wish
    }

    mutating func add(_ wish: ReversalWish) {
        reversal = reversal?.joined(by: wish) ?? wish
    }

    mutating func add(_ wish: DevicesWish) {
        devices = devices?.joined(by: wish) ?? wish
    }

    /// Nobody wants to go back any longer because a reload was not confirmed.
    mutating func forgetUnconfirmed() {
        if reversal?.reversal == .unconfirmed { reversal = nil }
    }

    /// What is to be done next: to go back comes first.
    mutating func next() -> Wish? {
        if let wish = reversal {
            reversal = nil
            return .reversal(wish)
        }
        if !turns.isEmpty { return .reload(turns.removeFirst()) }
        if let wish = reload {
            reload = nil
            return .reload(wish)
        }
        return devices.take().map(Wish.devices)
    }

    /// Nobody waits any longer for what is wanted all the same.
    ///
    /// - Returns: who has waited.
    mutating func dismissClients() -> [ClientID] {
        let clients = (reload?.clients ?? []) + (reversal?.clients ?? []) + turns.flatMap(\.clients)
        reload?.clients = []
        for index in turns.indices { turns[index].clients = [] }
        reversal?.clients = []
        return clients
    }
}

/// The file is to be read again and applied; or, if the switch is to be turned off, nothing is.
struct ReloadWish: Hashable, Sendable {
    /// Clients that wait for its end; if there are none, SIGHUP alone asked for it.
    var clients: [ClientID] = []
    /// Whether it must be confirmed, and within how many seconds.
    var confirmSeconds: Int?
    /// Whether it turns the switch, and how.
    var turn: MainSwitch.Turn?

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
