import ControlProtocol

/// Clients that listen to the kernel, by what they want to see: what is told to all of one kind is made once.
struct Monitors: Sendable {
    /// Monitors of one user who is not privileged, and of all such users: each costs a copy of every event.
    private static let perUser = 4
    private static let unprivilegedLimit = 16

    private var audiences: [MonitorParameters: [ClientID]] = [:]

    var isEmpty: Bool { audiences.isEmpty }

    /// What somebody wants to see.
    var interests: some Collection<MonitorParameters> { audiences.keys }

    /// Why a user who is not privileged gets no further one; `nil` for a user who does.
    ///
    /// - Parameter peers: who the clients are.
    func refusal(of uid: UInt32, among peers: [ClientID: Peer]) -> String? {
        let others = audiences.values.joined().compactMap { peers[$0] }.filter { $0.access != .everything }
        if others.count(where: { $0.uid == uid }) >= Self.perUser {
            return "uid \(uid) has \(Self.perUser) monitors, the most that one user may have; close one"
        }
        guard others.count >= Self.unprivilegedLimit else { return nil }
        return "\(others.count) monitors are listening, the most that there can be; try again later"
    }

    /// A client listens from now on.
    mutating func add(_ client: ClientID, _ interest: MonitorParameters) {
        audiences[interest, default: []].append(client)
    }

    /// A client listens no longer, if it has.
    mutating func remove(_ client: ClientID) {
        for (interest, clients) in audiences where clients.contains(client) {
            let others = clients.filter { $0 != client }
            audiences[interest] = others.isEmpty ? nil : others
        }
    }

    /// Tells each audience what it wants to see of something.
    func tell(_ out: inout Outbox, _ reply: (MonitorParameters) -> MonitorReply) {
        for (interest, clients) in audiences { out.perform(.tell(clients, reply(interest))) }
    }
}
