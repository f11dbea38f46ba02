import Glibc
import IPsec

/// The signals that the daemon heeds.
struct Signals {
    let reload: CaughtSignal
    let stop: [CaughtSignal]

    init() throws(KernelErrno) {
        reload = try CaughtSignal(SIGHUP)
        stop = [try CaughtSignal(SIGTERM), try CaughtSignal(SIGINT)]
        _ = signal(SIGPIPE, SIG_IGN)
    }
}
