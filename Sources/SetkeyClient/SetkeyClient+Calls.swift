import ControlProtocol
import IPsec

// How the operations talk to a daemon.

extension SetkeyClient {
    static func connect(
        _ path: String, prefersPrivileged: Bool = true, patience: Duration? = nil
    ) throws(ClientFailure) -> ControlClient {
        do throws(ClientError) {
            return try ControlClient(path: path, prefersPrivileged: prefersPrivileged, patience: patience)
        } catch {
            throw ClientFailure(error)
        }
    }

    /// What the kernel interface of the daemon can carry.
    static func traits(ofDaemonAt path: String) -> KernelTraits { DaemonTerms(ofDaemonAt: path).traits }

    /// The one answer of the daemon at `path`.
    static func answer(to call: Call, socket path: String) throws(ClientFailure) -> Reply {
        var client = try connect(path)
        return try answer(to: call, from: &client)
    }

    /// The one answer to `call`.
    static func answer(to call: Call, from client: inout ControlClient) throws(ClientFailure) -> Reply {
        do throws(ClientError) {
            return try client.call(call)
        } catch {
            throw ClientFailure(error)
        }
    }

    /// Calls, and hands on every part of the answer; that it comes to its end is the daemon's word for it.
    ///
    /// - Parameter refuse: what a refusal of the call's text means for the user.
    static func stream(
        _ call: Call, from client: inout ControlClient,
        refuse: ([DiagnosticRecord]) -> ClientFailure = { ClientFailure(.daemon(.invalidText($0))) },
        receive: (Reply) throws(ClientFailure) -> Void
    ) throws(ClientFailure) {
        try begin(call, over: &client)
        var continues = true
        while continues {
            let next: (reply: Reply, continues: Bool)
            do throws(ClientError) {
                next = try client.nextReply()
            } catch .daemon(.invalidText(let diagnostics)) {
                throw refuse(diagnostics)
            } catch {
                throw ClientFailure(error)
            }
            try receive(next.reply)
            continues = next.continues
        }
    }

    /// The same with every part as it came.
    static func streamAsReceived(
        _ call: Call, from client: inout ControlClient, receive: (ReceivedReply) throws(ClientFailure) -> Void
    ) throws(ClientFailure) {
        try begin(call, over: &client)
        var continues = true
        while continues {
            let next: ReceivedReply
            do throws(ClientError) {
                next = try client.nextReceivedReply()
            } catch {
                throw ClientFailure(error)
            }
            try receive(next)
            continues = next.continues
        }
    }

    private static func begin(_ call: Call, over client: inout ControlClient) throws(ClientFailure) {
        do throws(ClientError) {
            try client.send(call, more: true)
        } catch {
            throw ClientFailure(error)
        }
    }
}
