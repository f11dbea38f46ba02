import CLinux
import Glibc
import IPsec
import KernelBackends
import SetkeyCore

extension MachineReport {
    /// The longest file that is read: there is a line for every socket.
    private nonisolated static let longestText = 4 << 20
    /// The daemon's descriptors are among these.
    private nonisolated static let descriptorLimit: Int32 = 4096

    /// Reads what this machine says; it may take a while where it has many sockets.
    ///
    /// - Parameters:
    ///   - ends: to which the paths are looked at.
    ///   - addresses: of which it is looked whether they are this machine's.
    nonisolated static func read(pathsTo ends: [IPAddress], lookingFor addresses: [IPAddress]) -> MachineReport {
        let own = ownSockets
        var report = MachineReport({ text(of: "/proc/\($0)") }, isOwn: own.contains)
        for end in ends {
            if let mtu = try? FileDescriptor.pathMTU(to: end) { report.pathMTUs[end] = mtu }
        }
        report.localAddresses = Set(addresses.filter(FileDescriptor.isLocal))
        return report
    }

    /// Reads the kernel's drop counters alone.
    nonisolated static func readCounters() -> [(name: String, value: UInt64)] {
        counters(text(of: "/proc/net/xfrm_stat"))
    }

    private nonisolated static func text(of path: String) -> String? {
        guard let file = try? FileDescriptor.open(path, O_RDONLY) else { return nil }
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 14)
        while text.count < longestText {
            guard let count = try? file.read(into: &buffer) else { return nil }
            guard count > 0 else { break }
            text += buffer.prefix(count)
        }
        return String(decoding: text, as: UTF8.self)
    }

    private nonisolated static var ownSockets: Set<UInt64> {
        var inodes: Set<UInt64> = []
        for number in 0..<descriptorLimit {
            guard let status = FileDescriptor.status(of: number), status.st_mode & S_IFMT == S_IFSOCK else { continue }
            inodes.insert(UInt64(status.st_ino))
        }
        return inodes
    }
}

extension FileDescriptor {
    /// Whether an address is this machine's: a socket can be bound to it.
    fileprivate nonisolated static func isLocal(_ address: IPAddress) -> Bool {
        let family = address.family == .ipv4 ? AF_INET : AF_INET6
        guard let probe = try? socket(family, SOCK_DGRAM, Int32(IPPROTO_UDP)) else { return false }
        return (try? probe.bind(to: SocketAddress(address, port: 0).bytes)) != nil
    }

    /// The MTU of the path to an address, in bytes, as the kernel knows it: nothing is sent.
    fileprivate nonisolated static func pathMTU(to address: IPAddress) throws(KernelErrno) -> Int? {
        let isIPv4 = address.family == .ipv4
        let probe = try socket(isIPv4 ? AF_INET : AF_INET6, SOCK_DGRAM, Int32(IPPROTO_UDP))
        // Of the path of what is protected already, not of what is to be.
        try probe.bypassPolicies(of: address.family)
        // The discard port: it is connected to, and nothing is sent.
        try probe.connect(to: SocketAddress(address, port: 9).bytes)
        let mtu: [Int32]? =
            isIPv4
            ? probe.option(IP_MTU, of: Int32(IPPROTO_IP)) : probe.option(IPV6_MTU, of: Int32(IPPROTO_IPV6))
        return mtu?.first.map { Int($0) }
    }
}
