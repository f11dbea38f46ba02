import ControlProtocol
import IPsec
import SetkeySyntax

// How a transition ends, and who is told how things stand.

extension Daemon {
    mutating func succeed(_ application: Application, warnings: [String], outcome: String) {
        let reply = ReloadReply(
            writes: application.writes, associations: inForce.associations.count,
            policies: inForce.policies.count, warnings: warnings,
            confirmSeconds: confirmation.map { secondsLeft(until: $0.deadline) })
        for client in transition.clients { replyWhenRecorded(.reload(reply), to: client) }
        end(outcome)
    }

    /// The state in force stays what it is.
    ///
    /// - Parameter errno: what the service manager is told of a start.
    mutating func fail(_ messages: [String], _ why: String, _ errno: KernelErrno = .invalidArgument) {
        trouble = why
        for client in transition.clients {
            effects.append(.fail(client, .reloadFailed(messages: messages)))
        }
        end(why, failedWith: errno)
    }

    /// Ends the transition, whatever became of it, and begins the next.
    mutating func end(_ outcome: String, failedWith errno: KernelErrno? = nil) {
        last = LastTransition(time: now.seconds, outcome: outcome)
        toldStatus = serviceStatus
        if !isReady, let errno {
            effects.append(.startFailed(errno, status: outcome))
        } else {
            effects.append(.ready(status: toldStatus))
        }
        isReady = true
        discardTransition()
        arm()
        beginTransition()
    }

    /// A repair ends without anybody being told.
    mutating func endRepair() {
        discardTransition()
        tellStatus()
        arm()
        beginTransition()
    }

    private mutating func discardTransition() {
        discard(transition, size: transition.size)
        transition = Transition()
        transition.cause = .repair
    }

    /// Tells how things stand, if that is news.
    mutating func tellStatus() {
        let status = serviceStatus
        guard isReady, status != toldStatus else { return }
        toldStatus = status
        effects.append(.status(status))
    }

    /// One line: `settled: 12 SAs, 8 policies, 0 drifted`.
    private var serviceStatus: String {
        let gaps = incompleteDatabases.map { ", \($0.acronym) not fully readable" }.joined()
        let counts =
            "\(entriesInForce(and: ", ")), \(drift.drifted.count) drifted\(gaps)"
            + (recorder.complaint == nil ? "" : ", not all saved")
        return trouble.map { "\($0); declared: \(counts)" }
            ?? "\(drift.drifted.isEmpty ? "settled" : "drifted"): \(counts)"
    }

    func entriesInForce(and: String) -> String {
        "\(counted(inForce.associations.count, "SA"))\(and)\(counted(inForce.policies.count, "policy", "policies"))"
    }

    /// The kernel cannot be asked now. The start goes on later, and meanwhile clients are served: status tells them why,
    /// and those that wait for a reload are told not to.
    mutating func giveUpWaiting(_ why: String) {
        for client in transition.clients + wishes.reloadClients + wishes.reversalClients {
            effects.append(.fail(client, .reloadFailed(messages: [why])))
        }
        transition.clients = []
        wishes.reloadClients = []
        wishes.reversalClients = []
        for client in planJobs.keys.sorted() where !(planJobs[client]?.isSending ?? true) {
            effects.append(.fail(client, .reloadFailed(messages: [why])))
            forgetPlan(of: client)
        }
        guard !isReady else { return }
        trouble = why
        effects.append(.status(why))
    }
}
