import IPsec
import SetkeySyntax

// The ports that ESP in UDP arrives at: as the state in force declares them.

extension Daemon {
    /// Has the ports of the state in force opened, and all others closed.
    ///
    /// Those that could not be opened are tried again: whoever had them may be gone.
    mutating func openArrivalPorts() {
        let declared = inForce.arrivals
        let wanted = Array(declared.prefix(ArrivalPorts.limit))
        // Nothing arrives at a simulated kernel.
        guard settings.traits.protectsTraffic, wanted != arrivalPorts.wanted || !arrivalPorts.closed.isEmpty else {
            return
        }
        arrivalPorts.wanted = wanted
        if declared.count > wanted.count {
            log(
                .warning,
                "the file has ESP in UDP to \(declared.count) addresses and ports; it is received at the first "
                    + "\(wanted.count) only", .fileWarning)
        }
        effects.append(.openPorts(wanted))
    }

    /// The shell has opened them, except for these.
    mutating func arrivalPortsOpened(except closed: [ClosedPort]) {
        arrivalPorts.closed = closed
        for port in closed.prefix(20) { log(.warning, "\(port)", .portClosed) }
        if closed.count > 20 {
            log(.warning, "and \(closed.count - 20) more UDP ports could not be opened", .portClosed)
        }
    }

    /// Why packets of the SA that `request` makes will not be received, if its destination is this machine; `nil` where
    /// they will be, and for all other requests.
    func closedArrival(of request: KernelRequest) -> String? {
        let endpoint: UDPEndpoint? =
            switch request {
            case .add(let association), .update(let association): association.arrival
            default: nil
            }
        guard let endpoint, settings.traits.protectsTraffic else { return nil }
        if let closed = arrivalPorts.closed.first(where: { $0.endpoint == endpoint }) { return "\(closed)" }
        guard !arrivalPorts.wanted.contains(endpoint) else { return nil }
        return "the daemon opens UDP ports only for the esp-udp SAs of its file, and \(endpoint) is none of theirs; if "
            + "this machine has the address, declare the SA in \(settings.configurationPath), or ESP in UDP is not "
            + "received there"
    }

    /// Policies of the kernel, without those that sockets have for all that they send and receive: the ones of the ports
    /// above, and of IKE daemons. No file declares them, so they are nobody's to manage, and no message tells of them.
    var manageablePolicyCount: Int {
        mirror.policies.count - PolicyIdentity.ofSockets.count(where: mirror.policies.contains)
    }
}

extension PolicyIdentity {
    /// The names of the policies that sockets have for all that they send and receive.
    fileprivate static let ofSockets: [PolicyIdentity] = [IPAddress.Family.ipv4, .ipv6].flatMap { family in
        let any = AddressPrefix(address: .unspecified(family), length: 0)
        return [Direction.socketInbound, .socketOutbound].map {
            PolicyIdentity(direction: $0, selector: Selector(source: any, destination: any))
        }
    }
}
