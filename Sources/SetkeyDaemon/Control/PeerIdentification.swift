import CLinux
import ControlProtocol
import Glibc

/// Who a client is, by what the kernel knows of the other end of its socket, and what it may therefore do.
struct PeerIdentification {
    let peer: Peer

    private static let readersName = "setkeyd"
    /// `CAP_NET_ADMIN`, as a bit of a capability set.
    private static let netAdmin: UInt64 = 1 << 12

    /// The group whose members may look.
    static var readers: UInt32? {
        unsafe getgrnam(readersName).map { unsafe $0.pointee.gr_gid }
    }

    /// - Parameter readers: the group whose members may look.
    init?(_ client: FileDescriptor, readers: UInt32?) {
        // `struct ucred`: three 32-bit numbers, pid, uid and gid, of the time of connect(2).
        guard let credentials = client.option(SO_PEERCRED, capacity: 3), credentials.count == 3 else { return nil }
        let (pid, uid, gid) = (Int32(bitPattern: credentials[0]), credentials[1], credentials[2])
        let isReader = readers.map { gid == $0 || Self.groups(of: client).contains($0) } ?? false
        let access: Peer.Access =
            if uid == 0 || uid == geteuid() || Self.mayAdminister(client, pid) {
                .everything
            } else {
                isReader ? .reading : .nothing
            }
        peer = Peer(uid: uid, gid: gid, pid: pid, access: access)
    }

    /// The supplementary groups, of the time of connect(2) as well.
    private static func groups(of client: FileDescriptor) -> [UInt32] {
        // As many as Linux allows (NGROUPS_MAX); almost always a few.
        client.option(SO_PEERGROUPS, capacity: 64) ?? client.option(SO_PEERGROUPS, capacity: 65_536) ?? []
    }

    /// Whether the process holds CAP_NET_ADMIN over what we do.
    ///
    /// What /proc says of a process is of any use only while a handle of it proves that its number has not become
    /// another's; before Linux 6.5 there is no such handle, and the answer is no. A user namespace gives everybody all
    /// capabilities over itself: the process must see the same users as we.
    private static func mayAdminister(_ client: FileDescriptor, _ pid: Int32) -> Bool {
        guard let handle = client.option(SO_PEERPIDFD, capacity: 1)?.first else { return false }
        let process = FileDescriptor(owning: Int32(bitPattern: handle))
        guard capabilities(of: pid) & netAdmin != 0, let users = text("/proc/\(pid)/uid_map"),
            users == text("/proc/self/uid_map")
        else { return false }
        // The handle of a process that has ended is readable.
        var entry = pollfd(fd: process.rawValue, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&entry, 1, 0) == 0
    }

    private static func capabilities(of pid: Int32) -> UInt64 {
        let line = text("/proc/\(pid)/status")?.split(separator: "\n").first { $0.hasPrefix("CapEff:") }
        return line.flatMap { UInt64($0.dropFirst(7).drop { $0 == "\t" || $0 == " " }, radix: 16) } ?? 0
    }

    /// A small file of /proc.
    private static func text(_ path: String) -> String? {
        let rawValue = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard rawValue >= 0 else { return nil }
        let file = FileDescriptor(owning: rawValue)
        var buffer = [UInt8](repeating: 0, count: 8192)
        let count = unsafe read(file.rawValue, &buffer, buffer.count)
        return count > 0 ? String(decoding: buffer.prefix(count), as: UTF8.self) : nil
    }
}

extension FileDescriptor {
    /// A socket's option that is an array of 32-bit numbers; `nil` if there is none, or it has more than `capacity`.
    fileprivate func option(_ name: Int32, capacity: Int) -> [UInt32]? {
        var values = [UInt32](repeating: 0, count: capacity)
        var length = socklen_t(capacity * 4)
        guard unsafe getsockopt(rawValue, SOL_SOCKET, name, &values, &length) == 0 else { return nil }
        return Array(values.prefix(Int(length) / 4))
    }
}
