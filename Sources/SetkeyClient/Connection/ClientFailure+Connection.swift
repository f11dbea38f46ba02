import ControlProtocol
import TextBytes

extension ClientFailure {
    /// What an error of the connection means for the user: the message says what to do.
    init(_ error: ClientError) {
        switch error {
        case .noSocket(let path):
            self.init(.unreachable, "cannot reach the daemon: \(path) does not exist\n\(Self.startAdvice(path))")
        case .refused(let path):
            self.init(.unreachable, "cannot reach the daemon: nothing listens on \(path)\n\(Self.startAdvice(path))")
        case .system("connect", _):
            self.init(.unreachable, "cannot reach the daemon: \(error)")
        case .permissionDenied(let path):
            self.init(.denied, "permission denied: \(SocketAccess.advice(path))")
        case .daemon(.permissionDenied(let who)):
            self.init(.denied, "permission denied: this is for \(oneLine(who))")
        case .service(.permissionDenied):
            self.init(.denied, "permission denied by the daemon")
        case .daemon(.stopping):
            self.init(.unreachable, "the daemon is stopping; try again when it runs")
        case .connectionLost, .silent:
            self.init(.unreachable, "\(error)")
        case .daemon(.reloadFailed(let messages)):
            let named = messages.map { Self.isDiagnostic($0) ? $0 : "setkey: \($0)" }
            self.init(.failure, named.joined(separator: "\n"), isNamed: true)
        case .unusablePath:
            self.init(.usage, "\(error)")
        default:
            self.init(.failure, "\(error)")
        }
        if case .daemon(let answer) = error { self.answer = answer }
    }

    /// Whether a message begins with a place in a file, as what `-n` says does: that is said without the program's name.
    private static func isDiagnostic(_ message: String) -> Bool {
        let headline = message.prefix { !$0.isNewline }
        return [": error: ", ": warning: ", ": note: "].contains { headline.contains($0) }
    }

    /// Under systemd, what shows why there is no daemon; for a socket of one's own, that its daemon is to be started.
    private static func startAdvice(_ path: String) -> String {
        guard let unit = SocketPath.unit(of: path) else {
            return "is a daemon running that was started with --socket \(path)?"
        }
        return """
            see whether it runs: systemctl status \(unit)
            and why it does not: journalctl -u \(unit)
            """
    }
}
