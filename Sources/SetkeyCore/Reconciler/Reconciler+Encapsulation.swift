import IPsec
import SetkeySyntax

// The ports that ESP in UDP arrives at: as the state in force declares them.

extension Reconciler {
    /// Has the ports of the state in force opened, and all others closed.
    mutating func openArrivalPorts(_ context: inout Context) {
        let declared = inForce.arrivals
        // Nothing arrives at a simulated kernel.
        guard context.kernel.traits.protectsTraffic, let wanted = arrivalPorts.want(declared) else { return }
        if declared.count > wanted.count {
            context.out.log(
                .warning,
                "the file has ESP in UDP to \(declared.count) addresses and ports; it is received at the first "
                    + "\(wanted.count) only", .fileWarning)
        }
        context.out.perform(.openPorts(wanted))
    }

    /// The shell has opened them, except for these.
    mutating func arrivalPortsOpened(except closed: [ClosedPort], _ context: inout Context) {
        arrivalPorts.opened(except: closed)
        for port in closed.prefix(20) { context.out.log(.warning, "\(port)", .portClosed) }
        if closed.count > 20 {
            context.out.log(.warning, "and \(closed.count - 20) more UDP ports could not be opened", .portClosed)
        }
    }
}
