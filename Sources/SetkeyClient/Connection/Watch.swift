import ControlProtocol
import Glibc
import IPsec

/// Whether the daemon is there, for somebody who watches.
enum Presence {
    /// It has stopped, or the connection to it has broken.
    case gone
    /// It answers again.
    case back

    /// For people.
    var text: String {
        switch self {
        case .gone: "setkeyd stopped, or closed the connection; waiting for it to come back"
        case .back: "setkeyd is back; what happened in between is not shown"
        }
    }
}

/// What a watcher does while the daemon is away.
struct Watch {
    /// The daemon's socket.
    let path: String
    /// Whether it waits for the daemon to come back; otherwise it ends.
    let waits: Bool

    private static let shortestPause = Duration.milliseconds(50)
    private static let longestPause = Duration.seconds(1)
    /// How often in a row the socket may deny itself: while it is being made it is not yet its group's.
    private static let denialsInARow = 5

    /// Does `body` with a connection, and from its beginning again whenever the daemon is back.
    ///
    /// - Parameter tell: says that the daemon has gone, or is back.
    func run(
        telling tell: (Presence) throws(ClientFailure) -> Void,
        _ body: (inout ControlClient) throws(ClientFailure) -> Void
    ) throws(ClientFailure) {
        var client = try SetkeyClient.connect(path)
        while true {
            do throws(ClientFailure) {
                return try body(&client)
            } catch {
                guard waits, error.status == .unreachable else { throw error }
            }
            try tell(.gone)
            client = try returned()
            try tell(.back)
        }
    }

    /// Says on stderr whether the daemon is there.
    static func remark(on presence: Presence) throws(ClientFailure) {
        try SetkeyClient.remark(["setkey: \(presence.text)"])
    }

    /// Says it, and on stdout as the object of the error that a daemon which stops answers with.
    static func remarkJSON(on presence: Presence) throws(ClientFailure) {
        if presence == .gone { try SetkeyClient.say(JSONDocument.line(.stopping)) }
        try remark(on: presence)
    }

    /// A connection to the daemon, once it answers.
    private func returned() throws(ClientFailure) -> ControlClient {
        var pause = Self.shortestPause
        var denials = 0
        while true {
            try sleep(for: pause)
            pause = min(pause * 2, Self.longestPause)
            do throws(ClientError) {
                // Not by the socket of root: the service manager has that open while the service is stopped, and to connect
                // to it would start the service.
                var client = try ControlClient(path: path, prefersPrivileged: false)
                _ = try client.call(.traits)
                return client
            } catch {
                if case .permissionDenied = error { denials += 1 } else { denials = 0 }
                let failure = ClientFailure(error)
                guard failure.status == .unreachable || 1..<Self.denialsInARow ~= denials else { throw failure }
            }
        }
    }

    /// - Throws: ``ClientFailure`` without a message where the reader of stdout has gone away.
    private func sleep(for duration: Duration) throws(ClientFailure) {
        let milliseconds = duration.components.seconds * 1000 + duration.components.attoseconds / 1_000_000_000_000_000
        if SystemCalls.isHungUp(STDOUT_FILENO, within: Int32(clamping: milliseconds)) {
            throw ClientFailure(.failure, "")
        }
    }
}
