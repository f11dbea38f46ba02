import ControlProtocol
import Glibc

/// Who a client is, and what it may therefore do: by what the kernel fixed when the client called connect(2), and by
/// nothing that can have changed since.
///
/// What a process is *now*, such as its capabilities in /proc, says nothing about who holds the socket: the process that
/// connected may have executed a set-uid program, while another one that shares the socket goes on talking.
struct PeerIdentification {
    let peer: Peer

    private static let readersName = "setkeyd"

    /// The group whose members have read-only access.
    static var readers: UInt32? {
        ProcessEnvironment.group(named: readersName)
    }

    /// - Parameter readers: the group whose members have read-only access.
    init?(_ client: FileDescriptor, readers: UInt32?) {
        // `struct ucred`: three 32-bit numbers, pid, uid and gid, of the time of connect(2).
        guard let credentials: [UInt32] = client.option(SO_PEERCRED, capacity: 3), credentials.count == 3 else {
            return nil
        }
        let (pid, uid, gid) = (Int32(bitPattern: credentials[0]), credentials[1], credentials[2])
        let isReader = readers.map { gid == $0 || Self.groups(of: client).contains($0) } ?? false
        let access: Peer.Access =
            if uid == 0 || uid == geteuid() {
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
}
