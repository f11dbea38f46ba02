package import ControlProtocol

/// What `--status` and `--reload` print.
package enum StatusText {
    /// One fact a line.
    package static func text(_ status: StatusReply) -> String {
        """
        setkeyd \(status.version), pid \(status.pid), up \(Quantity.duration(status.uptimeSeconds)), \
        \(count(status.clients, "client"))
        kernel: \(status.kernelInterface)\(status.protectsTraffic ? "" : ", which protects nothing")
        file: \(status.configuration)
        state: \(status.state)
        associations: \(status.associations), \(status.ownedAssociations) of them the file's
        policies: \(status.policies), \(status.ownedPolicies) of them the file's
        overruns: \(status.overruns)

        """
    }

    /// One line.
    package static func text(_ reload: ReloadReply) -> String {
        let entries = "\(count(reload.associations, "SA")) and \(count(reload.policies, "policy", "policies"))"
        let writes = reload.writes == 0 ? "nothing differed" : "\(count(reload.writes, "write")) to the kernel"
        return "reloaded: \(writes); the file declares \(entries)\n"
    }

    private static func count(_ number: Int, _ singular: String, _ plural: String? = nil) -> String {
        "\(number) \(number == 1 ? singular : plural ?? "\(singular)s")"
    }
}
