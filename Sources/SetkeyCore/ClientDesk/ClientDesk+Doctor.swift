import ControlProtocol
import IPsec

// `Diagnose`: what is wrong with the kernel's entries, and with how the machine is set up for them.

extension ClientDesk {
    mutating func diagnose(for client: ClientID, _ context: inout Context) {
        let isPrivileged = isPrivileged(client)
        examinations.ask(client) { database in
            isPrivileged ? context.kernel.want(database) : context.kernel.wantRecent(database, at: context.now)
        }
        context.out.askTurn()
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
        if let (census, former) = examinations.advance(&context.kernel.mirror, count: Daemon.slice) {
            let examination = Examination(
                associations: census.associations, policies: census.policies, file: standing(),
                traits: context.kernel.traits, now: context.now, former: former)
            context.out.perform(.examine(examination))
        }
        if examinations.isCollecting { context.out.askTurn() }
    }

    /// The shell has judged.
    mutating func examined(_ result: Examination.Result, _ context: inout Context) {
        let clients = examinations.end(result) { context.kernel.want($0) }
        for client in clients { context.out.reply(client, .diagnose(DiagnoseReply(findings: result.findings))) }
    }
}
