package import ControlProtocol
import SetkeySyntax

/// What `--status`, `--reload` and `--revert` print.
package enum StatusText {
    /// One fact a line.
    package static func text(_ status: StatusReply) -> String {
        """
        setkeyd \(status.version), pid \(status.pid), up \(Quantity.duration(status.uptimeSeconds)), \
        \(count(status.clients, "client"))
        kernel: \(status.kernelInterface)\(status.protectsTraffic ? "" : ", which protects nothing")
        file: \(status.configuration)
        state: \(status.state)
        \(lastReload(status))associations: \(status.associations), \(status.ownedAssociations) the file's, \
        \(status.foreignAssociations) foreign
        policies: \(status.policies), \(status.ownedPolicies) the file's, \(status.foreignPolicies) foreign
        drift: \(count(status.drifted, "entry", "entries")), \
        \(status.drift == "repair" ? "put back" : "only told of"); \(count(status.expired, "SA")) expired
        overruns: \(status.overruns)

        """ + (status.closedPorts ?? []).map { "warning: \($0)\n" }.joined()
    }

    private static func lastReload(_ status: StatusReply) -> String {
        var text = ""
        if let time = status.lastReload, let outcome = status.lastOutcome {
            text += "last reload: \(LocalTimes.text(UInt64(clamping: time))), \(outcome)\n"
        }
        if let seconds = status.confirmSeconds {
            text += "unconfirmed: taken back in \(seconds) s, unless setkey --confirm comes before\n"
        }
        return text
    }

    /// One line, and what to do if it must be confirmed.
    package static func text(_ reload: ReloadReply) -> String {
        var text = "reloaded: \(writes(reload)); the file declares \(entries(reload))\n"
        if let seconds = reload.confirmSeconds {
            text += "to be confirmed within \(seconds) s: setkey --confirm, or it is taken back\n"
        }
        return text
    }

    /// What is in force, and that the file is not.
    package static func reverted(_ reload: ReloadReply) -> String {
        """
        taken back: \(writes(reload)); \(entries(reload)) are declared
        the file itself is as it was: the next reload applies it again

        """
    }

    private static func entries(_ reload: ReloadReply) -> String {
        "\(count(reload.associations, "SA")) and \(count(reload.policies, "policy", "policies"))"
    }

    private static func writes(_ reload: ReloadReply) -> String {
        reload.writes == 0 ? "nothing differed" : "\(count(reload.writes, "write")) to the kernel"
    }

    private static func count(_ number: Int, _ singular: String, _ plural: String? = nil) -> String {
        "\(number) \(number == 1 ? singular : plural ?? "\(singular)s")"
    }
}
