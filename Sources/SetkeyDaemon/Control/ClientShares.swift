import ControlProtocol

/// Whose places and memory a connection takes.
enum ClientUser: Hashable {
    /// Root and the daemon's own user, whose budget is their own.
    case privileged
    /// Anybody else, by user id.
    case other(UInt32)

    init(_ peer: Peer) {
        self = peer.access == .everything ? .privileged : .other(peer.uid)
    }

    var isPrivileged: Bool { self == .privileged }
}

/// Who has how many places, and for whom how much memory is held: no user gets more than its share by connecting more
/// often, and all users who are not privileged together leave room for those who are.
struct ClientShares {
    /// Why somebody gets no place.
    enum Refusal: Hashable {
        /// Every place that it could get is taken.
        case full(limit: Int)
        /// Its user has as many as one may have.
        case share(uid: UInt32, limit: Int)
    }

    private struct Share {
        var places = 0
        var bytes = 0
    }

    private let limits: ControlServerLimits
    private var shares: [ClientUser: Share] = [:]
    private var total = Share()

    init(_ limits: ControlServerLimits) {
        self.limits = limits
    }

    /// Takes a place for `user`, or says why there is none.
    /// - Parameter isNewcomer: whether its process has no other place.
    mutating func admit(_ user: ClientUser, isNewcomer: Bool = true) -> Refusal? {
        let limit = limits.clients - (isNewcomer ? 0 : limits.placesForNewcomers)
        guard total.places < limit else { return .full(limit: limit) }
        if case .other(let uid) = user {
            guard shares[user]?.places ?? 0 < limits.clientsPerUser else {
                return .share(uid: uid, limit: limits.clientsPerUser)
            }
            let open = limits.clients - limits.reservedClients
            guard unprivileged.places < open else { return .full(limit: open) }
        }
        shares[user, default: Share()].places += 1
        total.places += 1
        return nil
    }

    /// Gives a place of `user` back; the bytes that were held for it have been given back before.
    mutating func leave(_ user: ClientUser) {
        total.places -= 1
        guard var share = shares[user] else { return }
        share.places -= 1
        shares[user] = share.places > 0 ? share : nil
    }

    /// Notes that `difference` more bytes are held for `user`, which has a place.
    ///
    /// - Returns: the user of whose connections one must go, so that the budgets are kept; `nil` if they are.
    mutating func hold(_ difference: Int, for user: ClientUser) -> ClientUser? {
        shares[user, default: Share()].bytes += difference
        total.bytes += difference
        let held = shares[user]?.bytes ?? 0
        guard user != .privileged else { return held > limits.privilegedBytes ? user : nil }
        if held > limits.bytesPerUser { return user }
        guard unprivileged.bytes > limits.unprivilegedBytes else { return nil }
        return shares.filter { $0.key != .privileged }.max { $0.value.bytes < $1.value.bytes }?.key
    }

    /// What all have together who are not privileged.
    private var unprivileged: Share {
        let privileged = shares[.privileged] ?? Share()
        return Share(places: total.places - privileged.places, bytes: total.bytes - privileged.bytes)
    }
}
