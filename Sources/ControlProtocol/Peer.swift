/// Who is at the other end, as the kernel says (`SO_PEERCRED`, at the time of `connect`).
package struct Peer: Hashable, Sendable {
    /// What a peer may do.
    package enum Access: Hashable, Sendable {
        /// Everything.
        case everything
        /// What changes nothing and shows no keys.
        case reading
        /// No call is answered but with an error.
        case nothing
    }

    /// The effective user id.
    package var uid: UInt32
    /// The effective group id.
    package var gid: UInt32
    /// The process id, for the log; the process may have ended since.
    package var pid: Int32
    /// What follows from the ids.
    package var access: Access

    package init(uid: UInt32, gid: UInt32, pid: Int32, access: Access) {
        self.uid = uid
        self.gid = gid
        self.pid = pid
        self.access = access
    }
}
