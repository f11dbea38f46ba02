import ControlProtocol
import IPsec
import SetkeySyntax

// `Diagnose`: what is wrong with the kernel's entries, and with how the machine is set up for them.

extension ClientDesk {
    mutating func diagnose(for client: ClientID, _ context: inout Context) {
        let isPrivileged = isPrivileged(client)
        examinations.ask(client, ()) { Self.ticket($0, isPrivileged: isPrivileged, &context) }
        context.out.askTurn()
    }

    /// The dump to be waited for: members cannot keep the kernel dumping.
    private static func ticket(_ database: DatabaseName, isPrivileged: Bool, _ context: inout Context) -> Int {
        isPrivileged ? context.kernel.want(database) : context.kernel.wantRecent(database, at: context.now)
    }

    /// Goes on with the examination that is under way.
    mutating func continueExamination(
        _ standing: @autoclosure () -> Examination.Standing, _ context: inout Context
    ) {
        guard context.kernel.isMirrorTrue else { return }
        if let tickets = examinations.tickets {
            guard context.kernel.isOver(tickets.associations, of: .associations),
                context.kernel.isOver(tickets.policies, of: .policies)
            else { return }
            examinations.collect()
        }
        if let census = examinations.collect({ $0.advance(&context.kernel.mirror, count: Daemon.slice) }) {
            let examination = Examination(
                associations: census.associations, policies: census.policies, file: standing(),
                traits: context.kernel.traits, now: context.now,
                gaps: context.kernel.gapTexts, hasSocketDemands: census.hasSocketDemands)
            context.out.perform(.examine(examination))
        }
        if examinations.isCollecting { context.out.askTurn() }
    }

    /// The shell has judged.
    mutating func examined(_ result: Examination.Result, _ context: inout Context) {
        let privileged = Set(peers.keys.filter(isPrivileged))
        let clients = examinations.end { database, next in
            Self.ticket(database, isPrivileged: !privileged.isDisjoint(with: next), &context)
        }
        // The entries that others wait for may be there already.
        if !examinations.waiting.isEmpty { context.out.askTurn() }
        let now = context.now.monotonic
        for (client, _) in clients {
            guard let uid = peers[client]?.uid else { continue }
            let former = books.look(uid, at: now, result.values)
            var findings = result.findings(since: former, at: now)
            // Which SA has a key that everybody knows is not for those who may not see keys.
            if !isPrivileged(client) { findings.removeAll { $0.code == RuleCode.publishedKey.rawValue } }
            context.out.reply(client, .diagnose(DiagnoseReply(findings: findings)))
        }
    }
}
