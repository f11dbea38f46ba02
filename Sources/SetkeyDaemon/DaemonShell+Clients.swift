import ControlProtocol
import SetkeyCore

// What the control server tells.

extension DaemonShell: ControlServerDelegate {
    func connected(_ client: ClientID, peer: Peer) { post(.connected(client, peer)) }

    func called(_ client: ClientID, _ call: IncomingCall) { post(.called(client, call.call)) }

    func drained(_ client: ClientID) { post(.drained(client)) }

    func disconnected(_ client: ClientID, reason: DisconnectReason) {
        if reason.isFault { post(.faulted(client, reason.description)) }
        post(.disconnected(client))
    }

    func log(_ notice: ControlServerNotice) { post(.noticed(notice.cause, notice.description)) }
}
