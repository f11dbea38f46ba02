import ControlProtocol
import IPsec
import TextBytes

/// How large the packets are that fit through a tunnel: the path's MTU less what ESP adds.
struct PathFindings {
    /// How many tunnels are looked at.
    static let limit = 64
    /// What every IPv6 link carries (RFC 8200, 5), in bytes.
    private static let leastIPv6 = 1280

    let examination: Examination
    let machine: MachineReport

    var findings: [FindingRecord] {
        let rooms = examination.tunnels.compactMap { association -> (SecurityAssociation, mtu: Int, room: Int)? in
            guard let mtu = machine.pathMTUs[association.identity.destination],
                let room = association.room(in: mtu)
            else { return nil }
            return (association, mtu, room)
        }
        let carriers = examination.tunnelsOfIPv6
        let narrow = rooms.filter {
            $0.room < Self.leastIPv6 && carriers.contains($0.0.identity.destination)
        }
        let found = narrow.map { association, mtu, room in
            examination.finding(
                .warning, code: .tunnelMTU, "packets of at most \(counted(room, "byte")) fit through a tunnel",
                about: association, evidence: ["the path has an MTU of \(mtu)"],
                cause: "IPv6 sends \(Self.leastIPv6) bytes without asking, and they do not fit",
                remedy: "raise the MTU of the path, or lower that of the hosts behind the tunnel")
        }
        guard rooms.count > narrow.count else { return found }
        let lines = rooms.filter { room in !narrow.contains { $0.0 == room.0 } }.prefix(5).map {
            association, mtu, room in
            "\(association.identity): \(room) of \(mtu) bytes"
        }
        return found + [
            FindingRecord(
                .note, code: .tunnelMTU, "the largest packets that fit through tunnels", evidence: Array(lines),
                remedy: "clamp the MSS of TCP to that, less 40 bytes (60 of IPv6), where ICMP is filtered")
        ]
    }
}

extension SecurityAssociation {
    /// The largest packet that fits through a tunnel of ESP (`xfrm_state_mtu`), in bytes; `nil` of other SAs.
    ///
    /// - Parameter mtu: of the path, in bytes.
    func room(in mtu: Int) -> Int? {
        guard identity.ipsecProtocol == .esp, mode == .tunnel, let (block, vector) = encryption.blockAndVector else {
            return nil
        }
        let outer = identity.destination.family == .ipv4 ? 20 : 40
        let header = outer + (encapsulation == nil ? 0 : 8) + 8 + vector
        let check = Int(options.icvBits ?? (encryption.row?.icvBits ?? 0) + (integrity.row?.icvBits ?? 0)) / 8
        let payload = mtu - header - check
        // The last two bytes are the trailer's (RFC 4303, 2).
        return payload < block ? 0 : payload / block * block - 2
    }
}

extension EncryptionAlgorithm {
    /// What ESP pads to, and the length of the IV in each packet, in bytes.
    fileprivate var blockAndVector: (block: Int, vector: Int)? {
        guard let name = row?.xfrmName else { return nil }
        switch name {
        case "ecb(cipher_null)": return (4, 0)
        case "cbc(des)", "cbc(des3_ede)", "cbc(cast5)", "cbc(blowfish)": return (8, 8)
        case _ where name.hasPrefix("cbc("): return (16, 16)
        default: return (4, 8)
        }
    }
}
