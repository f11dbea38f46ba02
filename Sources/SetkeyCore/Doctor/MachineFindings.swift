import ControlProtocol
import IPsec
import TextBytes

/// How the machine is set up, where that keeps packets from their SAs.
struct MachineFindings {
    let examination: Examination
    let machine: MachineReport

    var findings: [FindingRecord] {
        guard !examination.policies.isEmpty || !examination.associations.isEmpty else { return [] }
        return forwarding + devices + reversePath + ports + keyManagers
    }

    /// Tunnels for others, and a machine that sends nothing on.
    private var forwarding: [FindingRecord] {
        [IPAddress.Family.ipv4, .ipv6].compactMap { family in
            guard machine.forwards[family] == false,
                let policy = examination.policies.first(where: { isForwarding($0, family) })
            else { return nil }
            let key = family == .ipv4 ? "net.ipv4.ip_forward" : "net.ipv6.conf.all.forwarding"
            return examination.finding(
                .warning, code: .forwardingOff, "a policy is for packets that go on, and \(key) is 0", about: policy,
                cause: "the machine drops what is not for itself, unless this policy is only the twin of an in policy",
                remedy: "sysctl \(key)=1, if this is a gateway")
        }
    }

    private func isForwarding(_ policy: SecurityPolicy, _ family: IPAddress.Family) -> Bool {
        let identity = policy.identity
        guard identity.direction == .forward, !identity.isDefault, !policy.transforms.isEmpty else { return false }
        let destination = identity.selector.destination
        // Of a tunnel that ends at its own selector the packets are for this machine.
        return destination.address.family == family && destination.length < destination.address.bitCount
    }

    private var devices: [FindingRecord] {
        var found: [FindingRecord] = []
        if !machine.disabledTransforms.isEmpty {
            found.append(
                FindingRecord(
                    .warning, code: .transformsDisabled,
                    "what leaves by some devices is never protected, nor discarded",
                    evidence: machine.disabledTransforms.map { "\($0) is 1" }, remedy: Self.meant))
        }
        if !machine.disabledPolicies.isEmpty {
            found.append(
                FindingRecord(
                    .warning, code: .policiesDisabled,
                    "what comes in by some devices is let in without asking a policy",
                    evidence: machine.disabledPolicies.map { "\($0) is 1" }, remedy: Self.meant))
        }
        return found
    }

    private static let meant = "set it to 0, unless the device is meant to be left out, as VTI devices are"

    private var reversePath: [FindingRecord] {
        guard machine.reversePathDrops > 0, examination.policies.contains(where: { !$0.transforms.isEmpty }) else {
            return []
        }
        return [
            FindingRecord(
                .note, code: .reversePath,
                "\(counted(machine.reversePathDrops, "packet")) came from where no route leads back",
                evidence: ["IPReversePathFilter is \(machine.reversePathDrops) since boot"],
                cause: "what comes out of a tunnel is dropped by rp_filter=1 if the route to its source leaves by "
                    + "another device",
                remedy: "add that route, or set net.ipv4.conf.DEVICE.rp_filter to 2")
        ]
    }

    /// ESP in UDP that nobody takes out of UDP.
    private var ports: [FindingRecord] {
        examination.file.closedPorts.map { closed in
            FindingRecord(
                .error, code: .closedPort, "\(closed)", remedy: "end the program that has the port, or use another port"
            )
        } + deafPorts
    }

    private var deafPorts: [FindingRecord] {
        guard let open = machine.udpPorts else { return [] }
        var told: Set<UInt16> = []
        return examination.associations.compactMap { association in
            guard let arrival = association.arrival, machine.localAddresses.contains(arrival.address),
                !open.contains(arrival.port), told.insert(arrival.port).inserted
            else { return nil }
            return examination.finding(
                .warning, code: .closedPort, "no program has UDP port \(arrival.port) open", about: association,
                cause: "the kernel takes ESP out of UDP only at a socket that asks for it",
                remedy: "declare the SA in the daemon's file, which opens the port, or see why its program does not")
        }
    }

    private var keyManagers: [FindingRecord] {
        guard !machine.keyManagers.isEmpty else { return [] }
        return [
            FindingRecord(
                .note, code: .keyManager, "another program manages keys, too",
                evidence: machine.keyManagers.map { manager in
                    "\(manager.interface)" + (manager.portID.map { ", port \($0) (mostly the process id)" } ?? "")
                },
                cause: "IKE daemons add and remove SAs and policies of their own, which are foreign to the file",
                remedy: "see 'ss -f netlink -p' for its name, and keep its policies apart by priority or mark")
        ]
    }
}
