import ControlProtocol
import IPsec

// `Monitor`: what the kernel says, as it says it.

extension ClientDesk {
    /// Monitors of one user who is not privileged, and of all such users: each costs a copy of every event.
    private static var monitorsPerUser: Int { 4 }
    private static var unprivilegedMonitors: Int { 16 }

    mutating func monitor(_ parameters: MonitorParameters, for client: ClientID, _ context: inout Context) {
        if let reason = monitorRefusal(for: client) { return context.out.fail(client, .busy(reason: reason)) }
        audiences[parameters, default: []].append(client)
        let reply = MonitorReply(
            event: .listening, seconds: context.now.seconds, microseconds: context.now.microseconds)
        context.out.perform(.reply(client, .monitor(reply), continues: true))
    }

    /// Why a client gets no further monitor; `nil` if it does.
    private func monitorRefusal(for client: ClientID) -> String? {
        guard !isPrivileged(client), let uid = peers[client]?.uid else { return nil }
        let others = audiences.values.flatMap { $0 }.compactMap { peers[$0] }.filter { $0.access != .everything }
        if others.count(where: { $0.uid == uid }) >= Self.monitorsPerUser {
            return "uid \(uid) has \(Self.monitorsPerUser) monitors, the most that one user may have; close one"
        }
        guard others.count >= Self.unprivilegedMonitors else { return nil }
        return "\(others.count) monitors are listening, the most that there can be; try again later"
    }

    /// Tells monitors of a message of the kernel.
    func tellMonitors(_ event: KernelEvent, _ out: inout Outbox) {
        guard !audiences.isEmpty, let (kind, phrase) = event.content.monitored else { return }
        for (audience, clients) in audiences {
            var reply = MonitorReply(event: kind, seconds: out.now.seconds, microseconds: out.now.microseconds)
            reply.pid = Int(event.origin.processID)
            reply.expiry = event.content.expiry
            reply.summary = phrase
            reply.association = event.content.association.map {
                AssociationRecord($0, showKeys: audience.showKeys == true)
            }
            reply.policy = event.content.policy.map { PolicyRecord($0) }
            if audience.raw == true, let form = event.message?.form(showKeys: audience.showKeys == true) {
                reply.text = String(decoding: form.text, as: UTF8.self)
                reply.hex = form.digits
            }
            out.perform(.tell(clients, reply))
        }
    }

    /// Tells monitors that they may have missed something.
    func tellMonitorsOfOverrun(_ out: inout Outbox) {
        for clients in audiences.values {
            var reply = MonitorReply(event: .overrun, seconds: out.now.seconds, microseconds: out.now.microseconds)
            reply.summary = "kernel messages may have been lost"
            out.perform(.tell(clients, reply))
        }
    }

    /// The forms in which monitors and runs want to see the next message of the kernel: only those are made.
    var wantedForms: ShownMessage.Forms {
        var forms: ShownMessage.Forms = []
        func want(showKeys: Bool?) { forms.insert(showKeys == true ? .keyed : .masked) }
        for audience in audiences.keys where audience.raw == true { want(showKeys: audience.showKeys) }
        for client in tracedClients {
            guard runs[client]?.output.takesMessages == true else { continue }
            want(showKeys: runs[client]?.parameters.showKeys)
        }
        return forms
    }

    /// Shows a message of the kernel to the runs that show those of their time (`setkey -v`).
    mutating func trace(_ event: KernelEvent) {
        for client in tracedClients {
            guard let parameters = runs[client]?.parameters else { continue }
            runs[client]?.output.note(event.message?.form(showKeys: parameters.showKeys == true))
        }
    }
}
