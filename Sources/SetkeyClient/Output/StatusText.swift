package import ControlProtocol
import SetkeySyntax
import TextBytes

/// What `--status`, `--reload`, `--off`, `--on` and `--revert` print.
package enum StatusText {
    /// One fact a line.
    package static func text(_ status: StatusReply) -> String {
        """
        setkeyd \(status.version), pid \(status.pid), up \(Quantity.duration(status.uptimeSeconds)), \
        \(counted(status.clients, "client"))
        kernel: \(status.kernelInterface)\(status.protectsTraffic ? "" : ", which protects nothing")
        file: \(status.configuration)
        state: \(status.state)
        \(lastReload(status))associations: \(associations(status))
        policies: \(policies(status))
        \(waiting(status))\(times(status))drift: \(drift(status))
        overruns: \(status.overruns)

        """ + ((status.closedPorts ?? []) + (status.sequences ?? [])).map { "warning: \($0)\n" }.joined()
    }

    /// `waiting: 2 policies for devices that are not there: eth1, wg0`.
    private static func waiting(_ status: StatusReply) -> String {
        guard let count = status.waitingPolicies, let devices = status.awaitedDevices else { return "" }
        return "waiting: \(counted(count, "policy", "policies")) for devices that are not there: "
            + devices.joined(separator: ", ") + "\n"
    }

    /// When something changes by itself.
    private static func times(_ status: StatusReply) -> String {
        var text = ""
        if let moment = status.nextChange {
            text += "next change: \(CalendarTime(moment)), of those that setkey --schedule lists\n"
        }
        if let moment = status.keysEnd {
            text += "keys: a policy has no SA from \(CalendarTime(moment)) on\n"
        }
        return text
    }

    /// `2 entries (policy: repair)`, and how many of them stay as they are.
    private static func drift(_ status: StatusReply) -> String {
        let count = status.drifted == 0 ? "none" : counted(status.drifted, "entry", "entries")
        let rest = status.unrepaired.map { "; \($0) no longer repaired until setkey --reload" } ?? ""
        return "\(count) (policy: \(status.drift))\(rest)"
    }

    /// What the kernel has adds up, and so does what is declared.
    private static func associations(_ status: StatusReply) -> String {
        let present = status.declaredAssociations - status.missingAssociations - status.expired
        return inKernel(
            status.associations, present, leftover(status.undeclaredAssociations, status), status.foreignAssociations,
            isIncomplete: status.incomplete.contains(.known(.associations)))
            + "; \(status.declaredAssociations) declared: \(present) present, \(status.missingAssociations) missing, "
            + "\(status.expired) expired; \(status.alteredAssociations) altered"
    }

    private static func policies(_ status: StatusReply) -> String {
        let expired = status.expiredPolicies ?? 0
        let present = status.declaredPolicies - status.missingPolicies - expired
        return inKernel(
            status.policies, present, leftover(status.undeclaredPolicies, status), status.foreignPolicies,
            isIncomplete: status.incomplete.contains(.known(.policies)))
            + "; \(status.declaredPolicies) declared: \(present) present, \(status.missingPolicies) missing"
            + "\(expired == 0 ? "" : ", \(expired) expired"); \(status.alteredPolicies) altered"
    }

    /// `12 in the kernel: 10 declared, 2 foreign`.
    private static func inKernel(
        _ total: Int, _ declared: Int, _ leftover: String, _ foreign: Int, isIncomplete: Bool
    ) -> String {
        "\(isIncomplete ? "at least " : "")\(total) in the kernel: \(declared) declared, "
            + "\(leftover)\(foreign) foreign"
    }

    /// What is the file's and not declared by the state in force; before the first state, that is all that the last daemon
    /// owned.
    private static func leftover(_ count: Int, _ status: StatusReply) -> String {
        guard count > 0 else { return "" }
        return "\(count) \(status.lastReload == nil ? "declared before this start" : "no longer declared"), "
    }

    private static func lastReload(_ status: StatusReply) -> String {
        var text = ""
        if let time = status.lastReload, let outcome = status.lastOutcome {
            text += "last reload: \(LocalTimes.text(UInt64(clamping: time))), \(outcome)\n"
        }
        if let time = status.off {
            text += "off since: \(time == 0 ? "not known" : LocalTimes.text(UInt64(clamping: time)))\n"
        }
        if let seconds = status.confirmSeconds {
            text += "unconfirmed: will be rolled back in \(seconds) s unless you run `setkey --confirm`\n"
        }
        return text
    }

    /// One line of what has been done, and what to do if it must be confirmed.
    package static func text(_ reload: ReloadReply, of operation: Operation) -> String {
        return switch operation {
        case .revert: reverted(reload)
        case .turnOff:
            "off: \(writes(reload)); nothing of the file is applied until `setkey --on`\n"
                + confirmation(reload, "this")
        case .turnOn: "on: \(writes(reload)); the file declares \(entries(reload))\n" + confirmation(reload, "this")
        default:
            "reloaded: \(writes(reload)); the file declares \(entries(reload))\n" + confirmation(reload, "this reload")
        }
    }

    private static func confirmation(_ reload: ReloadReply, _ what: String) -> String {
        guard let seconds = reload.confirmSeconds else { return "" }
        return "run `setkey --confirm` within \(seconds) s, or \(what) is rolled back\n"
    }

    /// What is in force, and that the file is not.
    private static func reverted(_ reload: ReloadReply) -> String {
        """
        rolled back: \(writes(reload)); \(entries(reload)) declared
        the file itself was not changed: the next reload applies it again

        """
    }

    private static func entries(_ reload: ReloadReply) -> String {
        "\(DatabaseName.associations.counted(reload.associations)) and \(DatabaseName.policies.counted(reload.policies))"
    }

    private static func writes(_ reload: ReloadReply) -> String {
        reload.writes == 0 ? "nothing differed" : "\(counted(reload.writes, "write")) to the kernel"
    }
}
