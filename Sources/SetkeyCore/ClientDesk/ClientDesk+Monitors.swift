import ControlProtocol
import IPsec

// `Monitor`: what the kernel says, as it says it.

extension ClientDesk {
    mutating func monitor(_ parameters: MonitorParameters, for client: ClientID, _ context: inout Context) {
        if let uid = peers[client]?.uid, !isPrivileged(client), let reason = monitors.refusal(of: uid, among: peers) {
            return context.out.fail(client, .busy(reason: reason))
        }
        monitors.add(client, parameters)
        let reply = MonitorReply(
            event: .listening, seconds: context.now.seconds, microseconds: context.now.microseconds)
        context.out.perform(.reply(client, .monitor(reply), continues: true))
    }

    /// Tells monitors of a message of the kernel.
    func tellMonitors(_ event: KernelEvent, _ out: inout Outbox) {
        guard !monitors.isEmpty, let (kind, phrase) = event.content.monitored else { return }
        let now = out.now
        monitors.tell(&out) { interest in
            var reply = MonitorReply(event: kind, seconds: now.seconds, microseconds: now.microseconds)
            reply.pid = Int(event.origin.processID)
            reply.expiry = event.content.expiry
            reply.summary = phrase
            reply.association = event.content.association.map {
                AssociationRecord($0, showKeys: interest.showKeys == true)
            }
            reply.policy = event.content.policy.map { PolicyRecord($0) }
            if interest.raw == true, let form = event.message?.form(showKeys: interest.showKeys == true) {
                reply.text = String(decoding: form.text, as: UTF8.self)
                reply.hex = form.digits
            }
            return reply
        }
    }

    /// Tells monitors that they may have missed something.
    func tellMonitorsOfOverrun(_ out: inout Outbox) {
        let now = out.now
        monitors.tell(&out) { _ in
            var reply = MonitorReply(event: .overrun, seconds: now.seconds, microseconds: now.microseconds)
            reply.summary = "kernel messages may have been lost"
            return reply
        }
    }

    /// The forms in which monitors and runs want to see the next message of the kernel: only those are made.
    var wantedForms: ShownMessage.Forms {
        // Not `[]`: that is a generic function, and this is asked at every event.
        var forms = ShownMessage.Forms(rawValue: 0)
        for interest in monitors.interests where interest.raw == true {
            forms.insert(interest.showKeys == true ? .keyed : .masked)
        }
        runs.insertWantedForms(into: &forms)
        return forms
    }

    /// Shows a message of the kernel to the runs that show those of their time (`setkey -v`).
    mutating func trace(_ event: KernelEvent, made forms: ShownMessage.Forms) { runs.trace(event, made: forms) }
}
