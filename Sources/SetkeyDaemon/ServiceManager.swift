import CLinux
import CSystemd
import Glibc
import SetkeyCore
import TextBytes

/// The service manager, told in the manner of sd_notify(3); silent where there is none.
enum ServiceManager {
    private static let notifications = environmentVariable("NOTIFY_SOCKET").flatMap {
        Notifications(path: $0)
    }

    /// We serve, and the file is in force.
    static func ready(status: String) {
        notify(.ready, "READY=1\nSTATUS=\(status)")
    }

    /// How things stand.
    static func status(_ status: String) {
        notify(.status, "STATUS=\(status)")
    }

    /// A reload has begun; ``ready(status:)`` ends it.
    ///
    /// In one datagram with the time, as `Type=notify-reload` wants it (systemd 253 and later).
    static func reloading() {
        let microseconds = Instant.now.monotonic / 1000
        notify(.reloading, "RELOADING=1\nMONOTONIC_USEC=\(microseconds)")
    }

    static func stopping() {
        notify(.stopping, "STOPPING=1")
    }

    /// The loop turns and the kernel answers.
    static func alive() {
        notify(.alive, "WATCHDOG=1")
    }

    /// The start has failed.
    ///
    /// - Parameter errno: 0 where no system call is to blame.
    static func failed(errno: Int32, status: String) {
        notify(.failed, "ERRNO=\(errno)\nSTATUS=\(status)")
    }

    /// The time within which it wants to hear that we are alive, in microseconds; `nil` if it does not.
    static var watchdogInterval: UInt64? {
        Systemd.watchdogInterval
    }

    /// The control sockets that it listens on for us (socket activation), which are all served alike; `nil` if it does
    /// not.
    ///
    /// - Throws: where it passes something that cannot be one.
    static func passedSockets() throws(StartError) -> [ListeningSocket]? {
        let count = sd_listen_fds(1)
        guard count > 0 else { return nil }
        var sockets: [ListeningSocket] = []
        for descriptor in Int32(SD_LISTEN_FDS_START)..<Int32(SD_LISTEN_FDS_START) + count {
            guard sd_is_socket_unix(descriptor, Int32(SOCK_STREAM.rawValue), 1, nil, 0) > 0 else {
                throw StartError(
                    "the service manager passes a descriptor (\(descriptor)) that is not a listening Unix stream socket: "
                        + "see setkeyd.socket and setkeyd-root.socket")
            }
            sockets.append(ListeningSocket(owning: descriptor))
        }
        return sockets
    }

    private static func notify(_ kind: Notifications.Kind, _ state: String) {
        notifications?.send(kind, state)
    }
}
