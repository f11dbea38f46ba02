import IPsec
import SetkeyCore

// What the kernel's files say of the machine: texts in, so that tests can write them.

extension MachineReport {
    /// Looks up files of `/proc` by the path behind it; `nil` for one that cannot be read.
    typealias Files = (String) -> String?

    /// Reads what files tell.
    ///
    /// - Parameter isOwn: whether a socket, by its inode, is the daemon's.
    nonisolated init(_ files: Files, isOwn: (UInt64) -> Bool) {
        self.init()
        counters = Self.counters(files("net/xfrm_stat"))
        reversePathDrops = Self.reversePathDrops(files("net/netstat"))
        forwards[.ipv4] = Self.flag(files("sys/net/ipv4/ip_forward"))
        forwards[.ipv6] = Self.flag(files("sys/net/ipv6/conf/all/forwarding"))
        let devices = ["all"] + Self.names(ofDevices: files("net/dev")).filter { $0 != "lo" }
        disabledTransforms = Self.settings("disable_xfrm", of: devices, ["ipv4"], files)
        disabledPolicies = Self.settings("disable_policy", of: devices, ["ipv4", "ipv6"], files)
        udpPorts = Self.udpPorts(files("net/udp"), files("net/udp6"))
        keyManagers =
            Self.netlinkKeyManagers(files("net/netlink"), isOwn) + Self.pfKeySockets(files("net/pfkey"), isOwn)
    }

    /// Lines of a name and a number.
    nonisolated static func counters(_ text: String?) -> [(name: String, value: UInt64)] {
        rows(text).compactMap { row in
            guard row.count == 2, let value = UInt64(row[1]) else { return nil }
            return (String(row[0]), value)
        }
    }

    /// Of lines that come in twos, names and numbers, each with what they are of in front.
    private nonisolated static func reversePathDrops(_ text: String?) -> UInt64 {
        let rows = rows(text).filter { $0.first == "TcpExt:" }
        guard rows.count == 2, let place = rows[0].firstIndex(of: "IPReversePathFilter"), place < rows[1].count else {
            return 0
        }
        return UInt64(rows[1][place]) ?? 0
    }

    /// The settings of a name that are on, as sysctl(8) has them.
    private nonisolated static func settings(
        _ name: String, of devices: [String], _ families: [String], _ files: Files
    ) -> [String] {
        families.flatMap { family in
            devices.filter { flag(files("sys/net/\(family)/conf/\($0)/\(name)")) == true }
                .map { "net.\(family).conf.\($0).\(name)" }
        }
    }

    private nonisolated static func flag(_ text: String?) -> Bool? {
        text.flatMap { Int($0.filter { !$0.isWhitespace }) }.map { $0 != 0 }
    }

    private nonisolated static func names(ofDevices text: String?) -> [String] {
        (text ?? "").split(separator: "\n").compactMap { line in
            guard let colon = line.firstIndex(of: ":") else { return nil }
            let name = line[..<colon].drop(while: \.isWhitespace)
            // No path is made of anything else.
            return name.isEmpty || name.contains("/") || name == "." || name == ".." ? nil : String(name)
        }
    }

    /// The second column is the address and the port, in hexadecimal.
    private nonisolated static func udpPorts(_ texts: String?...) -> Set<UInt16>? {
        guard texts.contains(where: { $0 != nil }) else { return nil }
        var ports: Set<UInt16> = []
        for row in texts.flatMap({ rows($0) }) where row.count > 1 {
            if let port = row[1].split(separator: ":").last.flatMap({ UInt16($0, radix: 16) }) { ports.insert(port) }
        }
        return ports
    }

    /// Sockets of NETLINK_XFRM in the group that makes a key manager: XFRMNLGRP_ACQUIRE, the first one.
    private nonisolated static func netlinkKeyManagers(_ text: String?, _ isOwn: (UInt64) -> Bool) -> [KeyManager] {
        rows(text).compactMap { row in
            guard row.count >= 10, row[1] == "6", let portID = UInt32(row[2]), let groups = UInt32(row[3], radix: 16),
                let inode = UInt64(row[9]), groups & 1 == 1, !isOwn(inode)
            else { return nil }
            return KeyManager(interface: "NETLINK_XFRM", portID: portID)
        }
    }

    /// Sockets of PF_KEY; which of them are registered nobody tells.
    private nonisolated static func pfKeySockets(_ text: String?, _ isOwn: (UInt64) -> Bool) -> [KeyManager] {
        rows(text).compactMap { row in
            guard row.count >= 6, let inode = UInt64(row[5]), !isOwn(inode) else { return nil }
            return KeyManager(interface: "PF_KEY", portID: nil)
        }
    }

    private nonisolated static func rows(_ text: String?) -> [[Substring]] {
        (text ?? "").split(separator: "\n").map { $0.split(whereSeparator: \.isWhitespace) }
    }
}
