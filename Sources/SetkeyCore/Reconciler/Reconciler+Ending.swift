import ControlProtocol
import IPsec
import SetkeySyntax

// How a transition ends, and who is told how things stand.

extension Reconciler {
    mutating func succeed(_ application: Application, warnings: [String], outcome: String, _ context: inout Context) {
        let reply = ReloadReply(
            writes: application.writes, associations: inForce.associations.count,
            policies: inForce.policies.count, warnings: warnings,
            confirmSeconds: secondsLeftToConfirm(context))
        for client in transition?.clients ?? [] { replyWhenRecorded(.reload(reply), to: client, &context) }
        end(outcome, &context)
    }

    /// The state in force stays what it is.
    ///
    /// - Parameter errno: what the service manager is told of a start.
    mutating func fail(
        _ messages: [String], _ why: String, errno: KernelErrno = .invalidArgument, _ context: inout Context
    ) {
        standing.hinder(mainSwitch.isOff && why != offText ? "\(offText); \(why)" : why)
        for client in transition?.clients ?? [] {
            context.out.fail(client, .reloadFailed(messages: messages))
        }
        end(why, failedWith: errno, &context)
    }

    /// Ends the transition, whatever became of it, and begins the next.
    mutating func end(_ outcome: String, failedWith errno: KernelErrno? = nil, _ context: inout Context) {
        let last = LastTransition(time: context.now.seconds, outcome: outcome)
        context.out.perform(standing.end(last, failedWith: errno, status: serviceStatus(context)))
        endTransition(&context)
        context.out.rearm()
        beginTransition(&context)
    }

    /// A repair ends without anybody being told, as does what follows devices.
    mutating func endRepair(_ context: inout Context) {
        endTransition(&context)
        context.out.tellStatus()
        context.out.rearm()
        beginTransition(&context)
    }

    /// Tells how things stand, if that is news.
    mutating func tellStatus(_ context: inout Context) {
        if let effect = standing.news(serviceStatus(context)) { context.out.perform(effect) }
    }

    /// One line: `settled: 12 SAs, 8 policies, 0 drifted`.
    func serviceStatus(_ context: borrowing Context) -> String {
        let gaps = context.kernel.incompleteDatabases.map { ", \($0.acronym) not fully readable" }.joined()
        let waiting = waitingPolicies(context.kernel.mirror.devices).count
        let counts =
            "\(entriesInForce(and: ", ")), \(drift.drifted.count) drifted\(gaps)"
            + (waiting == 0 ? "" : ", \(waiting) waiting for devices")
            + (context.recorder.complaint == nil ? "" : ", not all saved")
        return (timekeeping.doubt?.text ?? standing.trouble).map { "\($0); declared: \(counts)" }
            ?? "\(drift.drifted.isEmpty ? "settled" : "drifted"): \(counts)"
    }

    func entriesInForce(and: String) -> String {
        DatabaseName.associations.counted(inForce.associations.count) + and
            + DatabaseName.policies.counted(inForce.policies.count)
    }

    /// The kernel cannot be asked now. The start goes on later, and meanwhile clients are served: status tells them why,
    /// and those that wait for a reload are told not to.
    mutating func giveUpWaiting(_ why: String, _ context: inout Context) {
        for client in dismissClients() { context.out.fail(client, .reloadFailed(messages: [why])) }
        abandonFilePlan(&context)
        filePlan.giveUpAll()
        if let effect = standing.putOff(why) { context.out.perform(effect) }
    }
}
