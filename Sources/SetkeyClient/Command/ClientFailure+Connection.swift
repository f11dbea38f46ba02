import ControlProtocol

extension ClientFailure {
    /// What an error of the connection means for the user: the message says what to do.
    init(_ error: ClientError) {
        switch error {
        case .noSocket(let path):
            self.init(.unreachable, "the daemon cannot be reached: \(path) does not exist\n\(Self.startAdvice(path))")
        case .refused(let path):
            self.init(
                .unreachable, "the daemon cannot be reached: nobody listens on \(path)\n\(Self.startAdvice(path))")
        case .system("connect", _):
            self.init(.unreachable, "the daemon cannot be reached: \(error)")
        case .permissionDenied(let path):
            self.init(
                .denied, "permission denied: \(path) is for root and for the members of its group (see ls -l \(path))")
        case .daemon(.permissionDenied(let who)):
            self.init(.denied, "permission denied: this is for \(who)")
        case .service(.permissionDenied):
            self.init(.denied, "permission denied by the daemon")
        case .daemon(.stopping):
            self.init(.unreachable, "the daemon is stopping; try again when it runs")
        case .unusablePath:
            self.init(.usage, "\(error)")
        default:
            self.init(.failure, "\(error)")
        }
    }

    private static func startAdvice(_ path: String) -> String {
        """
        start it: systemctl start setkeyd
        or, to try without a kernel: setkeyd --kernel simulated --socket \(path)
        """
    }
}
